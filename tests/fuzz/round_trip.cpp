// What was decoded is encoded and decoded again to the same, and to the same bytes from then on.

#include "fuzzing.hpp"

#include "hawser/value_decoder.hpp"
#include "shape.hpp"

using namespace hawser;
using namespace hawser::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span{data, size});
  const auto options = fuzzed_options(wire_scope::message);
  const auto first = decode(bytes, options);
  if (!first)
    return 0;
  const auto bytes_of_first = written(*first);
  const auto second =
    decode(bytes_of_first, {.scope = wire_scope::message, .transferred_ports = 2});
  require(static_cast<bool>(second), "an encoded value cannot be decoded");
  require(shape_of(*first) == shape_of(*second), "a value came back in another shape");
  require(written(*second) == bytes_of_first, "a value came back as another");
  return 0;
}
