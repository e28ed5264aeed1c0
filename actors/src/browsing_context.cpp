#include "hawser/browsing_context.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>

#include "actor_waker.hpp"
#include "context_reporter.hpp"
#include "hawser/detail/context_messages.hpp"
#include "system_state.hpp"

namespace hawser {
namespace {

// Sets the thread's execution unit while an actor runs.
class execution_unit_guard {
public:
  explicit execution_unit_guard(detail::execution_unit* unit) noexcept
    : previous_(std::exchange(detail::current_execution_unit(), unit)) {}

  ~execution_unit_guard() { detail::current_execution_unit() = previous_; }

  execution_unit_guard(const execution_unit_guard&) = delete;
  execution_unit_guard& operator=(const execution_unit_guard&) = delete;

private:
  detail::execution_unit* previous_;
};

} // namespace

browsing_context::browsing_context(caf::actor_config& cfg, detail::context_setup setup)
  : caf::event_based_actor(cfg),
    system_(std::move(setup.system)),
    reporter_(std::make_unique<detail::context_reporter>(system_, setup.options.name)),
    registry_(std::make_unique<port_registry>(
      *reporter_,
      std::make_shared<detail::actor_waker>(caf::actor_cast<caf::strong_actor_ptr>(this)),
      std::move(setup.origin), setup.options.limits.value_or(system_->default_limits),
      setup.options.name)),
    url_(std::move(setup.url)),
    context_name_(std::move(setup.options.name)),
    parent_(std::move(setup.parent)),
    opener_(std::move(setup.opener)),
    start_(std::move(setup.start)),
    on_start_failure_(setup.options.on_start_failure) {
  reporter_->attach(*registry_);
  registry_->strict_html(system_->strict);
  system_->open_ports.opened(*registry_, context_name_);
  registry_->share_broadcasts(system_->broadcasts);
  *setup.made = registry_->window();
  const bool added = system_->directory.add(
    {caf::actor{this}, registry_->window(), setup.parent_id, url_, registry_.get(), {}});
  if (!added)
    registry_->close(close_reason::context_closed);
  set_exception_handler([this](std::exception_ptr& exception) {
    crashed_ = true;
    auto what = detail::describe(exception);
    system_->log.write(detail::component::context, spdlog::level::err, "handler_threw",
                       "context '{}': a CAF handler threw, the context ends: {}", context_name_,
                       what);
    return caf::make_error(caf::sec::runtime_error, std::move(what));
  });
}

browsing_context::~browsing_context() = default;

// -- who it is ----------------------------------------------------------------------------------

const origin& browsing_context::origin() const noexcept {
  return registry_->origin();
}

window_proxy browsing_context::window() const {
  return registry_->window();
}

window_proxy browsing_context::parent() const {
  return parent_ ? parent_ : window();
}

std::vector<window_proxy> browsing_context::children() const {
  return system_->directory.children_of(registry_->window().id());
}

// -- messages -----------------------------------------------------------------------------------

message_channel browsing_context::make_channel(const char* file, std::uint32_t line) {
  return registry_->make_channel(file, line);
}

broadcast_channel browsing_context::make_broadcast_channel(std::string name) {
  return registry_->make_broadcast_channel(std::move(name));
}

void browsing_context::on_message(event_listener callback) {
  registry_->window_events().handler("message", std::move(callback));
}

void browsing_context::on_message_error(event_listener callback) {
  registry_->window_events().handler("messageerror", std::move(callback));
}

void browsing_context::on_error(event_listener callback) {
  registry_->window_events().handler("error", std::move(callback));
}

listener_id browsing_context::add_event_listener(std::string type, event_listener callback,
                                                 listen how) {
  return registry_->window_events().add_event_listener(std::move(type), std::move(callback), how);
}

void browsing_context::remove_event_listener(listener_id id) {
  registry_->window_events().remove_event_listener(id);
}

port_registry& browsing_context::registry() noexcept {
  return *registry_;
}

// -- other contexts -----------------------------------------------------------------------------

window_proxy browsing_context::open(std::string_view url, start_function start,
                                    open_options options) {
  const auto own = window();
  return system_->open(url, std::move(start), std::move(options), {&origin(), own.id(), own});
}

void browsing_context::close() {
  registry_->stop_deliveries();
  quit(caf::exit_reason::user_shutdown);
}

void browsing_context::suspend_deliveries() {
  registry_->suspend();
}

void browsing_context::resume_deliveries() {
  registry_->resume();
}

// -- running ------------------------------------------------------------------------------------

caf::resumable::resume_result browsing_context::resume(detail::execution_unit* unit,
                                                       std::size_t max) {
  caf::resumable::resume_result outcome;
  {
    const execution_unit_guard unit_guard{unit};
    const registry_scope scope{*registry_};
    outcome = caf::event_based_actor::resume(unit, max);
  }
  // An actor that waits for messages may be running on another thread by now; one that is done
  // never runs again. Whoever can post here keeps the waker, and that the actor: let go of the
  // ring.
  if (outcome == caf::resumable::done && ended_)
    registry_.reset();
  return outcome;
}

caf::behavior browsing_context::make_behavior() {
  if (registry_->closed()) {
    quit(caf::exit_reason::user_shutdown); // Its parent ended before it began.
    return {};
  }
  run_start_function();
  started_ = true;
  if (crashed_)
    return {};
  return own_behavior();
}

void browsing_context::run_start_function() {
  const auto start = std::exchange(start_, nullptr);
  if (!start)
    return;
  try {
    start(this);
  } catch (...) {
    const auto exception = std::current_exception();
    const auto what = detail::describe(exception);
    if (on_start_failure_ == start_failure::is_reported) {
      reporter_->report_exception(event{"start"}, "the start function", exception);
      return;
    }
    system_->log.write(detail::component::context, spdlog::level::err, "start_threw",
                       "context '{}': its start function threw, the context ends: {}",
                       context_name_, what);
    crashed_ = true;
    quit(caf::make_error(caf::sec::runtime_error, what));
  }
}

caf::behavior browsing_context::own_behavior() {
  caf::message_handler own{
    [this](detail::wake_up) { take_turn(); },
    [this](detail::close_context) { close(); },
  };
  return own.or_else(handlers_);
}

void browsing_context::handle_with(caf::message_handler more) {
  handlers_ = handlers_ ? handlers_.or_else(more) : std::move(more);
  if (started_)
    become(own_behavior());
}

void browsing_context::take_turn() {
  if (registry_->run_turn())
    detail::enqueue(*this, caf::make_message(detail::wake_up{}), context());
}

void browsing_context::on_exit() {
  const auto& reason = fail_state();
  const bool in_order =
    !crashed_
    && (!reason || reason == caf::exit_reason::normal || reason == caf::exit_reason::user_shutdown
        || reason == caf::exit_reason::remote_link_unreachable
        || reason == caf::exit_reason::unreachable);
  crashed_ = !in_order;
  end(in_order ? close_reason::context_closed : close_reason::context_crashed);
}

void browsing_context::end(close_reason reason) {
  ended_ = true;
  const auto id = window().id();
  registry_->close(reason);
  const auto message = caf::make_message(detail::close_context{});
  for (const auto& child : system_->directory.remove(id, crashed_))
    detail::enqueue(*caf::actor_cast<caf::abstract_actor*>(child), message,
                    detail::current_execution_unit());
}

} // namespace hawser
