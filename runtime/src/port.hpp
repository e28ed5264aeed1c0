#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "channel_state.hpp"
#include "hawser/channel.hpp"
#include "hawser/event_target.hpp"
#include "hawser/message_port.hpp"
#include "mailbox.hpp"
#include "receiver.hpp"

namespace hawser::detail {

class port;

/// HTML has no such event; WebRTC's data channels do, under this name.
inline constexpr const char* low_event = "bufferedamountlow";

/// The listeners and the label of one port; made when the first is added.
class port_events : public event_target, public in_node_memory {
public:
  explicit port_events(port& owner) noexcept : owner_(owner) {}

  using event_target::dispatch_trusted;

  std::unique_ptr<std::string> label; ///< Most have none.

protected:
  void report_exception(const event& ev, std::exception_ptr exception) override;

private:
  port& owner_;
};

/// The object behind `message_port` handles. HTML #messageport.
///
/// Entangled while it holds an open endpoint. Closing it with messages waiting in an enabled queue
/// leaves it draining: detached for its users, but holding the endpoint until the queue is empty.
class port final : public receiver {
public:
  /// For the application, which gets its first handle, and the registry's list; each has a
  /// reference. In the room that the channel of `end` has for it, if that is free.
  static port* make(ref<ready_list> list, std::uint64_t id, const endpoint& end);

  /// The same in a channel that nobody else knows of yet.
  static port* make_first(ref<ready_list> list, std::uint64_t id, const endpoint& end) noexcept;

  std::uint64_t id() const noexcept { return (std::uint64_t{id_high_} << 32) | id_low_; }

  /// Null once the context has ended, which a detached port is not told.
  registry_core* core() const noexcept {
    return abandoned_ || list_closed() ? nullptr : list_core();
  }

  /// Stops the process if another context than the owner's runs on this thread.
  void require_context() const;

  bool detached() const noexcept { return detached_ || core() == nullptr; }

  void entangle(endpoint end);

  /// The same with an end that nobody else knows of yet.
  void entangle_new(endpoint end);

  /// HTML #disentangle without telling anybody: takes the endpoint out, to travel in a message in
  /// `in`, if that is a channel's. Adds what waits in it to `carried_bytes`. Empty if detached.
  endpoint disentangle(uncounted_side in = {}, std::int64_t* carried_bytes = nullptr);

  bool entangled_with(const port& other) const noexcept { return end_.entangled_with(other.end_); }

  endpoint& end() noexcept { return end_; }

  const endpoint& end() const noexcept { return end_; }

  void start();

  void close(close_reason reason);

  /// The context ends: as `close`, but nothing waiting is delivered any more.
  void abandon(close_reason reason);

  port_events& events();

  /// Somebody listens for `bufferedamountlow`.
  void watch_low();

  delivered deliver_one(registry_core& core, bool may_end) override;

  /// And with it a reference.
  void handle_copied() noexcept { add_handle_and_reference(); }

  /// And with it a reference. The last one going makes the registry look whether anything keeps the
  /// port alive.
  void handle_dropped() noexcept;

  const std::string& label() const noexcept;
  void label(std::string text);

  /// Strict HTML or not.
  bool always_hears_close() const noexcept { return always_hears_close_; }
  void always_hear_close() noexcept { always_hears_close_ = true; }

protected:
  void dispose() noexcept override;

private:
  friend class pending_posts;
  friend class registry_core;

  static constexpr std::uint8_t no_room = 2;

  port(ref<ready_list> list, std::uint64_t id, std::uint8_t room) noexcept;

  bool unreachable() const noexcept;

  /// Closes the endpoint and retires.
  void leave(close_reason reason);

  /// Lets go of the endpoint and the listeners of channel events; the registry forgets the port.
  void retire();

  // The first lie in what its base leaves free. Its number has 48 bits: a context that made a port
  // each microsecond would run out of them after nine years.
  bool detached_ : 1 = false;
  bool pulled_ : 1 = false;    // its messages are taken by `receive`, not delivered
  bool abandoned_ : 1 = false; // the context ends
  bool always_hears_close_ : 1 = false;
  const std::uint8_t room_ : 2; // of its channel in which it stands: the side, or none
  const std::uint16_t id_high_;
  const std::uint32_t id_low_;
  endpoint end_;
  std::unique_ptr<port_events> events_;
  std::uint64_t pending_bytes_ = 0; // its part of what the context has posted and nobody has taken

  // What is above is one cache line, all that a post reads of a port in its channel's room.
  port* previous_ = nullptr; // in the registry's list
  port* next_ = nullptr;
};

static_assert(sizeof(port) <= sizeof(port_room));

/// Makes and opens `message_port` handles.
class port_handle {
public:
  /// For which `target` counts already.
  static message_port adopt(port& target) noexcept {
    message_port made;
    lend(target, made);
    return made;
  }

  static port* get(const message_port& handle) noexcept { return handle.port_.get(); }

  static ref<port> share(const message_port& handle) noexcept { return handle.port_; }

  /// Makes an empty handle refer to a port that outlives it, without counting, until it is taken
  /// back. Copies of it count as any.
  static void lend(port& target, message_port& to) noexcept {
    to.port_ = ref<port>::adopt(&target);
  }

  static void take_back(message_port& lent) noexcept { static_cast<void>(lent.port_.leak()); }
};

/// `MessagePort 7 'control'`.
std::string describe(const port& which);

} // namespace hawser::detail
