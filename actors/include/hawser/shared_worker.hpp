#pragma once

// Shared workers: contexts without a window that every context of one origin may connect to.
//
//   const auto counter = self->make_shared_worker({"counter", count});
//   counter.port().on_message([](hawser::message_event& ev) { ... });
//   counter.port().post_message("and one more");
//
// The first to ask for a script and a name starts the worker, all others meet the same one. It
// lives while at least one of their contexts does.

#include "hawser/worker_handle.hpp"
#include "hawser/worker_options.hpp"
#include "hawser/worker_script.hpp"

namespace hawser {

class shared_worker;

namespace detail {
struct worker_owner;
shared_worker make_shared_worker(const worker_owner& owner, worker_script script,
                                 worker_options options);
} // namespace detail

/// A shared worker as one of its clients sees it. HTML #sharedworker.
///
/// There is one instance for each origin, script name and name in a system. Opaque origins are
/// equal to themselves only, so contexts of different ones never meet.
///
/// A small reference, copied freely; use it only inside the context that made it. The context is
/// a client until it ends, whether it keeps this or not. A default-made one refers to no worker.
///
/// What the worker's listeners throw is the worker's own affair and no `error` event here.
class shared_worker : public worker_handle {
public:
  shared_worker() noexcept = default;

  /// The way to the worker: always the same port, disabled until it is started, an ordinary one in
  /// all else. HTML #dom-sharedworker-port.
  const message_port& port() const noexcept { return own_port(); }

  /// Do both refer to the same connection?
  friend bool operator==(const shared_worker& a, const shared_worker& b) noexcept {
    return a.port() == b.port();
  }

private:
  friend shared_worker detail::make_shared_worker(const detail::worker_owner&, worker_script,
                                                  worker_options);

  using worker_handle::worker_handle;
};

} // namespace hawser
