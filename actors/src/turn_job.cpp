#include "turn_job.hpp"

#include "hawser/global_scope.hpp"
#include "scheduling.hpp"

namespace hawser::detail {

void turn_job::schedule() noexcept {
  if ((state_.load() & stopped) != 0)
    return;
  add_ref(); // The scheduler's.
  run_soon(*this, scope_.home_system());
}

void turn_job::run_on(execution_unit* unit) noexcept {
  run_later(*this, unit, scope_.home_system());
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
