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
  context_reporter(std::shared_ptr<system_state> system, std::string context_name);

  /// Who it reports for and where the `error` events go; set once these exist.
  void attach(port_registry& registry, event_target& events) noexcept {
    registry_ = &registry;
    events_ = &events;
  }

  /// The actor that runs the context, if one does; what it handles in CAF's way can end it.
  void run_by(const caf::scheduled_actor& actor) noexcept { actor_ = &actor; }

  /// Gets what no `error` listener of the context has handled.
  void escalate_to(std::function<void(const std::string& message)> next) {
    escalate_ = std::move(next);
  }

  /// An error of a worker that its owner has not handled at the worker object: the owner's own
  /// from here on. Its exception has been logged where it was thrown.
  void report_worker_error(const std::string& message) { fire_error(message, nullptr); }

  void report_exception(const event& ev, std::string_view where,
                        std::exception_ptr exception) override;
  void report_refused_post(std::string_view where, const error& err) override;
  void report_undecodable(std::string_view where, const error& err) override;
  void report_channel(const channel_observer& made) override;
  bool goes_on() const noexcept override;

private:
  void fire_error(const std::string& message, std::exception_ptr exception);

  std::shared_ptr<system_state> system_;
  std::string context_name_;
  port_registry* registry_ = nullptr;
  event_target* events_ = nullptr;
  const caf::scheduled_actor* actor_ = nullptr;
  std::function<void(const std::string&)> escalate_;
  bool in_error_hook_ = false;
};

} // namespace hawser::detail
