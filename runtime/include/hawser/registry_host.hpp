#pragma once

// What a `port_registry` asks of its host, and what it tells.

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/channel.hpp"
#include "hawser/error.hpp"
#include "hawser/message_port.hpp"
#include "hawser/value.hpp"

namespace hawser {

class event;

/// How a registry asks its host for a turn: from any thread, inside a mailbox's lock, at most once
/// until the next `run_turn`; must neither post nor call the registry, and must not throw.
/// Outlives the registry as long as somebody may post to one of its ports.
class waker {
public:
  virtual ~waker() = default;
  virtual void wake() noexcept = 0;
};

/// What a registry tells its host and asks of it, on the context's own thread. None of these may
/// throw.
class registry_host {
public:
  virtual ~registry_host() = default;

  /// A listener threw while `ev` was dispatched at `where` (a port or the window).
  virtual void report_exception(const event& ev, std::string_view where,
                                std::exception_ptr exception) = 0;

  /// A post at `where` failed and changed nothing. The caller has the error too.
  virtual void report_refused_post(std::string_view where, const error& err) = 0;

  /// A message that arrived at `where` could not be rebuilt; `messageerror` follows.
  virtual void report_undecodable(std::string_view where, const error& err) = 0;

  /// Asked after every event: does the context go on? If not, that event was its last, as after
  /// `port_registry::stop_deliveries`. For hosts that an application can end past the registry.
  virtual bool goes_on() const noexcept { return true; }

  /// The context has made a channel, and this is an end of it.
  virtual void report_channel(const endpoint& made) { static_cast<void>(made); }

  /// The context has posted 256 messages in this turn, and again with every 32,768 more: whom it
  /// has woken should not wait until it is through. What is posted outside of turns counts on from
  /// the last one.
  virtual void report_long_turn() noexcept {}
};

/// A message that was taken without an event.
struct received_message {
  value data;
  std::vector<message_port> ports;
};

/// One port as a report shows it.
struct port_snapshot {
  std::uint64_t id = 0; ///< Its number in this registry.
  std::string label;
  bool enabled = false;
  direction_statistics inbound;
};

/// Totals since the registry was made.
struct registry_statistics {
  std::uint64_t ports = 0; ///< Owned now.
  std::uint64_t channels_made = 0;
  std::uint64_t messages_posted = 0;
  std::uint64_t messages_delivered = 0;
  std::uint64_t bytes_delivered = 0;
  std::uint64_t ports_received = 0;
  std::uint64_t posts_refused = 0;
};

} // namespace hawser
