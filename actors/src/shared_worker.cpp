// The client's side of shared workers. HTML #dom-sharedworker.

#include "hawser/shared_worker.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include "actor_waker.hpp"
#include "hawser/detail/context_messages.hpp"
#include "worker_object.hpp"
#include "worker_setup.hpp"

namespace hawser {
namespace detail {
namespace {

shared_worker_directory::instance start(const worker_owner& owner, const worker_script& loaded,
                                        const worker_options& options,
                                        const shared_worker_key& key) {
  shared_worker_directory::instance made;
  scope_setup scope{owner.system,
                    scope_kind::shared_worker,
                    key.origin,
                    options.name.empty() ? key.script : options.name,
                    key.script,
                    options.limits,
                    0,
                    std::stop_source{}};
  made.actor = owner.system->actors.spawn<shared_worker_global_scope>(
    shared_worker_setup{std::move(scope), loaded.shared(), key, &made.id});
  return made;
}

} // namespace

shared_worker make_shared_worker(const worker_owner& owner, worker_script script,
                                 worker_options options) {
  const auto messages = owner.registry.make_channel();
  const auto lifeline = owner.registry.make_channel();
  const auto where =
    "shared worker '" + (options.name.empty() ? script.name() : options.name) + "'";
  messages.port1.label(where);
  lifeline.port1.label("lifeline to " + where);
  const auto made = std::make_shared<shared_worker_object>(owner.reporter, where);
  made->listen(lifeline.port1);
  const auto loaded = owner.system->scripts.load(script);
  if (loaded && loaded->shared()) {
    const shared_worker_key key{owner.registry.origin(), script.name(), options.name};
    const auto instance = owner.system->shared_workers.connect(
      key, [&] { return start(owner, *loaded, options, key); });
    auto client = std::make_shared<connection>(
      connection{owner.registry.release(messages.port2), owner.registry.release(lifeline.port2)});
    enqueue(*caf::actor_cast<caf::abstract_actor*>(instance),
            caf::make_message(connect_client{std::move(client)}), current_execution_unit());
  } else {
    messages.port2.close();
    post_load_failure(lifeline.port2,
                      loaded ? "worker script '" + script.name() + "' is not for shared workers"
                             : "no worker script is called '" + script.name() + "'");
  }
  return {messages.port1, made};
}

void shared_worker_object::listen(const message_port& lifeline) {
  lifeline.on_message([self = shared_from_this()](message_event& ev) {
    error_event failure{load_failure_of(ev.data()).value_or(std::string{}), nullptr};
    self->events_.dispatch_trusted(failure);
  });
}

} // namespace detail

shared_worker::shared_worker(message_port port,
                             std::weak_ptr<detail::shared_worker_object> object) noexcept
  : port_(std::move(port)), object_(std::move(object)) {}

void shared_worker::on_error(event_listener callback) const {
  if (const auto alive = object_.lock())
    alive->events().handler("error", std::move(callback));
}

listener_id shared_worker::add_event_listener(std::string type, event_listener callback,
                                              listen how) const {
  const auto alive = object_.lock();
  return alive ? alive->events().add_event_listener(std::move(type), std::move(callback), how)
               : listener_id::none;
}

void shared_worker::remove_event_listener(listener_id id) const {
  if (const auto alive = object_.lock())
    alive->events().remove_event_listener(id);
}

} // namespace hawser
