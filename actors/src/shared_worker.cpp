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
  // The object behind the handle. The lifeline's listener keeps it: it goes when the worker ends.
  const auto made = std::make_shared<reported_target>(owner.reporter, where);
  lifeline.port1.on_message([made](message_event& ev) {
    error_event failure{load_failure_of(ev.data()).value_or(std::string{}), nullptr};
    made->dispatch_trusted(failure);
  });
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

} // namespace detail
} // namespace hawser
