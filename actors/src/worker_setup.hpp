#pragma once

#include <functional>

#include "shared_worker_directory.hpp"
#include "system_state.hpp"

namespace hawser::detail {

/// What a dedicated worker is made of.
struct dedicated_worker_setup {
  scope_setup scope;
  std::function<void(dedicated_worker_global_scope*)> start;
  endpoint inside;     ///< Its end of the channel to the worker object.
  endpoint errors;     ///< Where errors go that it does not handle.
  std::uint64_t* made; ///< Where the new context's number goes.
};

/// What a shared worker is made of.
struct shared_worker_setup {
  scope_setup scope;
  std::function<void(shared_worker_global_scope*)> start;
  shared_worker_key key;
  std::uint64_t* made;
};

/// A client of a shared worker on its way there.
struct connection {
  endpoint port;     ///< What the worker gets.
  endpoint lifeline; ///< Ends with the client's context.
};

} // namespace hawser::detail
