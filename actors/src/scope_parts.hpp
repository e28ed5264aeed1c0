#pragma once

#include <cstddef>
#include <optional>

#include "context_reporter.hpp"
#include "hawser/detail/node_memory.hpp"
#include "hawser/port_registry.hpp"
#include "turn_job.hpp"

namespace hawser::detail {

/// What a global scope is made of that its header need not know; in one piece, since there may be
/// many.
struct scope_parts : in_node_memory {
  scope_parts(system_state& system, global_scope& scope) noexcept
    : reporter(system), turns(scope) {}

  context_reporter reporter;
  turn_job turns;
  std::optional<port_registry> registry; ///< None once the scope has ended for good.
};

} // namespace hawser::detail
