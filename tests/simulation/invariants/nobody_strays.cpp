#include "../invariants.hpp"

namespace hawser::simulation {

void check_nobody_strays(const world& w) {
  if (w.foe != nullptr)
    return; // What it says others pass on, and cannot know better.
  if (w.rules_broken != 0 && w.tampered == 0)
    throw violation{"a rule was broken by an honest node"};
  // Ends that follow each other in circles are cut off in the end.
  const bool quiet = w.deaths + w.cuts + w.tampered == 0 && !w.how.inside_out;
  if (quiet && w.strays != 0)
    throw violation{"a frame of an honest node was refused though nothing has failed"};
}

} // namespace hawser::simulation
