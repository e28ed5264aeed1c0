#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hawser/frame.hpp"

namespace hawser::test {

/// A frame with the line that `to_string` makes of it, which no other sample has.
struct frame_sample {
  std::string_view line;
  frame content;
};

/// Every kind, in every form it has. `runtime/WIRE.md` shows each of them.
const std::vector<frame_sample>& frame_samples();

/// All that a frame says, field by field: two are equal if this is.
std::string all_of(const frame& from);

} // namespace hawser::test
