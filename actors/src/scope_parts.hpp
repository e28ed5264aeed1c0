#pragma once

#include <memory>
#include <optional>

#include "context_reporter.hpp"
#include "hawser/port_registry.hpp"
#include "turn_job.hpp"

namespace hawser::detail {

/// What a global scope is made of that its header need not know; in one piece, since there may be
/// many.
struct scope_parts {
  scope_parts(std::shared_ptr<system_state> system, global_scope& scope)
    : reporter(std::move(system)), turns(scope) {}

  context_reporter reporter;
  turn_job turns;
  std::optional<port_registry> registry; ///< None once the scope has ended for good.
};

} // namespace hawser::detail
