#pragma once

#include <utility>

#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/port_registry.hpp"

namespace hawser::detail {

/// What runs the actor of this thread, null on a thread that runs none.
execution_unit*& current_execution_unit() noexcept;

/// Wakes a context by sending it the one wake-up message, through the execution unit of the posting
/// actor: from outside the scheduler a wake-up costs about four times as much.
class actor_waker : public waker {
public:
  explicit actor_waker(caf::strong_actor_ptr target);

  void wake() noexcept override;

private:
  caf::strong_actor_ptr target_;
  caf::message wake_up_;
};

} // namespace hawser::detail
