#include "actor_waker.hpp"

#include "hawser/detail/context_messages.hpp"
#include "scheduling.hpp"

namespace hawser::detail {

actor_waker::actor_waker(caf::strong_actor_ptr target)
  : target_(std::move(target)), wake_up_(caf::make_message(wake_up{})) {}

void actor_waker::wake() noexcept {
  enqueue(*target_->get(), wake_up_, current_execution_unit());
}

} // namespace hawser::detail
