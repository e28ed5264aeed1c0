#pragma once

#include "hawser/frame.hpp"

namespace hawser::detail {

/// Whether all messages of two runs, neither empty, are of one size as far as their sums tell. Both
/// may be what another node claims.
inline bool same_size(const flow_tally& a, const flow_tally& b) noexcept {
  if (b.messages == 1) { // Without dividing, which took 1 % of the flood between nodes.
    std::uint64_t bytes = 0;
    return !__builtin_mul_overflow(a.messages, b.bytes, &bytes) && bytes == a.bytes;
  }
  return a.bytes % a.messages == 0 && b.bytes % b.messages == 0
         && a.bytes / a.messages == b.bytes / b.messages;
}

/// Adds posts that come after those in `runs`: one run for as many of one size as come in a row.
template <class Runs>
void append_run(Runs& runs, const flow_tally& run) {
  if (run.messages == 0)
    return;
  if (runs.empty() || !same_size(runs.back(), run)) {
    runs.push_back(run);
    return;
  }
  runs.back().messages += run.messages;
  runs.back().bytes += run.bytes;
}

} // namespace hawser::detail
