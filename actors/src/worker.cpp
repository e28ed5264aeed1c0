// The owner's side of dedicated workers. HTML #dom-worker.
//
// Two channels join a worker and its owner: one for messages, and one for what the worker's own
// error handlers have not handled. Both are ordinary channels, so a worker's end reaches its owner
// as any channel's end does, after everything that was posted before.

#include "hawser/worker.hpp"

#include <caf/actor_system.hpp>

#include "node/worker_request.hpp"
#include "worker_object.hpp"
#include "worker_setup.hpp"

namespace hawser {
namespace detail {
namespace {

constexpr std::string_view load_failure = "load_failure";

scope_setup scope_of(const worker_owner& owner, const worker_script& script,
                     const worker_options& options) {
  return {owner.system,
          scope_kind::dedicated_worker,
          owner.registry.origin(),
          options.name.empty() ? script.name() : options.name,
          script.name(),
          options.limits,
          owner.registry.window().id(),
          std::stop_source{},
          owner.registry.cluster()};
}

void start_here(const worker_owner& owner, const worker_script& script,
                const worker_options& options, const message_port& inside,
                const message_port& errors, worker_object& made) {
  const auto loaded = owner.system->scripts.load(script);
  const auto why = load_objection(loaded, script.name(), scope_kind::dedicated_worker);
  if (!why.empty()) {
    inside.close();
    return post_load_failure(errors, why);
  }
  std::uint64_t id = 0;
  owner.system->actors.spawn<dedicated_worker_global_scope>(
    dedicated_worker_setup{scope_of(owner, script, options), loaded->dedicated(),
                           owner.registry.release(inside), owner.registry.release(errors), &id});
  made.runs_as(id);
}

} // namespace

void post_load_failure(const message_port& errors, const std::string& what) {
  static_cast<void>(errors.post_message(object{{std::string{load_failure}, what}}));
  errors.close();
}

std::optional<std::string> load_failure_of(const value& posted) {
  return posted[load_failure].as<std::string>();
}

std::string load_objection(const std::optional<worker_script>& loaded, const std::string& name,
                           scope_kind kind) {
  if (!loaded)
    return "no worker script is called '" + name + "'";
  const bool shared = kind == scope_kind::shared_worker;
  const bool fits = shared ? bool{loaded->shared()} : bool{loaded->dedicated()};
  return fits ? ""
              : "worker script '" + name + "' is not for " + (shared ? "shared" : "dedicated")
                  + " workers";
}

worker make_worker(const worker_owner& owner, worker_script script, worker_options options) {
  const auto messages = owner.registry.make_channel();
  const auto errors = owner.registry.make_channel();
  const auto where = "worker '" + (options.name.empty() ? script.name() : options.name) + "'";
  messages.port1.label(where);
  errors.port1.label("errors of " + where);
  const auto made = std::make_shared<worker_object>(owner, messages.port1, errors.port1, where);
  made->listen();
  if (options.node.empty() || is_here(*owner.system, options.node))
    start_here(owner, script, options, messages.port2, errors.port2, *made);
  else
    start_elsewhere(*owner.system,
                    {scope_kind::dedicated_worker, options.node, script.name(), options.name,
                     to_string(owner.registry.origin()), owner.registry.release(messages.port2),
                     owner.registry.release(errors.port2), made->make_lifeline()});
  return {messages.port1, made};
}

worker_object::worker_object(const worker_owner& owner, message_port outside, message_port errors,
                             std::string where)
  : reported_target(owner.reporter, std::move(where)),
    system_(owner.system),
    registry_(owner.registry),
    reporter_(owner.reporter),
    outside_(std::move(outside)),
    errors_(std::move(errors)) {}

void worker_object::listen() {
  const auto self = shared_from_this();
  errors_.on_message([self](message_event& ev) { self->take_error(ev.data()); });
  for (const auto& port : {errors_, outside_})
    registry_.always_tell_close(port);
  errors_.on_close([self] { self->channel_closed(); });
  outside_.on_message_error([self](message_event& ev) { self->fire_again(ev); });
  outside_.on_close([self](close_event& ev) {
    self->closed_ = std::make_unique<close_event>(ev.reason(), ev.undelivered());
    self->channel_closed();
  });
  outside_.on_message([self](message_event& ev) { self->fire_again(ev); });
}

// HTML #report-an-exception, what the owner does about an error the worker has not handled.
void worker_object::take_error(const value& what) {
  const auto failure = load_failure_of(what);
  error_event ev{failure ? *failure : to_string(what), nullptr};
  dispatch_trusted(ev);
  // A script that does not load is no exception, so nobody else hears of it.
  if (!failure && !ev.default_prevented())
    reporter_.report_worker_error(where() + ": " + ev.message());
}

void worker_object::channel_closed() {
  if (--open_channels_ != 0)
    return;
  if (lifeline_)
    lifeline_.close();
  dispatch_trusted(*closed_);
}

endpoint worker_object::make_lifeline() {
  const auto channel = registry_.make_channel();
  lifeline_ = channel.port1;
  lifeline_.label("lifeline of " + where());
  return registry_.release(channel.port2);
}

// HTML #terminate-a-worker.
void worker_object::terminate() {
  if (outside_.detached())
    return;
  const auto drop = [this](const message_port& port) {
    if (!port.detached())
      registry_.release(port).close(close_reason::closed_by_peer);
  };
  // The worker first: what it posts from here on shall find nobody.
  end_contexts(system_->directory.terminate(id_));
  if (lifeline_)
    drop(lifeline_);
  drop(outside_);
  drop(errors_);
}

} // namespace detail

error worker::post_message(const value& data, const transfer_list& transfer) const {
  return own_port().post_message(data, transfer);
}

error worker::post_message(const value& data) const {
  return own_port().post_message(data);
}

void worker::terminate() const {
  if (const auto alive = object())
    static_cast<detail::worker_object&>(*alive).terminate();
}

void worker::on_message(event_listener callback) const {
  handler("message", std::move(callback));
}

void worker::on_message_error(event_listener callback) const {
  handler("messageerror", std::move(callback));
}

void worker::on_close(event_listener callback) const {
  handler("close", std::move(callback));
}

} // namespace hawser
