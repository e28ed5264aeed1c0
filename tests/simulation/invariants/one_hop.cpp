#include <map>

#include "../invariants.hpp"

namespace hawser::simulation {

void check_one_hop(const world& w) {
  std::map<std::pair<channel_id, unsigned>, std::pair<link_address, waypoint_snapshot>> ends;
  for (unsigned i = 0; i < w.size(); ++i)
    if (w.alive(i))
      for (const auto& each : w.at(i).routes->waypoints())
        if (!beyond_us(w, i, each))
          ends.emplace(std::pair{each.channel, each.side},
                       std::pair{link_address{w.at(i).id, each.id}, each});
  for (const auto& [name, end] : ends) {
    const auto& [channel, side] = name;
    const auto peer = ends.find({channel, 1 - side});
    if (peer == ends.end())
      throw violation{"an end has no peer on any node"};
    const auto& at = peer->second.first;
    const auto& seen = end.second;
    if (seen.out != at)
      throw violation{"an end posts to another place than its peer's"};
    if (seen.in != std::vector{at})
      throw violation{"an end is fed by others than its peer"};
    if (seen.announced)
      throw violation{"a key is left though the peer is bound"};
  }
}

} // namespace hawser::simulation
