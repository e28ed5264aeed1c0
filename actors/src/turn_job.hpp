#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <caf/actor_control_block.hpp>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/port_registry.hpp"

namespace hawser {

class global_scope;

namespace detail {

/// A context's turns as work for CAF's scheduler, beside the actor itself, which CAF runs when it
/// has mail. A wake-up is then no message: it makes none, and nothing has to look what it is.
///
/// Either of the two may be taken up by any worker at any time. The one that comes second does
/// nothing and leaves a note, and the first, when it is through, has the scheduler run it again.
/// So an actor's state is used by one thread at a time, as CAF has it.
class turn_job final : public job {
public:
  explicit turn_job(global_scope& scope) noexcept : scope_(scope) {}

  /// Has the scheduler run it. Any thread; the caller has a reference to the actor.
  void schedule() noexcept;

  /// For the scheduler's batches, which have its reference to the actor: to hand it on, with the
  /// job, or to let go of it.
  void run_on(execution_unit* unit) noexcept;
  void forget() const noexcept { release(); }

  /// The actor is about to be told to end: what wakes it from now on comes too late. Any thread.
  void stop() noexcept { state_.fetch_or(stopped); }

  enum class entry : std::uint8_t { mail = 2, turn = 4 };

  /// May this thread run the actor now? If not, whoever does runs it again.
  bool enter(entry by) noexcept;

  /// To be called by who has entered, last of all; not by an actor that has ended, so that nobody
  /// ever runs it again.
  void leave() noexcept;

  resume_result resume(execution_unit* unit, std::size_t max) override;

protected:
  void add_ref() const noexcept override;
  void release() const noexcept override;

private:
  static constexpr std::uint8_t running = 1;
  static constexpr std::uint8_t stopped = 8;

  global_scope& scope_; // whose part it is
  std::atomic<std::uint8_t> state_{0};
};

/// Wakes a context by having its turn scheduled.
class turn_waker : public waker {
public:
  turn_waker(caf::strong_actor_ptr target, turn_job& turns) noexcept
    : target_(std::move(target)), turns_(turns) {}

  void wake() noexcept override { turns_.schedule(); }

private:
  caf::strong_actor_ptr target_; // keeps the job
  turn_job& turns_;
};

} // namespace detail
} // namespace hawser
