#pragma once

#include <utility>

#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/port_registry.hpp"

namespace hawser::detail {

/// Wakes a node's actor, which CAF's multiplexer runs, by sending it the one wake-up message.
class actor_waker : public waker {
public:
  explicit actor_waker(caf::strong_actor_ptr target);

  void wake() noexcept override;

private:
  caf::strong_actor_ptr target_;
  caf::message wake_up_;
};

} // namespace hawser::detail
