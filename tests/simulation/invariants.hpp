#pragma once

// What must hold whatever happens. Each stands in a file of its own under `invariants/`.
// That messages arrive in order, each once, and none after `close`, the pages of the world see for
// themselves when they read.

#include "hostile.hpp"
#include "world.hpp"

namespace hawser::simulation {

/// After each step: an end is at one place at most.
void check_one_place(const world& w);

/// After each step: no frame is refused unless something has failed, and no honest node is to blame
/// for what another one has made up.
void check_nobody_strays(const world& w);

/// After each step: what waits for earlier messages is no more than may be on its way.
void check_bounded_buffers(const world& w);

/// At rest: no relay is left, nobody waits for a farewell, and no message for an earlier one.
void check_nothing_left_behind(const world& w);

/// At rest: the two ends of a channel post to each other, and nobody else to them.
void check_one_hop(const world& w);

/// At rest: what was posted was taken, unless the taker's end is gone or a failure cut it short; an
/// orderly close hides nothing.
void check_nothing_lost(world& w);

/// At rest: an end that is open has a peer that is.
void check_no_half_open(world& w);

/// At rest: the counts in `close` events are right, and nothing waits that was taken.
void check_counts(world& w);

/// At rest: nobody was told of an end that did not come, or not yet.
void check_closed_for_cause(const world& w);

/// What a node that keeps no rules holds or passes on, its owner must look after.
inline bool beyond_us(const world& w, end_name which) {
  return w.foe != nullptr && w.foe->may_harm(which.channel);
}

inline bool beyond_us(const world& w, unsigned node, const waypoint_snapshot& which) {
  return w.foe != nullptr && (w.foe->node == node || w.foe->may_harm(which.channel));
}

inline void check_after_step(world& w) {
  check_one_place(w);
  check_nobody_strays(w);
  check_bounded_buffers(w);
}

inline void check_at_rest(world& w) {
  check_nothing_left_behind(w);
  check_one_hop(w);
  check_nothing_lost(w);
  check_no_half_open(w);
  check_counts(w);
  check_closed_for_cause(w);
}

/// `3.1`.
std::string to_string(end_name which);

} // namespace hawser::simulation
