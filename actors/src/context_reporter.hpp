#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <caf/fwd.hpp>

#include "hawser/port_registry.hpp"

namespace hawser::detail {

class system_state;

/// Tells the log, and the context's own `error` listeners, what its registry reports.
class context_reporter : public registry_host {
public:
  /// The system outlives it.
  explicit context_reporter(system_state& system) noexcept : system_(system) {}

  /// Who it reports for; set once that exists.
  void speak_for(window_proxy context) noexcept { context_ = std::move(context); }

  /// Where the `error` events go; set once that exists.
  void attach(event_target& events) noexcept { events_ = &events; }

  const std::string& context_name() const noexcept { return context_.name(); }

  /// The actor that runs the context, if one does; what it handles in CAF's way can end it.
  void run_by(const caf::scheduled_actor& actor) noexcept { actor_ = &actor; }

  /// Gets what no `error` listener of the context has handled.
  void escalate_to(std::function<void(const std::string& message)> next) {
    escalate_ = std::make_unique<escalation>(std::move(next));
  }

  /// An error of a worker that its owner has not handled at the worker object: the owner's own
  /// from here on. Its exception has been logged where it was thrown.
  void report_worker_error(const std::string& message) { fire_error(message, nullptr); }

  void report_exception(const event& ev, std::string_view where,
                        std::exception_ptr exception) override;
  void report_refused_post(std::string_view where, const error& err) override;
  void report_undecodable(std::string_view where, const error& err) override;
  void report_channel(const endpoint& made) override;
  void report_long_turn() noexcept override;
  bool goes_on() const noexcept override;

private:
  using escalation = std::function<void(const std::string& message)>;

  void fire_error(const std::string& message, std::exception_ptr exception);

  system_state& system_;
  window_proxy context_;
  event_target* events_ = nullptr;
  const caf::scheduled_actor* actor_ = nullptr;
  std::unique_ptr<escalation> escalate_; ///< Only dedicated workers have one.
  bool in_error_hook_ = false;
};

} // namespace hawser::detail
