#include "builtin.hpp"

namespace hawser::tool {

void add_builtin_behaviours(behaviour_catalogue& into) {
  add_hello(into);
  add_ring(into);
  add_star(into);
  add_relay_race(into);
  add_chaos(into);
}

} // namespace hawser::tool
