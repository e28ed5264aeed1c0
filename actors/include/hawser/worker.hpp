#pragma once

// Workers: contexts without a window that one owner has made for itself.
//
//   auto counter = self->make_worker({"counter", count}, {.name = "first"});
//   counter.on_message([](hawser::message_event& ev) { ... });
//   counter.post_message("begin");
//
// A channel joins the worker object, here, and the worker's global scope, there. Neither side sees
// its ports: they are enabled from the beginning, the worker's once its start function has run, and
// they end with the worker.

#include "hawser/error.hpp"
#include "hawser/transfer_list.hpp"
#include "hawser/worker_handle.hpp"
#include "hawser/worker_options.hpp"
#include "hawser/worker_script.hpp"

namespace hawser {

class worker;

namespace detail {
struct worker_owner;
worker make_worker(const worker_owner& owner, worker_script script, worker_options options);
} // namespace detail

/// A dedicated worker as its owner sees it. HTML #worker.
///
/// A small reference, copied freely; use it only inside the context that made it. Neither dropping
/// it nor keeping it changes how long the worker lives: it ends by `terminate`, by its own `close`,
/// or with its owner. A default-made one refers to no worker.
///
/// `error` listeners also get an `error_event` for errors that the worker has not handled itself;
/// those that are not handled here either, by `prevent_default`, go to this context's own `error`
/// listeners.
class worker : public worker_handle {
public:
  worker() noexcept = default;

  /// Posts a message to the worker's global scope; errors and transfer as with
  /// `message_port::post_message`. Once the worker has ended it delivers nothing.
  /// HTML #dom-worker-postmessage.
  error post_message(const value& data, const transfer_list& transfer) const;
  error post_message(const value& data) const;

  /// Ends the worker, and those nested in it, without waiting for it. From now on no event is fired
  /// at this object, not even for what has arrived already. The worker handles no further event,
  /// and what its current one still posts reaches nobody. HTML #dom-worker-terminate.
  void terminate() const;

  /// The handler attributes for what the worker posts.
  void on_message(event_listener callback) const;
  void on_message_error(event_listener callback) const;

  /// Gets a `close_event` when the worker has ended other than by `terminate`, after all it had
  /// posted. DEVIATION(D11).
  void on_close(event_listener callback) const;

  /// Do both refer to the same worker?
  friend bool operator==(const worker& a, const worker& b) noexcept {
    return a.own_port() == b.own_port();
  }

private:
  friend worker detail::make_worker(const detail::worker_owner&, worker_script, worker_options);

  using worker_handle::worker_handle; // Its port is HTML #outside-port, never handed out.
};

} // namespace hawser
