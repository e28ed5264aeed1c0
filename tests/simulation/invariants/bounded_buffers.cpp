#include "../invariants.hpp"

namespace hawser::simulation {

void check_bounded_buffers(const world& w) {
  const auto& bounds = w.how.bounds;
  // A relay does not see the newest credit, and believes a node that keeps no rules for longer.
  const auto early_max =
    w.foe == nullptr ? bounds.window_max.messages : 2 * bounds.window_max.messages + 1;
  for (unsigned i = 0; i < w.size(); ++i) {
    if (!w.alive(i))
      continue;
    const auto all = w.at(i).routes->waypoints();
    if (all.size() > bounds.waypoints_per_node_max * w.size() + 6 * w.how.channels)
      throw violation{"more waypoints than all others may bring"};
    for (const auto& each : all) {
      if (each.early > early_max)
        throw violation{"more waits for earlier messages than may be on its way"};
      // Each link that ends may foretell another, and those that bring a key are never put off.
      if (each.in.size() + each.ends > 2 * bounds.unsettled_links_max + 4)
        throw violation{"too many links feed one end"};
    }
  }
}

} // namespace hawser::simulation
