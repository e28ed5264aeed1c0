#include <map>

#include "../invariants.hpp"

namespace hawser::simulation {

void check_one_place(const world& w) {
  std::map<std::pair<channel_id, unsigned>, unsigned> seen;
  for (unsigned i = 0; i < w.size(); ++i) {
    if (!w.alive(i))
      continue;
    for (const auto& each : w.at(i).routes->waypoints())
      if (each.now != waypoint_snapshot::state::moved && !beyond_us(w, i, each))
        if (!seen.emplace(std::pair{each.channel, each.side}, i).second)
          throw violation{"an end is at two places"};
  }
}

} // namespace hawser::simulation
