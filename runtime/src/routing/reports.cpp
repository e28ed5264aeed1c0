// What others are told of a router: its state, and who has misbehaved.

#include <algorithm>

#include "routing/router_core.hpp"

namespace hawser::detail {

void router_core::stray(const link_address& from, std::string_view what) {
  ++statistics.frames_stray;
  if (from.node != self)
    report(from.node, incident::kind::stray, std::string{what} + " for what is not its link");
}

void router_core::report(const node_id& neighbour, incident::kind kind, std::string text) {
  constexpr std::size_t untaken_max = 1024; // Somebody who floods us is not told of line by line.
  if (output.incidents.size() < untaken_max)
    output.incidents.push_back({neighbour, kind, std::move(text)});
}

std::vector<waypoint_snapshot> router_core::snapshot() const {
  std::vector<waypoint_snapshot> all;
  all.reserve(waypoints_.size());
  for (const auto& [id, w] : waypoints_) {
    auto& seen = all.emplace_back();
    seen.id = id;
    seen.channel = w->channel;
    seen.side = w->side;
    seen.epoch = w->epoch;
    seen.now = static_cast<waypoint_snapshot::state>(w->state);
    seen.out = w->out;
    seen.successor = w->successor;
    for (const auto& each : w->in)
      seen.in.push_back(each.from);
    seen.sent = w->sent.messages;
    seen.received = w->next_in.messages;
    seen.early = w->early.size();
    seen.ends = w->ends.size();
    seen.announced = static_cast<bool>(w->key);
  }
  std::ranges::sort(all, {}, &waypoint_snapshot::id);
  return all;
}

router_statistics router_core::all_statistics() const {
  auto all = statistics;
  all.nodes_known = known_.size();
  all.waypoints_awaiting = awaiting_.size();
  for (const auto& [node, link] : links_)
    all.waypoints_held += link.waiting.size();
  all.windows_elsewhere = twins_.size();
  all.windows_published = published_.size();
  return all;
}

} // namespace hawser::detail
