#include "../invariants.hpp"

namespace hawser::simulation {

void check_bounded_buffers(const world& w) {
  for (unsigned i = 0; i < w.size(); ++i)
    if (w.alive(i))
      for (const auto& each : w.at(i).routes->waypoints())
        if (each.early > w.how.bounds.window_max.messages)
          throw violation{"more waits for earlier messages than may be on its way"};
}

} // namespace hawser::simulation
