#include "../invariants.hpp"

namespace hawser::simulation {

void check_nobody_strays(const world& w) {
  // Whoever is to blame loses its connection.
  if (w.count(incident::kind::rule) != 0 && w.tampered == 0)
    throw violation{"an honest node is to blame for a broken rule"};
  if (w.foe != nullptr)
    return; // What it says others pass on, and cannot know better.
  if (w.count(incident::kind::relayed) + w.count(incident::kind::limit) != 0 && w.tampered == 0)
    throw violation{"a rule was broken by an honest node"};
  // Ends that follow each other in circles are cut off in the end.
  const bool quiet = w.deaths + w.cuts + w.tampered == 0 && !w.how.inside_out;
  if (quiet && w.count(incident::kind::stray) != 0)
    throw violation{"a frame of an honest node was refused though nothing has failed"};
}

} // namespace hawser::simulation
