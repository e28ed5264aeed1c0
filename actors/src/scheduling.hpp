#pragma once

// How a context's turns get to CAF's workers.

#include <caf/fwd.hpp>

#include "hawser/detail/caf_compat.hpp"

namespace hawser::detail {

class turn_job;
class wake_batch;

/// As long as it lives, this thread runs an actor, on that unit. On the stack.
class running_actor {
public:
  explicit running_actor(execution_unit* unit) noexcept;
  ~running_actor();

  running_actor(const running_actor&) = delete;
  running_actor& operator=(const running_actor&) = delete;

private:
  friend execution_unit* current_execution_unit() noexcept;
  friend void run_soon(turn_job& turns, caf::actor_system& actors) noexcept;

  void wake(turn_job& turns, caf::actor_system& actors) noexcept;

  execution_unit* const unit_;
  running_actor* const outer_;
  unsigned woken_ = 0;
  wake_batch* open_ = nullptr; // has a reference
};

/// What runs the actor of this thread, null on a thread that runs none.
execution_unit* current_execution_unit() noexcept;

/// Has a worker run it, which takes over a reference to its actor. Any thread; through the unit of
/// the actor that this thread runs, since from outside the scheduler it costs about four times as
/// much.
///
/// What one run of an actor wakes beyond a few stands in the worker's queue in batches, open to
/// more until somebody takes them up: CAF's workers take from the end of another's queue, for which
/// they walk all of it while its owner can add nothing. With 10,000 contexts there, the walk was 41
/// % of both processors' time and waiting for it 45 % of the poster's; one that posts to so many is
/// three times as fast with batches.
void run_soon(turn_job& turns, caf::actor_system& actors) noexcept;

/// Has workers of the scheduler that sleep look for something to do. A context that is woken stands
/// in the queue of the worker that runs who woke it, and CAF's workers sleep up to 10 ms between
/// two looks into the queues of the others.
void rouse_workers(caf::actor_system& actors) noexcept;

} // namespace hawser::detail
