#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "hawser/wire_limits.hpp"

namespace hawser::test {

/// Small bounds, so that they are met: the fuzzers' values are compared by recursion.
inline wire_options fuzzed_options(wire_scope scope) {
  return {.limits = {.encoded_bytes_max = 1 << 16,
                     .decoded_bytes_max = 1 << 22,
                     .depth_max = 100,
                     .references_max = 64},
          .scope = scope,
          .transferred_ports = 2};
}

/// Stops the fuzzer, which keeps the input.
inline void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

} // namespace hawser::test

// What libFuzzer calls, and the replay of its corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
