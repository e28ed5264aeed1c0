#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "hawser/event_listener.hpp"

namespace hawser {

/// Keeps listeners and runs them. DOM #interface-eventtarget.
///
/// Used by one thread of control, its context's. Listeners run in the order they were added; one
/// that is added during a dispatch does not see that event, one that is removed does not run any
/// more, and a listener may replace or remove itself.
class event_target {
public:
  event_target() noexcept;
  virtual ~event_target();

  event_target(const event_target&) = delete;
  event_target& operator=(const event_target&) = delete;

  listener_id add_event_listener(std::string type, event_listener callback,
                                 listen how = listen::always);

  /// Does nothing if it is gone already. DEVIATION(D7): takes an id, not the callback.
  void remove_event_listener(listener_id id) noexcept;

  /// Sets the event handler attribute of that type; `nullptr` takes it away. A replacement keeps
  /// the place of the first. HTML #event-handler-attributes.
  void handler(std::string type, event_listener callback);

  /// Runs the listeners of the event's type, now. What they throw is reported, not passed on.
  void dispatch_event(event& ev);

  bool has_listener(std::string_view type) const noexcept;

  /// Forgets every listener, or those of one type.
  void clear_listeners() noexcept;
  void clear_listeners(std::string_view type) noexcept;

protected:
  /// Dispatches an event that the runtime made.
  void dispatch_trusted(event& ev);

  /// A listener threw. Called inside the catch block.
  virtual void report_exception(const event& ev, std::exception_ptr exception) = 0;

private:
  struct listener;

  template <class Matches>
  listener* find(Matches matches) const noexcept;

  void append(std::unique_ptr<listener> added) noexcept;
  void dispatch(event& ev);
  void forget(listener& which) noexcept;
  void sweep() noexcept;

  // In the order in which they run. Most targets have one or two, and many have none.
  std::unique_ptr<listener> first_;
  listener* last_ = nullptr;
  std::uint64_t last_id_ = 0;
  std::uint32_t dispatches_ = 0; // nested ones in progress
  bool dirty_ = false;
};

} // namespace hawser
