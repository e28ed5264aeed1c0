#include "../invariants.hpp"

namespace hawser::simulation {

void check_no_half_open(world& w) {
  if (w.how.inside_out)
    return; // The peer may wait inside a queue that waits for this end.
  for (unsigned i = 0; i < w.size(); ++i)
    for (unsigned k = 0; w.alive(i) && k < w.at(i).contexts.size(); ++k)
      for (const auto& each : w.page(i, k).ports)
        if (w.holder_of(each.name.peer()) == nullptr && !beyond_us(w, each.name))
          throw violation{to_string(each.name) + " was not told that its peer is gone"};
}

} // namespace hawser::simulation
