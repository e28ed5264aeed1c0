#include "transit.hpp"

#include <vector>

#include "channel_state.hpp"

namespace hawser::detail {
namespace {

// The legs from `start` round to itself; empty if the way ends at an owner. Each leg is read at
// another moment, so the answer is a guess until it has been read twice. A way may lead into a
// circle that does not come back here; that one is for whoever closed it.
std::vector<voyage> circle_through(const carrier& start) {
  std::vector<voyage> legs;
  constexpr std::size_t legs_max = 1 << 20;
  for (auto at = start; legs.size() < legs_max;) {
    auto leg = at.inbox().travelling();
    if (!leg)
      return {};
    at = leg->in;
    legs.push_back(*std::move(leg));
    if (at == start)
      return legs;
  }
  return {};
}

} // namespace

void sink_if_circling(const carrier& in) {
  const auto first = circle_through(in);
  // Legs that are the same voyages in two readings all existed at the moment between them, and a
  // circle that existed at one moment stays: nobody can take anything out of it.
  if (first.empty() || circle_through(in) != first)
    return;
  bury(in.inbox().close(mailbox::rest::drop, &in.peer_inbox(), close_reason::undeliverable));
}

} // namespace hawser::detail
