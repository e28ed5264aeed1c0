#include "../invariants.hpp"

namespace hawser::simulation {

void check_nothing_left_behind(const world& w) {
  for (unsigned i = 0; i < w.size(); ++i) {
    if (!w.alive(i))
      continue;
    const auto where = " at node " + std::to_string(i);
    for (const auto& each : w.at(i).routes->waypoints()) {
      if (beyond_us(w, i, each))
        continue;
      if (each.now == waypoint_snapshot::state::moved)
        throw violation{"a relay was left" + where};
      if (each.now == waypoint_snapshot::state::closing)
        throw violation{"a closed end was never answered" + where};
      if (each.early != 0)
        throw violation{"a message still waits for an earlier one" + where};
    }
  }
}

} // namespace hawser::simulation
