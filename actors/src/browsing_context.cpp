#include "hawser/browsing_context.hpp"

#include "context_reporter.hpp"
#include "system_state.hpp"

namespace hawser {

browsing_context::browsing_context(caf::actor_config& cfg, detail::context_setup setup)
  : global_scope(cfg, std::move(setup.scope)),
    on_start_failure_(setup.on_start_failure),
    parent_(std::move(setup.parent)),
    opener_(std::move(setup.opener)),
    start_(std::make_unique<start_function>(std::move(setup.start))) {
  reporter().attach(events());
  *setup.made = window();
}

browsing_context::~browsing_context() = default;

// -- who it is ----------------------------------------------------------------------------------

window_proxy browsing_context::window() const {
  return registry().window();
}

window_proxy browsing_context::parent() const {
  return parent_ ? parent_ : window();
}

std::vector<window_proxy> browsing_context::children() const {
  return system().directory.children_of(window().id());
}

// -- messages -----------------------------------------------------------------------------------

void browsing_context::on_message(event_listener callback) {
  events().handler("message", std::move(callback));
}

void browsing_context::on_message_error(event_listener callback) {
  events().handler("messageerror", std::move(callback));
}

event_target& browsing_context::events() noexcept {
  return registry().window_events();
}

// -- other contexts -----------------------------------------------------------------------------

window_proxy browsing_context::open(std::string_view url, start_function start,
                                    open_options options) {
  const auto own = window();
  return system().open(url, std::move(start), std::move(options), {&origin(), own.id(), own});
}

// -- running ------------------------------------------------------------------------------------

void browsing_context::run_start_function() {
  const auto start = std::exchange(start_, nullptr);
  if (!*start)
    return;
  try {
    (*start)(this);
  } catch (...) {
    const auto exception = std::current_exception();
    if (on_start_failure_ == start_failure::is_reported)
      reporter().report_exception(event{"start"}, "the start function", exception);
    else
      fail_start(exception);
  }
}

} // namespace hawser
