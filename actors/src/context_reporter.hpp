#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "hawser/port_registry.hpp"

namespace hawser::detail {

class system_state;

/// Tells the log, and the context's own `error` listeners, what its registry reports.
class context_reporter : public registry_host {
public:
  context_reporter(std::shared_ptr<system_state> system, std::string context_name);

  /// Whose window gets the `error` events; set once the registry exists.
  void attach(port_registry& registry) noexcept { registry_ = &registry; }

  void report_exception(const event& ev, std::string_view where,
                        std::exception_ptr exception) override;
  void report_refused_post(std::string_view where, const error& err) override;
  void report_undecodable(std::string_view where, const error& err) override;
  void report_channel(const channel_observer& made) override;

private:
  std::shared_ptr<system_state> system_;
  std::string context_name_;
  port_registry* registry_ = nullptr;
  bool in_error_hook_ = false;
};

} // namespace hawser::detail
