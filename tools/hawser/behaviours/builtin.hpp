#pragma once

#include <hawser/behaviour.hpp>

namespace hawser::tool {

/// Everything `hawser` can run without `--load`.
void add_builtin_behaviours(behaviour_catalogue& into);

// One file each.
void add_chaos(behaviour_catalogue& into);
void add_hello(behaviour_catalogue& into);
void add_ring(behaviour_catalogue& into);
void add_star(behaviour_catalogue& into);
void add_relay_race(behaviour_catalogue& into);

} // namespace hawser::tool
