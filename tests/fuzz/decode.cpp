// Any bytes give a value or an error, the same at once and in pieces.

#include "fuzzing.hpp"

#include <algorithm>
#include <vector>

#include "hawser/value_decoder.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

result<value> decode_in_pieces(std::span<const std::byte> bytes, std::size_t size,
                               const wire_options& options) {
  value_decoder decoder{options};
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(size, bytes.size()));
    // In memory of its own, beyond which the sanitizer sees a read.
    const std::vector<std::byte> copy(piece.begin(), piece.end());
    if (decoder.feed(copy))
      break;
    bytes = bytes.subspan(piece.size());
  }
  return decoder.take();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span{data, size});
  for (const auto scope : {wire_scope::value, wire_scope::message}) {
    const auto options = fuzzed_options(scope);
    const auto whole = decode(bytes, options);
    if (!whole)
      require(whole.error() == errc::data_decode_error, "an error of another kind");
    // Memory is estimated by the room taken, which differs; without that bound all must agree.
    auto unbounded = options;
    unbounded.limits.decoded_bytes_max = std::uint64_t{1} << 40;
    const auto meant = decode(bytes, unbounded);
    for (const std::size_t piece : {1, 3, 10}) {
      const auto parts = decode_in_pieces(bytes, piece, unbounded);
      require(static_cast<bool>(parts) == static_cast<bool>(meant),
              "pieces and the whole do not agree");
      require(!parts || written(*parts) == written(*meant),
              "pieces and the whole give different values");
    }
  }
  return 0;
}
