#include "hawser/global_scope.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>

#include "hawser/detail/context_messages.hpp"
#include "hawser/shared_worker.hpp"
#include "hawser/worker.hpp"
#include "scheduling.hpp"
#include "scope_parts.hpp"
#include "system_state.hpp"
#include "worker_object.hpp"

namespace hawser {
namespace {

// The scope whose CAF messages this thread handles.
global_scope*& current_scope() noexcept {
  [[gnu::tls_model("initial-exec")]] static constinit thread_local global_scope* scope = nullptr;
  return scope;
}

class set_current_scope {
public:
  explicit set_current_scope(global_scope* scope) noexcept
    : previous_(std::exchange(current_scope(), scope)) {}

  ~set_current_scope() { current_scope() = previous_; }

  set_current_scope(const set_current_scope&) = delete;
  set_current_scope& operator=(const set_current_scope&) = delete;

private:
  global_scope* previous_;
};

// What a turn answers to: an element without a sender.
caf::mailbox_element* no_message() {
  thread_local const caf::mailbox_element_ptr none = detail::make_anonymous_element(caf::message{});
  return none.get();
}

} // namespace

global_scope::global_scope(caf::actor_config& cfg, detail::scope_setup setup)
  : caf::event_based_actor(cfg),
    system_(std::move(setup.system)),
    url_(std::move(setup.url)),
    parts_(std::make_unique<detail::scope_parts>(*system_, *this)) {
  auto& registry = parts_->registry.emplace(
    parts_->reporter,
    std::make_shared<detail::turn_waker>(caf::actor_cast<caf::strong_actor_ptr>(this),
                                         parts_->turns),
    std::move(setup.origin), setup.limits.value_or(system_->default_limits), std::move(setup.name));
  parts_->reporter.speak_for(registry.window());
  parts_->reporter.run_by(*this);
  registry.stop_on(setup.termination.get_token());
  registry.strict_html(system_->strict);
  if (setup.kind == scope_kind::shared_worker)
    registry.join({registry.window().id(), registry.origin()}); // Nobody shares its memory.
  else if (setup.cluster)
    registry.join(*std::move(setup.cluster));
  registry.share_broadcasts(system_->broadcasts);
  system_->open_ports.opened(registry, context_name());
  const bool added = system_->directory.add({.actor = caf::actor{this},
                                             .window = registry.window(),
                                             .parent = setup.parent_id,
                                             .url = &url_,
                                             .registry = &registry,
                                             .kind = setup.kind,
                                             .termination = std::move(setup.termination)});
  if (!added)
    registry.close(close_reason::context_closed);
  set_exception_handler([this](std::exception_ptr& exception) { return crash(exception); });
}

global_scope::~global_scope() = default;

// -- who it is ----------------------------------------------------------------------------------

const origin& global_scope::origin() const noexcept {
  return parts_->registry->origin();
}

const std::string& global_scope::context_name() const noexcept {
  return parts_->reporter.context_name();
}

detail::context_reporter& global_scope::reporter() noexcept {
  return parts_->reporter;
}

// -- messages -----------------------------------------------------------------------------------

message_channel global_scope::make_channel(const char* file, std::uint32_t line) {
  return parts_->registry->make_channel(file, line);
}

broadcast_channel global_scope::make_broadcast_channel(std::string name) {
  return parts_->registry->make_broadcast_channel(std::move(name));
}

void global_scope::on_error(event_listener callback) {
  events().handler("error", std::move(callback));
}

listener_id global_scope::add_event_listener(std::string type, event_listener callback,
                                             listen how) {
  return events().add_event_listener(std::move(type), std::move(callback), how);
}

void global_scope::remove_event_listener(listener_id id) {
  events().remove_event_listener(id);
}

port_registry& global_scope::registry() noexcept {
  return *parts_->registry;
}

const port_registry& global_scope::registry() const noexcept {
  return *parts_->registry;
}

// -- workers ------------------------------------------------------------------------------------

worker global_scope::make_worker(worker_script script, worker_options options) {
  return detail::make_worker({system_, *parts_->registry, parts_->reporter}, std::move(script),
                             std::move(options));
}

shared_worker global_scope::make_shared_worker(worker_script script, worker_options options) {
  return detail::make_shared_worker({system_, *parts_->registry, parts_->reporter},
                                    std::move(script), std::move(options));
}

// -- running ------------------------------------------------------------------------------------

void global_scope::suspend_deliveries() {
  parts_->registry->suspend();
}

void global_scope::resume_deliveries() {
  parts_->registry->resume();
}

void global_scope::close() {
  parts_->registry->stop_deliveries();
  quit(caf::exit_reason::user_shutdown);
}

void global_scope::stop_turns() noexcept {
  parts_->turns.stop();
}

caf::resumable::resume_result global_scope::resume(detail::execution_unit* unit, std::size_t max) {
  const detail::running_actor here{unit};
  if (!parts_->turns.enter(detail::turn_job::entry::mail))
    return caf::resumable::awaiting_message;
  caf::resumable::resume_result outcome;
  {
    const set_current_scope scope_here{this};
    const registry_scope scope{*parts_->registry};
    outcome = caf::event_based_actor::resume(unit, max);
  }
  return leave_to_others(outcome);
}

// What CAF does around a message that it handles, for what is none.
caf::resumable::resume_result global_scope::resume_turn(detail::execution_unit* unit) {
  const detail::running_actor here{unit};
  if (!parts_->turns.enter(detail::turn_job::entry::turn))
    return caf::resumable::awaiting_message;
  auto outcome = caf::resumable::awaiting_message;
  if (!started_) {
    early_ = true;
  } else {
    const registry_scope scope{*parts_->registry};
    context(unit);
    current_mailbox_element(no_message());
    try {
      take_turn();
    } catch (...) {
      quit(crash(std::current_exception()));
    }
    current_mailbox_element(nullptr);
    if (!alive() && finalize())
      outcome = caf::resumable::done;
    else if (busy_)
      outcome = caf::resumable::resume_later;
  }
  return leave_to_others(outcome);
}

// An actor that waits for messages may be running on another thread by now; one that is done never
// runs again. Whoever can post here keeps the waker, and that the actor: let go of the ring.
caf::resumable::resume_result global_scope::leave_to_others(caf::resumable::resume_result outcome) {
  if (outcome != caf::resumable::done)
    parts_->turns.leave();
  else if (ended_)
    parts_->registry.reset();
  return outcome;
}

caf::behavior global_scope::make_behavior() {
  if (!system_->directory.begin(parts_->registry->window().id()))
    detail::enqueue(*this, caf::make_message(detail::close_context{}), context());
  if (parts_->registry->closed() || parts_->registry->stopped()) {
    quit(caf::exit_reason::user_shutdown); // It was ended before it began.
    return {};
  }
  run_start_function();
  started_ = true;
  if (crashed_)
    return {};
  begin_events();
  if (early_) // It was woken before and will not be again until it has taken its turn.
    parts_->turns.schedule();
  return own_behavior();
}

caf::error global_scope::crash(const std::exception_ptr& exception) {
  crashed_ = true;
  auto what = detail::describe(exception);
  system_->log.write(detail::component::context, spdlog::level::err, "handler_threw",
                     "context '{}': a CAF handler threw, the context ends: {}", context_name(),
                     what);
  return caf::make_error(caf::sec::runtime_error, std::move(what));
}

void global_scope::fail_start(const std::exception_ptr& exception) {
  const auto what = detail::describe(exception);
  system_->log.write(detail::component::context, spdlog::level::err, "start_threw",
                     "context '{}': its start function threw, the context ends: {}", context_name(),
                     what);
  crashed_ = true;
  quit(caf::make_error(caf::sec::runtime_error, what));
}

// All have one handler together: one each took 48 bytes of a context that has no others.
caf::message_handler global_scope::own_handlers() {
  static const caf::message_handler shared{
    [](detail::close_context) { current_scope()->close(); },
  };
  return shared;
}

caf::behavior global_scope::own_behavior() {
  return own_handlers().or_else(handlers_);
}

void global_scope::handle_with(caf::message_handler more) {
  handlers_ = handlers_ ? handlers_.or_else(more) : std::move(more);
  if (started_)
    become(own_behavior());
}

void global_scope::take_turn() {
  busy_ = parts_->registry->run_turn();
  end_turn();
}

void global_scope::on_exit() {
  const auto& reason = fail_state();
  const bool in_order =
    !crashed_
    && (!reason || reason == caf::exit_reason::normal || reason == caf::exit_reason::user_shutdown
        || reason == caf::exit_reason::remote_link_unreachable
        || reason == caf::exit_reason::unreachable);
  crashed_ = !in_order;
  end(in_order ? close_reason::context_closed : close_reason::context_crashed);
}

void global_scope::end(close_reason reason) {
  ended_ = true;
  handlers_ = {};
  leave();
  const auto id = parts_->registry->window().id();
  parts_->registry->close(reason);
  detail::end_contexts(system_->directory.remove(id, crashed_));
}

} // namespace hawser
