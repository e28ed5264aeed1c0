#include "turn_job.hpp"

#include "hawser/global_scope.hpp"

namespace hawser::detail {

namespace {

// Nothing to do; whoever gets it is awake.
class call final : public job {
public:
  resume_result resume(execution_unit*, std::size_t) override { return awaiting_message; }

protected:
  void add_ref() const noexcept override {}
  void release() const noexcept override {}
};

} // namespace

void rouse_workers(caf::actor_system& actors) noexcept {
  static call both; // Has no state, so that it may stand in any number of queues.
  // The workers are called in turn, and one of them may be this thread's.
  for (int i = 0; i < 2; ++i)
    run_later(both, nullptr, actors);
}

execution_unit*& current_execution_unit() noexcept {
  // Asked for with every wake-up; the model saves a call each time.
  [[gnu::tls_model("initial-exec")]] static constinit thread_local execution_unit* unit = nullptr;
  return unit;
}

void turn_job::schedule() noexcept {
  if ((state_.load() & stopped) != 0)
    return;
  add_ref(); // The scheduler's.
  run_later(*this, current_execution_unit(), scope_.home_system());
}

bool turn_job::enter(entry by) noexcept {
  auto now = state_.load();
  for (;;) {
    const bool taken = (now & running) != 0;
    const auto wanted = static_cast<std::uint8_t>(now | (taken ? std::uint8_t(by) : running));
    if (state_.compare_exchange_weak(now, wanted))
      return !taken;
  }
}

void turn_job::leave() noexcept {
  const auto missed = state_.fetch_and(stopped);
  if ((missed & static_cast<std::uint8_t>(entry::mail)) != 0) {
    caf::intrusive_ptr_add_ref(scope_.ctrl());
    run_later(scope_, current_execution_unit(), scope_.home_system());
  }
  if ((missed & static_cast<std::uint8_t>(entry::turn)) != 0)
    schedule();
}

caf::resumable::resume_result turn_job::resume(execution_unit* unit, std::size_t) {
  return scope_.resume_turn(unit);
}

void turn_job::add_ref() const noexcept {
  caf::intrusive_ptr_add_ref(scope_.ctrl());
}

void turn_job::release() const noexcept {
  caf::intrusive_ptr_release(scope_.ctrl());
}

} // namespace hawser::detail
