#pragma once

#include <string>

#include "hawser/channel.hpp"
#include "hawser/system.hpp"

namespace hawser::detail {

/// A worker that another node shall start, or a shared one that it shall connect with.
struct worker_request {
  scope_kind kind = scope_kind::dedicated_worker;
  std::string node; ///< Its name, or a URL.
  std::string script;
  std::string name;
  std::string origin; ///< Of the owner, serialized.
  endpoint messages;  ///< The worker's end of the channel to its owner.
  endpoint errors;    ///< Where it is told what went wrong; of a shared worker, the lifeline.
  endpoint lifeline;  ///< Ends a dedicated worker with it.
};

class system_state;

/// Is that the node of this system?
bool is_here(const system_state& system, const std::string& node);

/// Asks for the worker on the system's node. If it has none, that is told over `errors`.
void start_elsewhere(system_state& system, worker_request what);

} // namespace hawser::detail
