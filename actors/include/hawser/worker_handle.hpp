#pragma once

#include <memory>
#include <string>

#include "hawser/event.hpp"
#include "hawser/event_target.hpp"
#include "hawser/message_port.hpp"

namespace hawser {

/// What `worker` and `shared_worker` have in common: a small reference to an object that gets the
/// events of a worker, in the context that made the worker. HTML #abstractworker, a word that CAF
/// has taken.
class worker_handle {
public:
  explicit operator bool() const noexcept { return static_cast<bool>(port_); }

  /// Gets an `error_event` when the script cannot be loaded. What else gets there, the classes
  /// derived from this one say.
  void on_error(event_listener callback) const;

  /// As on `event_target`; `listener_id::none` once the worker has ended.
  listener_id add_event_listener(std::string type, event_listener callback,
                                 listen how = listen::always) const;
  void remove_event_listener(listener_id id) const;

protected:
  worker_handle() noexcept = default;

  /// `port` is the owner's end of the channel to the worker.
  worker_handle(message_port port, std::weak_ptr<event_target> object) noexcept;

  const message_port& own_port() const noexcept { return port_; }

  /// The object that gets the events; null once the worker has ended. Stops the process in another
  /// context than the one that made the worker, as using a port there does.
  std::shared_ptr<event_target> object() const;

  /// Sets a handler attribute of the object.
  void handler(std::string type, event_listener callback) const;

private:
  message_port port_;
  std::weak_ptr<event_target> object_;
};

} // namespace hawser
