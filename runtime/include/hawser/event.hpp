#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hawser/close_reason.hpp"
#include "hawser/event_listener.hpp"
#include "hawser/message_port.hpp"
#include "hawser/value.hpp"
#include "hawser/window_proxy.hpp"

namespace hawser {

class event_target;

namespace detail {
class arrival;
} // namespace detail

/// Which class an event is of, so that a listener gets the one it asked for.
enum class event_kind : std::uint8_t { plain, message, close, error };

/// Whether a listener can keep an event's default action from happening.
enum class cancelability : std::uint8_t { none, cancelable };

/// Something that happened at a target. DOM #interface-event.
///
/// Lives during its dispatch, on the thread of the context that owns the target. It never bubbles,
/// since a target has no parents, and only an `error_event` can be cancelled.
class event {
public:
  explicit event(std::string type) : event(std::move(type), event_kind::plain) {}

  virtual ~event() = default;

  event(const event&) = delete;
  event& operator=(const event&) = delete;

  event_kind kind() const noexcept { return kind_; }

  const std::string& type() const noexcept { return *type_; }

  /// Where it is being dispatched; null before and between dispatches.
  event_target* target() const noexcept { return target_; }

  /// True for events the runtime made, false for those an application dispatches.
  bool trusted() const noexcept { return trusted_; }

  bool bubbles() const noexcept { return false; }

  bool cancelable() const noexcept { return cancelable_ == cancelability::cancelable; }

  /// Has no effect on an event that cannot be cancelled.
  void prevent_default() noexcept { default_prevented_ = cancelable(); }

  bool default_prevented() const noexcept { return default_prevented_; }

  /// Listeners after the current one do not run.
  void stop_immediate_propagation() noexcept { stopped_ = true; }

protected:
  event(std::string type, event_kind kind, cancelability how = cancelability::none)
    : own_type_(std::move(type)), kind_(kind), cancelable_(how) {}

  // Of a type whose name outlives it.
  event(const std::string* type, event_kind kind) noexcept
    : type_(type), kind_(kind), cancelable_(cancelability::none) {}

private:
  friend class event_target;
  friend class detail::arrival;

  std::string own_type_;
  const std::string* type_ = &own_type_;
  event_target* target_ = nullptr;
  event_kind kind_;
  cancelability cancelable_;
  bool default_prevented_ = false;
  bool trusted_ = false;
  bool stopped_ = false;
};

/// What a `message_event` is made of. Everything has the standard's default.
struct message_event_init {
  value data;
  std::string origin;
  std::string last_event_id;
  window_proxy source;
  std::vector<message_port> ports;
  message_port source_port;
};

/// A message has arrived (`message`) or could not be rebuilt (`messageerror`).
/// HTML #the-messageevent-interface.
class message_event : public event {
public:
  message_event(std::string type, message_event_init init)
    : event(std::move(type), event_kind::message), init_(std::move(init)) {}

  static constexpr event_kind own_kind = event_kind::message;

  /// What was posted; `undefined` stays `undefined`. Null (the value) on `messageerror`.
  const value& data() const noexcept { return init_.data; }

  /// The sender's serialized origin for window and broadcast messages, empty for port messages.
  const std::string& origin() const noexcept { return init_.origin; }

  const std::string& last_event_id() const noexcept { return init_.last_event_id; }

  /// The sender's window for window messages, otherwise none.
  const window_proxy& source() const noexcept { return init_.source; }

  /// The new client's port on a shared worker's `connect`, otherwise none. The standard gives this
  /// and the window above one name, `source`; in C++ they have two types.
  const message_port& source_port() const noexcept { return init_.source_port; }

  /// The transferred ports, in the order of the transfer list. Never changes.
  const std::vector<message_port>& ports() const noexcept { return init_.ports; }

  /// The port the message arrived on, so that a listener can answer; none for window messages.
  const message_port& port() const noexcept { return port_; }

private:
  friend class detail::arrival;

  // To be filled in. The type's name outlives it.
  explicit message_event(const std::string* type) noexcept : event(type, event_kind::message) {}

  message_event_init init_;
  message_port port_;
};

/// The channel has ended: nothing more will arrive. Everything that had been posted before came
/// first. HTML #dom-messageport-close. DEVIATION(D1): with a reason and a count.
class close_event : public event {
public:
  close_event(close_reason reason, std::optional<std::uint64_t> undelivered)
    : event("close", event_kind::close), reason_(reason), undelivered_(undelivered) {}

  static constexpr event_kind own_kind = event_kind::close;

  close_reason reason() const noexcept { return reason_; }

  /// How many messages this side posted that the other side never took, when that is known.
  std::optional<std::uint64_t> undelivered() const noexcept { return undelivered_; }

private:
  close_reason reason_;
  std::optional<std::uint64_t> undelivered_;
};

/// A listener threw, here or in a worker of this context. HTML #report-an-exception.
///
/// A listener that calls `prevent_default` has handled it: it is reported to nobody else. C++ keeps
/// no record of where an exception was thrown, so there is no file, line or column.
class error_event : public event {
public:
  error_event(std::string message, std::exception_ptr exception)
    : event("error", event_kind::error, cancelability::cancelable),
      message_(std::move(message)),
      exception_(std::move(exception)) {}

  static constexpr event_kind own_kind = event_kind::error;

  /// The exception's own words, and where it was thrown.
  const std::string& message() const noexcept { return message_; }

  /// None if it was thrown in another context: an exception belongs to the thread that threw it.
  const std::exception_ptr& exception() const noexcept { return exception_; }

private:
  std::string message_;
  std::exception_ptr exception_;
};

template <class Event>
Event* event_cast(event& ev) noexcept {
  return ev.kind() == Event::own_kind ? static_cast<Event*>(&ev) : nullptr;
}

} // namespace hawser
