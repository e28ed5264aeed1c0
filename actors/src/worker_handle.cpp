#include "hawser/worker_handle.hpp"

#include <utility>

namespace hawser {

worker_handle::worker_handle(message_port port, std::weak_ptr<event_target> object) noexcept
  : port_(std::move(port)), object_(std::move(object)) {}

// A worker that has ended has no events, whoever still asks for them.
std::shared_ptr<event_target> worker_handle::object() const {
  auto alive = object_.lock();
  if (alive)
    static_cast<void>(port_.detached());
  return alive;
}

void worker_handle::handler(std::string type, event_listener callback) const {
  if (const auto alive = object())
    alive->handler(std::move(type), std::move(callback));
}

void worker_handle::on_error(event_listener callback) const {
  handler("error", std::move(callback));
}

listener_id worker_handle::add_event_listener(std::string type, event_listener callback,
                                              listen how) const {
  const auto alive = object();
  return alive ? alive->add_event_listener(std::move(type), std::move(callback), how)
               : listener_id::none;
}

void worker_handle::remove_event_listener(listener_id id) const {
  if (const auto alive = object())
    alive->remove_event_listener(id);
}

} // namespace hawser
