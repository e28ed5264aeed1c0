#include "hawser/worker_global_scope.hpp"

#include "context_reporter.hpp"
#include "reported_target.hpp"
#include "worker_setup.hpp"

namespace hawser {

worker_global_scope::worker_global_scope(caf::actor_config& cfg, detail::scope_setup setup)
  : global_scope(cfg, std::move(setup)),
    events_(std::make_unique<detail::reported_target>(reporter(), "worker scope")) {
  reporter().attach(*events_);
  // Whoever got a window message from here may answer to its source.
  registry().window_events().add_event_listener(
    "message", [this](message_event& ev) { events_->fire_again(ev); });
}

worker_global_scope::~worker_global_scope() = default;

void worker_global_scope::close() {
  registry().stop_broadcasts();
  global_scope::close();
}

event_target& worker_global_scope::events() noexcept {
  return *events_;
}

void worker_global_scope::leave() {
  events_->clear_listeners();
}

// HTML #run-a-worker, its last steps.
void worker_global_scope::run(const std::function<void()>& start) {
  try {
    start();
  } catch (...) {
    reporter().report_exception(event{"start"}, "the start function", std::current_exception());
  }
}

// -- dedicated ----------------------------------------------------------------------------------

dedicated_worker_global_scope::dedicated_worker_global_scope(caf::actor_config& cfg,
                                                             detail::dedicated_worker_setup setup)
  : worker_global_scope(cfg, std::move(setup.scope)),
    start_(std::move(setup.start)),
    inside_(registry().adopt(std::move(setup.inside))),
    errors_(registry().adopt(std::move(setup.errors))) {
  const registry_scope scope{registry()}; // It is made in its owner's turn.
  inside_.label("to the owner");
  errors_.label("errors to the owner");
  reporter().escalate_to([this](const std::string& message) {
    if (errors_)
      static_cast<void>(errors_.post_message(message));
  });
  *setup.made = registry().window().id();
}

dedicated_worker_global_scope::~dedicated_worker_global_scope() = default;

error dedicated_worker_global_scope::post_message(const value& data,
                                                  const transfer_list& transfer) const {
  if (!inside_)
    return {}; // It has ended, and a listener's destructor posts still.
  return inside_.post_message(data, transfer);
}

error dedicated_worker_global_scope::post_message(const value& data) const {
  return post_message(data, {});
}

void dedicated_worker_global_scope::on_message(event_listener callback) {
  events().handler("message", std::move(callback));
}

void dedicated_worker_global_scope::on_message_error(event_listener callback) {
  events().handler("messageerror", std::move(callback));
}

void dedicated_worker_global_scope::run_start_function() {
  const auto start = std::exchange(start_, nullptr);
  run([&] { start(this); });
}

void dedicated_worker_global_scope::begin_events() {
  inside_.on_message_error([this](message_event& ev) { own_events().fire_again(ev); });
  inside_.on_message([this](message_event& ev) { own_events().fire_again(ev); });
}

void dedicated_worker_global_scope::leave() {
  worker_global_scope::leave();
  inside_ = {};
  errors_ = {};
}

} // namespace hawser
