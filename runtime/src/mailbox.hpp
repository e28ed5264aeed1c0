#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "hawser/channel.hpp"
#include "hawser/close_reason.hpp"
#include "hawser/error.hpp"
#include "hawser/limits.hpp"
#include "mailbox_facts.hpp"
#include "message.hpp"

namespace hawser::detail {

class mailbox;
class mailbox_owner;

/// What a post to a mailbox without room gives; `whose` is `peer` or `window`.
error queue_is_full(std::string_view whose);

/// Tells the sender's own mailbox, if there is one, that the amount has fallen.
void tell_low(mailbox* sender);

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

  /// What waits in it, with what waits inside ports that travel in it. For its sender's thread or
  /// while it has no other sender.
  std::uint64_t buffered_amount() const noexcept;

  /// The same for anybody else.
  std::uint64_t weight() const;

  /// What waits in it alone. For its sender's thread.
  std::uint64_t own_amount() const noexcept;

  std::uint64_t low_threshold() const;
  void low_threshold(std::uint64_t bytes);

  /// From here on the sender's own mailbox is told when the amount falls to the threshold; with a
  /// `step` also each time so many bytes more have been taken.
  void watch_low(std::uint64_t step = 0);
  void unwatch_low();

  /// What its sender posted elsewhere has been taken, down to the threshold. Any thread.
  void low_fell();

  bool low_due() const noexcept { return low_due_.load(); }

  /// Was that so? Each time once.
  bool take_low() noexcept;

  bool closed() const;

  /// Puts `watcher` into its ready list, once, when the mailbox is closed; at once if it is.
  void watch_close(mailbox_owner& watcher);
  void unwatch_close(const mailbox_owner& watcher);

  // -- for reports, any thread (sighting.cpp) -------------------------------------------------

  port_sighting sight() const;
  void keep_history();
  void note_label(const std::string& text);

  std::optional<close_reason> ended() const;

  /// Where the endpoint travels; none while it has an owner or travels in no channel.
  std::optional<voyage> travelling() const;

  /// Do ports travel in this queue?
  bool has_passengers() const noexcept { return passengers_.load() != 0; }

  // -- for the owner, its thread --------------------------------------------------------------

  /// When what the owner takes counts as taken: at once, or when it says so, because it passes
  /// messages on and somebody else will really take them.
  enum class counting : std::uint8_t { when_taken, when_acknowledged };

  /// Gives the mailbox to `owner`, disabled. The owner must stay alive until `detach`.
  /// `holder` is its context for the history.
  void attach(mailbox_owner& owner, std::uint64_t holder, counting when = counting::when_taken);

  /// So much of what was passed on has been taken. `sender` as for `take`.
  void acknowledge(std::uint64_t messages, std::uint64_t bytes, mailbox* sender);

  /// Counts messages as posted that were so elsewhere, before anything is posted here.
  void begin_with(std::uint64_t messages, std::uint64_t bytes);

  /// Leaves it without an owner, disabled; messages go on to collect. `in` is the queue in which
  /// its endpoint is about to travel, if it is a channel's. Returns the bytes that travel in it,
  /// which count in that queue as well until `disembark`.
  std::int64_t detach(carrier in = {});

  /// Its endpoint has been taken out of the queue it travelled in. Returns what it counted there.
  std::int64_t disembark();

  /// HTML #dom-messageport-start.
  void enable();

  /// Back to before `enable`: messages wait and schedule nobody.
  void disable();

  bool enabled() const noexcept { return enabled_; }

  /// The next message if enabled, or the close notice when nothing is before it, each once.
  ///
  /// When nothing is left, an owner that is being worked on by its registry stops being scheduled;
  /// one that merely looks must stay as it is, and is not told `low`. `sender` is the mailbox of
  /// whoever posts here, if that is one end of a channel.
  enum class when_empty { unschedule, stay };
  taken take(message& msg, close_notice& notice, mailbox* sender,
             when_empty then = when_empty::unschedule);

  /// The owner stops taking for a while: tells a fall that it may have been too busy to see.
  void look_low(mailbox* sender);

  /// Refuses messages from now on. Hands back what waits, unless the owner wants to `take` it
  /// still.
  enum class rest { keep, drop };
  std::vector<message> close(rest what, mailbox* sender, close_reason reason);

  /// How many messages were accepted and never taken; the rest was dropped.
  std::uint64_t untaken() const;

  /// Does nothing wait in it?
  bool idle() const;

private:
  bool idle_locked() const noexcept { return incoming_.empty() && next_ == ready_.size(); }

  bool has_room_locked(std::uint64_t bytes) noexcept;

  void pop_ready(message& msg) noexcept;
  void count_taken(std::uint64_t messages, std::uint64_t bytes) noexcept;

  taken take_locked(message& msg, close_notice& notice, when_empty then);

  void unload(const message& msg) noexcept;
  carrier charge_locked(std::int64_t bytes);
  static void charge_around(carrier around, std::int64_t bytes);

  mailbox_extras& with_extras_locked();
  void note_owner_locked(std::uint64_t holder);

  void arm_if_above_locked() noexcept;
  void mark_low_locked(std::uint64_t amount) noexcept;
  bool fell_locked() noexcept;

  // The senders' part and the owner's lie apart, so that neither waits for the other's cache line.

  mutable std::mutex lock_;
  std::vector<message> incoming_;    // guarded by lock_
  mailbox_owner* owner_ = nullptr;   // guarded by lock_
  bool enabled_ = false;             // written by the owner inside lock_
  bool closed_ = false;              // written by the owner inside lock_
  bool ended_ = false;               // guarded by lock_
  bool told_ = false;                // the close notice has been taken
  counting counting_{};              // the owner's
  std::atomic<bool> dropped_{false}; // closed, and what waited is gone; written inside lock_
  std::atomic<bool> low_due_{false}; // the owner has a fall to be told of; set inside lock_
  std::uint64_t posted_messages_ = 0;
  std::uint64_t posted_bytes_ = 0;
  std::uint64_t taken_messages_seen_ = 0; // by senders, when they last had to look
  std::uint64_t taken_bytes_seen_ = 0;
  std::uint64_t bytes_max_;
  std::uint64_t messages_max_;
  close_reason closed_as_{}; // meaningful once closed_
  close_notice notice_;      // meaningful once ended_
  voyage voyage_;            // guarded by lock_; meaningful without an owner
  std::int64_t charged_ = 0; // guarded by lock_; what it counts in the queue it travels in
  std::unique_ptr<mailbox_extras> extras_; // guarded by lock_
  // What waits in ports that travel in this queue. Below zero for a moment when a taker is faster
  // than a poster that is about to add what the taker has seen already.
  std::atomic<std::int64_t> carried_bytes_{0};
  std::atomic<std::uint32_t> passengers_{0}; // ports that travel in this queue

  std::vector<message> ready_;                   // the owner's; moves with the mailbox
  std::size_t next_ = 0;                         // the first of ready_ that has not been taken
  std::atomic<std::uint64_t> taken_messages_{0}; // written by the owner alone
  std::atomic<std::uint64_t> taken_bytes_{0};
  // How much must have been taken for the amount to be at the threshold, as far as was known when
  // it was armed; `never` while nobody waits for it.
  static constexpr auto never = ~std::uint64_t{0};
  std::atomic<std::uint64_t> low_at_{never};
};

} // namespace hawser::detail
