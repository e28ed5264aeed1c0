#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "hawser/channel.hpp"
#include "hawser/close_reason.hpp"
#include "hawser/error.hpp"
#include "hawser/limits.hpp"
#include "message.hpp"

namespace hawser::detail {

class receiver;

/// What became of a pushed message. `adrift`: queued, but the mailbox itself is in a message.
/// `refused`: there was no room.
enum class pushed { queued, adrift, discarded, refused };

/// What a post to a mailbox without room gives; `whose` is `peer` or `window`.
error queue_is_full(std::string_view whose);

/// What an owner found in its mailbox.
enum class taken { nothing, message, close };

/// What a `close` event tells.
struct close_notice {
  close_reason reason = close_reason::closed_by_peer;
  std::uint64_t undelivered = 0;
};

class mailbox;

/// Whose queue holds the message an endpoint travels in.
struct carrier {
  ref<channel_state> channel;
  unsigned side = 0;

  friend bool operator==(const carrier&, const carrier&) noexcept = default;
};

/// One leg of the way of an endpoint in transit.
struct voyage {
  carrier in;
  std::uint64_t number = 0; ///< Tells it from earlier ones in the same carrier.

  friend bool operator==(const voyage&, const voyage&) noexcept = default;
};

/// A queue of messages that moves between owners. HTML #port-message-queue.
///
/// Senders push under the lock. The owner swaps the whole queue out under the same lock and hands
/// out one message after the other without it; both parts belong to the mailbox, so that handing
/// the mailbox over hands over everything, in order, at the price of a pointer.
///
/// An owner that finds the mailbox empty stops being scheduled inside the lock. This is what makes
/// one wake-up per burst safe.
class mailbox {
public:
  explicit mailbox(const limits& bounds) noexcept
    : bytes_max_(bounds.queue_bytes_max), messages_max_(bounds.queue_messages_max) {}

  // -- for senders, any thread ----------------------------------------------------------------

  /// Is there room for a message of that size? Always in a closed mailbox, which keeps none. Stays
  /// true for a sole sender that does not push.
  bool has_room(std::uint64_t bytes);

  /// Appends, wakes the owner if need be. Discards the message if the mailbox is closed. A message
  /// that may not be lost any more, since ports were detached for it, is appended to a full one
  /// too.
  enum class when_full { append, refuse };
  pushed push(message&& msg, when_full then = when_full::append);

  /// No more will come: the owner gets a close notice after what is queued.
  void end(close_notice notice);

  direction_statistics statistics() const;

  std::optional<close_reason> ended() const;

  /// Where the endpoint travels; none while it has an owner or travels in no channel.
  std::optional<voyage> travelling() const;

  // -- for the owner, its thread --------------------------------------------------------------

  /// Gives the mailbox to `owner`, disabled. The owner must stay alive until `detach`.
  void attach(receiver& owner);

  /// Leaves it without an owner, disabled; messages go on to collect. `in` is the queue in which
  /// its endpoint is about to travel, if it is a channel's.
  void detach(carrier in = {});

  /// HTML #dom-messageport-start.
  void enable();

  bool enabled() const noexcept { return enabled_; }

  /// The next message if enabled, or the close notice when nothing is before it, each once.
  ///
  /// When nothing is left, an owner that is being worked on by its registry stops being scheduled;
  /// one that merely looks must stay as it is.
  enum class when_empty { unschedule, stay };
  taken take(message& msg, close_notice& notice, when_empty then = when_empty::unschedule);

  /// Refuses messages from now on. Hands back what waits, unless the owner wants to `take` it
  /// still.
  enum class rest { keep, drop };
  std::vector<message> close(rest what);

  /// Does nothing wait in it?
  bool idle() const;

private:
  bool idle_locked() const noexcept { return incoming_.empty() && next_ == ready_.size(); }

  bool has_room_locked(std::uint64_t bytes) noexcept;

  void pop_ready(message& msg) noexcept;

  // The senders' part and the owner's lie apart, so that neither waits for the other's cache line.

  mutable std::mutex lock_;
  std::vector<message> incoming_; // guarded by lock_
  receiver* owner_ = nullptr;     // guarded by lock_
  bool enabled_ = false;          // written by the owner inside lock_
  bool closed_ = false;           // written by the owner inside lock_
  bool ended_ = false;            // guarded by lock_
  bool told_ = false;             // the close notice has been taken
  std::uint64_t posted_messages_ = 0;
  std::uint64_t posted_bytes_ = 0;
  std::uint64_t taken_messages_seen_ = 0; // by senders, when they last had to look
  std::uint64_t taken_bytes_seen_ = 0;
  std::uint64_t bytes_max_;
  std::uint64_t messages_max_;
  close_notice notice_; // meaningful once ended_
  voyage voyage_;       // guarded by lock_; meaningful without an owner

  std::vector<message> ready_;                   // the owner's; moves with the mailbox
  std::size_t next_ = 0;                         // the first of ready_ that has not been taken
  std::atomic<std::uint64_t> taken_messages_{0}; // written by the owner alone
  std::atomic<std::uint64_t> taken_bytes_{0};
};

/// Both mailboxes of a channel; `side[0]` holds what waits for side 0.
class channel_state {
public:
  explicit channel_state(const limits& bounds) : side{mailbox{bounds}, mailbox{bounds}} {}

  friend void intrusive_add_ref(channel_state* target) noexcept;
  friend void intrusive_release(channel_state* target) noexcept;

  mailbox side[2];
  std::atomic<std::uint64_t> holder[2]{}; ///< The context that owns it or was the last to.

private:
  std::atomic<std::uint32_t> refs_{1};
};

} // namespace hawser::detail
