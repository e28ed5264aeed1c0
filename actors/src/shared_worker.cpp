// The client's side of shared workers. HTML #dom-sharedworker.

#include "hawser/shared_worker.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include "hawser/detail/context_messages.hpp"
#include "node/worker_request.hpp"
#include "scheduling.hpp"
#include "worker_object.hpp"
#include "worker_setup.hpp"

namespace hawser {
namespace detail {
namespace {

void connect_here(const worker_owner& owner, const worker_script& script,
                  const worker_options& options, const message_channel& messages,
                  const message_channel& lifeline) {
  const auto loaded = owner.system->scripts.load(script);
  const auto why = load_objection(loaded, script.name(), scope_kind::shared_worker);
  if (!why.empty()) {
    messages.port2.close();
    return post_load_failure(lifeline.port2, why);
  }
  scope_setup scope{owner.system,
                    scope_kind::shared_worker,
                    owner.registry.origin(),
                    options.name.empty() ? script.name() : options.name,
                    script.name(),
                    options.limits,
                    0,
                    std::stop_source{}};
  const shared_worker_key key{owner.registry.origin(), script.name(), options.name};
  join_shared_worker(
    key, loaded->shared(), std::move(scope),
    std::make_shared<connection>(
      connection{owner.registry.release(messages.port2), owner.registry.release(lifeline.port2)}));
}

} // namespace

std::uint64_t join_shared_worker(const shared_worker_key& key,
                                 const std::function<void(shared_worker_global_scope*)>& run,
                                 scope_setup scope, std::shared_ptr<connection> client) {
  shared_worker_directory::instance made;
  const auto system = scope.system;
  const auto instance = system->shared_workers.connect(key, [&] {
    made.actor = system->actors.spawn<shared_worker_global_scope>(
      shared_worker_setup{std::move(scope), run, key, &made.id});
    return made;
  });
  enqueue(*caf::actor_cast<caf::abstract_actor*>(instance),
          caf::make_message(connect_client{std::move(client)}), current_execution_unit());
  return made.id;
}

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
  if (options.node.empty() || is_here(*owner.system, options.node))
    connect_here(owner, script, options, messages, lifeline);
  else
    start_elsewhere(*owner.system,
                    {scope_kind::shared_worker, options.node, script.name(), options.name,
                     to_string(owner.registry.origin()), owner.registry.release(messages.port2),
                     owner.registry.release(lifeline.port2), endpoint{}});
  return {messages.port1, made};
}

} // namespace detail
} // namespace hawser
