#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

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

/// Why the script cannot be run as a worker of that kind; empty if it can.
std::string load_objection(const std::optional<worker_script>& loaded, const std::string& name,
                           scope_kind kind);

/// A client of a shared worker on its way there.
struct connection {
  endpoint port;     ///< What the worker gets.
  endpoint lifeline; ///< Ends with the client's context.
};

/// Lets a client in to the instance that `key` means, made as `scope` says if there is none. The
/// number of its context if it was made, else 0.
std::uint64_t join_shared_worker(const shared_worker_key& key,
                                 const std::function<void(shared_worker_global_scope*)>& run,
                                 scope_setup scope, std::shared_ptr<connection> client);

} // namespace hawser::detail
