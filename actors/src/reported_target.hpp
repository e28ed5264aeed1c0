#pragma once

#include <string>
#include <utility>

#include "hawser/event_target.hpp"
#include "hawser/port_registry.hpp"

namespace hawser::detail {

/// A target in a context that is neither a port nor a window. What its listeners throw goes to the
/// context's host.
class reported_target : public event_target {
public:
  /// `host` must outlive every dispatch; `where` says in logs and errors what this is.
  reported_target(registry_host& host, std::string where) : host_(host), where_(std::move(where)) {}

  using event_target::dispatch_trusted;

  /// Fires here what arrived at a port that nobody sees. HTML #message-event-target.
  void fire_again(const message_event& arrived);

  const std::string& where() const noexcept { return where_; }

protected:
  void report_exception(const event& ev, std::exception_ptr exception) override {
    host_.report_exception(ev, where_, std::move(exception));
  }

private:
  registry_host& host_;
  std::string where_;
};

} // namespace hawser::detail
