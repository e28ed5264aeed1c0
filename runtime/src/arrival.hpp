#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hawser/event.hpp"
#include "port.hpp"

namespace hawser::detail {

/// The event of a message that has arrived, made in place: there is one for every message.
class arrival {
public:
  arrival() noexcept : event_(&message_type()) {}

  /// At a port, which must outlive it. The event's handle is lent and not counted: four atomic
  /// operations less for each message.
  explicit arrival(port& at) noexcept : arrival() { port_handle::lend(at, event_.port_); }

  ~arrival() { port_handle::take_back(event_.port_); }

  arrival(const arrival&) = delete;
  arrival& operator=(const arrival&) = delete;

  void bring(value data) noexcept { event_.init_.data = std::move(data); }

  void bring(received_message what) noexcept {
    bring(std::move(what.data));
    event_.init_.ports = std::move(what.ports);
  }

  void came_from(std::string origin, window_proxy source = {}) noexcept {
    event_.init_.origin = std::move(origin);
    event_.init_.source = std::move(source);
  }

  /// It could not be rebuilt.
  void spoil() noexcept {
    static const std::string messageerror = "messageerror";
    event_.type_ = &messageerror;
    event_.init_.data = nullptr;
  }

  message_event& event() noexcept { return event_; }

private:
  static const std::string& message_type() noexcept {
    static const std::string message = "message";
    return message;
  }

  message_event event_;
};

} // namespace hawser::detail
