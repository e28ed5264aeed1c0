#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include "hawser/value_encoder.hpp"

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

/// The bytes of a value, which say all about it, platform objects too; `==` knows these by identity
/// only. Another writer may have said it in fewer bytes and levels, so the bounds are the usual
/// ones.
inline std::vector<std::byte> written(const value& from) {
  std::vector<std::byte> bytes;
  const auto trouble = encode(from, bytes, {.scope = wire_scope::message, .transferred_ports = 2});
  if (trouble) {
    std::fprintf(stderr, "a decoded value cannot be encoded: %s\n", trouble.what().c_str());
    std::abort();
  }
  return bytes;
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
