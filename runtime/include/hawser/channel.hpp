#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/close_reason.hpp"
#include "hawser/detail/channel_side.hpp"
#include "hawser/detail/ref.hpp"
#include "hawser/limits.hpp"

namespace hawser {

/// What one direction of a channel has carried so far.
struct direction_statistics {
  std::uint64_t posted_messages = 0; ///< Accepted for the side that receives.
  std::uint64_t posted_bytes = 0;
  std::uint64_t taken_messages = 0; ///< Handed to its listeners.
  std::uint64_t taken_bytes = 0;
  std::uint64_t dropped_messages = 0; ///< Lost when the side that receives was closed.
  std::uint64_t dropped_bytes = 0;

  std::uint64_t queued_messages() const noexcept {
    return posted_messages - taken_messages - dropped_messages;
  }

  std::uint64_t queued_bytes() const noexcept { return posted_bytes - taken_bytes - dropped_bytes; }
};

/// What one end of a channel is doing.
enum class port_state : std::uint8_t {
  disabled,   ///< Owned; what arrives waits.
  enabled,    ///< Owned and started.
  in_transit, ///< In a message that has not been delivered, or in nobody's hands.
  draining,   ///< Closed; what waited is still being delivered.
  closed,
};

std::string_view to_string(port_state state) noexcept;

/// One end of a channel as it is at a moment.
struct port_sighting {
  port_state state = port_state::closed;
  std::optional<close_reason> closed_as; ///< Once it is closed or draining: why.
  std::string label;                     ///< As its owner has named it; empty in transit.
  std::uint64_t holder = 0;              ///< As `channel_observer::holder`.
  std::vector<std::uint64_t> owners;     ///< Holders so far, this one last; see `history`.
  direction_statistics inbound;
};

/// Whether the ends of a channel remember their owners: the last `owners_max` of them, for about
/// 100 bytes an end.
enum class history : std::uint8_t { forgotten, kept };
inline constexpr std::size_t owners_max = 8;

/// A line of an application's code. `file` is a string literal; null when it is not known.
struct creation_place {
  const char* file = nullptr;
  std::uint32_t line = 0;
};

/// Watches a channel from any thread without keeping either end open.
class channel_observer {
public:
  channel_observer() noexcept = default;

  /// What arrived or waits at side 0 or 1; zeros for an empty observer.
  direction_statistics towards(unsigned side) const;

  /// The `window_proxy::id` of the context that owns that side, or, while the side travels or after
  /// it was closed, of the last that did; 0 if none ever has.
  std::uint64_t holder(unsigned side) const;

  /// That side as a report shows it. Side 0 or 1 of an observer that is not empty.
  port_sighting sight(unsigned side) const;

  /// Where `make_channel` was called.
  creation_place made_at() const noexcept;

  /// Why the channel ended; none while both ends are open.
  std::optional<close_reason> closed() const;

private:
  friend class endpoint;

  explicit channel_observer(detail::ref<detail::channel_state> channel) noexcept
    : channel_(std::move(channel)) {}

  detail::ref<detail::channel_state> channel_;
};

/// One end of a channel: the right to post to the other end, and the mailbox in which the other
/// end's messages wait. HTML #entangle.
///
/// Exactly one owner holds it at a time: a registry, a message on its way, or a router. Moving the
/// object moves the mailbox with everything in it, while the other end posts on and notices
/// nothing. Destroying it closes the end with reason `undeliverable`.
///
/// An endpoint is used by its owner's thread; the two ends may be used by two threads at once.
/// Each mailbox has a lock, and no code of an application runs inside it.
class endpoint {
public:
  endpoint() noexcept = default;
  endpoint(endpoint&& other) noexcept = default;
  endpoint& operator=(endpoint&& other) noexcept;

  ~endpoint() {
    if (at_)
      close(close_reason::undeliverable);
  }

  /// Creates both ends, entangled with each other. The bounds are those of each mailbox.
  static std::pair<endpoint, endpoint> make_pair(const limits& bounds, creation_place at = {},
                                                 history owners = history::forgotten);

  explicit operator bool() const noexcept { return static_cast<bool>(at_); }

  /// Is `other` the other end of the same channel?
  bool entangled_with(const endpoint& other) const noexcept {
    return at_ && at_.channel() == other.at_.channel() && at_.side() != other.at_.side();
  }

  /// Which of the two ends this is, 0 or 1.
  unsigned side() const noexcept { return at_.side(); }

  channel_observer observe() const noexcept { return channel_observer{detail::ref{at_.channel()}}; }

  /// Closes this end: the peer gets `close` with `reason` after what it has been sent. Messages
  /// that wait here are dropped, and ports in them closed, without recursion however deeply they
  /// nest.
  void close(close_reason reason) noexcept;

  // For the owners inside the runtime (src/channel_state.hpp).
  const detail::channel_state* identity() const noexcept { return at_.channel(); }
  detail::mailbox& inbox() const noexcept;
  detail::mailbox& peer_inbox() const noexcept;
  /// The peer's mailbox as something to travel in, and its own.
  detail::channel_side peer_carrier() const noexcept { return at_.peer(); }
  detail::uncounted_side peer_side() const noexcept { return detail::uncounted_side::peer_of(at_); }
  const detail::channel_side& own_carrier() const noexcept { return at_; }
  /// What either mailbox may hold.
  const limits& bounds() const noexcept;
  /// As `close`, when it is not known what has been taken of what the peer has posted.
  void sever(close_reason reason) noexcept;
  /// As `close`, but the messages waiting here can still be taken.
  void close_for_peer(close_reason reason) noexcept;

private:
  friend class detail::channel_state;

  endpoint(detail::ref<detail::channel_state> channel, unsigned side) noexcept
    : at_(std::move(channel), side) {}

  detail::channel_side at_;
};

} // namespace hawser
