// What was decoded is encoded and decoded again to the same, and to the same bytes from then on.

#include "fuzzing.hpp"

#include <vector>

#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "shape.hpp"

using namespace hawser;
using namespace hawser::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span{data, size});
  const auto options = fuzzed_options(wire_scope::message);
  const auto first = decode(bytes, options);
  if (!first)
    return 0;
  // Another writer may have said it in fewer bytes and levels.
  auto wide = options;
  wide.limits = {};
  std::vector<std::byte> written;
  require(!encode(*first, written, wide), "a decoded value cannot be encoded");
  const auto second = decode(written, wide);
  require(static_cast<bool>(second), "an encoded value cannot be decoded");
  require(same(*first, *second), "a value came back as another");
  std::vector<std::byte> again;
  require(!encode(*second, again, wide), "a value cannot be encoded twice");
  require(again == written, "a value is encoded in two ways");
  return 0;
}
