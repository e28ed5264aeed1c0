#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

namespace hawser {

class close_event;
class error_event;
class event;
class message_event;

/// The event as an `Event`, null if it is of another class. Defined in `event.hpp`.
template <class Event>
Event* event_cast(event& ev) noexcept;

/// How often a listener runs.
enum class listen : std::uint8_t { always, once };

/// Names one registered listener; what `remove_event_listener` takes, since functions have no
/// identity in C++.
enum class listener_id : std::uint64_t { none = 0 };

/// A callback for events: made of anything that takes `event&`, `message_event&`, `close_event&`,
/// `error_event&` or nothing. An event of another class under the same name passes it by.
class event_listener {
public:
  event_listener(std::nullptr_t = nullptr) noexcept {}

  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, event_listener>)
  event_listener(F callback) {
    if constexpr (std::invocable<F&>)
      callback_ = [f = std::move(callback)](event&) mutable { f(); };
    else if constexpr (std::invocable<F&, event&>)
      callback_ = std::move(callback);
    else if constexpr (std::invocable<F&, message_event&>)
      callback_ = narrow<message_event>(std::move(callback));
    else if constexpr (std::invocable<F&, close_event&>)
      callback_ = narrow<close_event>(std::move(callback));
    else {
      static_assert(std::invocable<F&, error_event&>,
                    "a listener takes event&, message_event&, close_event&, error_event& or "
                    "nothing");
      callback_ = narrow<error_event>(std::move(callback));
    }
  }

  explicit operator bool() const noexcept { return static_cast<bool>(callback_); }

  void operator()(event& ev) const { callback_(ev); }

private:
  template <class Event, class F>
  static std::function<void(event&)> narrow(F callback) {
    return [f = std::move(callback)](event& ev) mutable {
      if (auto* narrowed = event_cast<Event>(ev))
        f(*narrowed);
    };
  }

  std::function<void(event&)> callback_;
};

} // namespace hawser
