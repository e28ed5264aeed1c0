#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <utility>

#include "hawser/worker_global_scope.hpp"

namespace hawser {

/// What a worker runs first, and the name it goes by: a script's URL on the Web.
///
/// A name alone means the script that `system::define_worker_script` has put under it; if there is
/// none, the worker object gets an `error` event as for a script that cannot be loaded.
class worker_script {
public:
  worker_script(std::string name) : name_(std::move(name)) {}

  worker_script(const char* name) : name_(name) {}

  /// `start` takes a `dedicated_worker_global_scope*` or a `shared_worker_global_scope*`; what
  /// takes both, as `worker_global_scope*` or `auto*`, serves workers of both kinds.
  template <class Start>
    requires(
      std::invocable<
        Start&,
        dedicated_worker_global_scope*> || std::invocable<Start&, shared_worker_global_scope*>)
  worker_script(std::string name, Start start) : name_(std::move(name)) {
    if constexpr (std::invocable<Start&, dedicated_worker_global_scope*>)
      dedicated_ = start;
    if constexpr (std::invocable<Start&, shared_worker_global_scope*>)
      shared_ = std::move(start);
  }

  const std::string& name() const noexcept { return name_; }

  /// Its start function for either kind of worker, empty if it has none.
  const std::function<void(dedicated_worker_global_scope*)>& dedicated() const noexcept {
    return dedicated_;
  }

  const std::function<void(shared_worker_global_scope*)>& shared() const noexcept {
    return shared_;
  }

private:
  std::string name_;
  std::function<void(dedicated_worker_global_scope*)> dedicated_;
  std::function<void(shared_worker_global_scope*)> shared_;
};

} // namespace hawser
