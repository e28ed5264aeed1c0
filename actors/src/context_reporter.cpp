#include "context_reporter.hpp"

#include <caf/scheduled_actor.hpp>

#include "hawser/event.hpp"
#include "scheduling.hpp"
#include "system_state.hpp"

namespace hawser::detail {

// HTML #report-an-exception.
void context_reporter::report_exception(const event& ev, std::string_view where,
                                        std::exception_ptr exception) {
  const auto what = describe(exception);
  system_.log.write(component::context, spdlog::level::err, "listener_threw",
                    "context '{}': a listener of '{}' at {} threw: {}", context_name(), ev.type(),
                    where, what);
  fire_error(std::string{where} + ": " + what, std::move(exception));
}

void context_reporter::fire_error(const std::string& message, std::exception_ptr exception) {
  bool handled = false;
  if (!in_error_hook_ && events_ != nullptr) { // Otherwise the hook itself threw.
    in_error_hook_ = true;
    error_event report{message, std::move(exception)};
    events_->dispatch_event(report);
    in_error_hook_ = false;
    handled = report.default_prevented();
  }
  if (!handled && escalate_)
    (*escalate_)(message);
}

void context_reporter::report_refused_post(std::string_view where, const error& err) {
  system_.log.write(component::port, spdlog::level::warn, "post_refused",
                    "context '{}': a post at {} was refused: {}", context_name(), where,
                    to_string(err));
}

void context_reporter::report_undecodable(std::string_view where, const error& err) {
  system_.log.write(component::port, spdlog::level::warn, "message_undecodable",
                    "context '{}': a message at {} could not be rebuilt: {}", context_name(), where,
                    to_string(err));
}

void context_reporter::report_channel(const endpoint& made) {
  system_.open_ports.made(made);
  if (system_.channel_made && context_)
    system_.channel_made(context_, made.observe());
}

void context_reporter::report_long_turn() noexcept {
  rouse_workers(system_.actors);
}

// `quit` leaves an actor without a behaviour, whatever the reason, and so can `unbecome`: CAF ends
// it when the message at hand, here a whole turn, is done.
bool context_reporter::goes_on() const noexcept {
  return actor_ == nullptr || actor_->has_behavior();
}

} // namespace hawser::detail
