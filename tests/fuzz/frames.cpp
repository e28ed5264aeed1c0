// Any bytes give a frame, which is written to the very same bytes, or an error.

#include "fuzzing.hpp"

#include <algorithm>

#include "hawser/frame_codec.hpp"

using namespace hawser;
using namespace hawser::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span{data, size});
  // Small, so that they are met.
  const frame_limits bounds{.frame_bytes_max = 2048,
                            .ports_max = 8,
                            .runs_max = 16,
                            .run_messages_max = 8,
                            .text_bytes_max = 64};
  const auto first = decode_frame(bytes, bounds);
  if (!first) {
    require(first.error() == errc::data_decode_error, "an error of another kind");
    return 0;
  }
  std::vector<std::byte> written;
  encode(*first, written);
  require(std::ranges::equal(written, bytes), "a frame is written as other bytes than it was");
  require(!to_string(*first).empty(), "a frame that cannot be told");
  return 0;
}
