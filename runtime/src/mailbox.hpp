#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/channel.hpp"
#include "hawser/close_reason.hpp"
#include "hawser/error.hpp"
#include "hawser/limits.hpp"
#include "mailbox_facts.hpp"
#include "message.hpp"
#include "message_list.hpp"
#include "shared_limits.hpp"
#include "word_lock.hpp"

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
  mailbox() noexcept : owner_(nullptr) {}
  ~mailbox();

  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;

  // -- for senders, any thread ----------------------------------------------------------------

  /// What a message of that size would find.
  struct outlook {
    bool room;       ///< Always in a closed mailbox, which keeps none.
    bool travelling; ///< As `travelling()`.
  };

  /// That there is room stays true for a sole sender that does not push.
  outlook look(std::uint64_t bytes, const limits& bounds);

  /// Appends, wakes the owner if need be. Discards the message if the mailbox is closed. To a full
  /// one it appends too, for a message that may not be lost any more, since ports were detached
  /// for it.
  pushed push(message&& msg);

  /// The same, but refuses if there is no room. A poster's bounds are looked up only if it is not
  /// known that there is: they lie elsewhere.
  pushed push(message&& msg, const limits& bounds) { return push_within(msg, &bounds, nullptr); }
  pushed push(message&& msg, const endpoint& poster) { return push_within(msg, nullptr, &poster); }

  /// The same for several without ports. False: discarded.
  bool push_all(std::span<message> some);

  /// No more will come: the owner gets a close notice after what is queued.
  void end(close_notice notice);

  direction_statistics statistics() const;

  /// What waits in it, with what waits inside ports that travel in it. For its sender's thread or
  /// its owner's.
  std::uint64_t buffered_amount() const noexcept;

  /// What waits in it alone. For the same.
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

  // -- for its channel, which has no byte to spare: is the room for its owner taken? ------------

  /// Of two threads only one has the endpoint to ask this for.
  bool take_room() noexcept {
    if (room_taken_.load(std::memory_order_acquire))
      return false;
    room_taken_.store(true, std::memory_order_relaxed);
    return true;
  }

  void leave_room() noexcept { room_taken_.store(false, std::memory_order_release); }

  // -- for reports, any thread (sighting.cpp) -------------------------------------------------

  port_sighting sight() const;
  void keep_history();
  void note_label(const std::string& text);

  std::optional<close_reason> ended() const;

  /// As `channel_observer::holder`.
  std::uint64_t holder() const;

  /// Where the endpoint travels; none while it has an owner or travels in no channel.
  std::optional<voyage> travelling() const;

  /// Do ports travel in this queue? It may seem so for a moment after the last has been taken out.
  bool has_passengers() const;

  // -- for the owner, its thread --------------------------------------------------------------

  /// When what the owner takes counts as taken: at once, or when it says so, because it passes
  /// messages on and somebody else will really take them.
  enum class counting : std::uint8_t { when_taken, when_acknowledged };

  /// Gives the mailbox to `owner`, disabled. The owner must stay alive until `detach`.
  /// `holder` is its context, for reports.
  void attach(mailbox_owner& owner, std::uint64_t holder, counting when = counting::when_taken);

  /// The same for one that nobody else knows of yet.
  void attach_new(mailbox_owner& owner, std::uint64_t holder);

  /// So much of what was passed on has been taken. `sender` as for `take`.
  void acknowledge(std::uint64_t messages, std::uint64_t bytes, mailbox* sender);

  /// Counts messages as posted that were so elsewhere, before anything is posted here.
  void begin_with(std::uint64_t messages, std::uint64_t bytes);

  /// Leaves it without an owner, disabled; messages go on to collect. `in` is the queue in which
  /// its endpoint is about to travel, if it is a channel's. Returns the bytes that travel in it,
  /// which count in that queue as well until `disembark`.
  std::int64_t detach(uncounted_side in = {});

  /// Its endpoint has been taken out of the queue it travelled in. Returns what it counted there,
  /// if that was a channel's.
  std::int64_t disembark();

  /// HTML #dom-messageport-start.
  void enable();

  /// Back to before `enable`: messages wait and schedule nobody.
  void disable();

  bool enabled() const noexcept { return taking_; }

  /// The next message if enabled, or the close notice when nothing is before it, each once.
  ///
  /// When nothing is left, an owner that is being worked on by its registry stops being scheduled;
  /// one that merely looks must stay as it is, and is not told `low`. `sender` is the mailbox of
  /// whoever posts here, if that is one end of a channel.
  ///
  /// With `drained` an owner may stop being scheduled along with the last message already, which
  /// saves it from coming back to an empty mailbox; it is set if so.
  enum class when_empty { unschedule, stay };
  taken take(message& msg, close_notice& notice, mailbox* sender,
             when_empty then = when_empty::unschedule, bool* drained = nullptr);

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
  enum class closing : std::uint8_t { open, draining, dropped };
  enum class ending : std::uint8_t { none, uncounted, counted, told };
  enum class place : std::uint8_t { nowhere, owned, travelling };

  // How much is known to fit without looking at what the owner has taken.
  struct credit {
    std::uint32_t messages = 0;
    std::uint32_t bytes = 0;
  };

  bool open_locked() const noexcept {
    return closing_.load(std::memory_order_relaxed) == closing::open;
  }

  bool to_be_told_locked() const noexcept {
    return ending_ == ending::uncounted || ending_ == ending::counted;
  }

  mailbox_owner* owner_locked() const noexcept { return place_ == place::owned ? owner_ : nullptr; }

  bool idle_locked() const noexcept { return incoming_.empty() && ready_.empty(); }

  /// Its owner, if it has one, is to come by.
  void schedule_locked() noexcept;

  carrier tell_locked();

  // Takes the message unless it is refused or discarded. Whoever posts without a bound gives
  // neither.
  pushed push_within(message& msg, const limits* bounds, const endpoint* poster);

  bool known_to_fit_locked(std::uint64_t bytes) const noexcept {
    return ending_ == ending::none && credit_.messages != 0 && bytes <= credit_.bytes;
  }

  bool find_room_locked(std::uint64_t bytes, const limits& bounds) noexcept;
  void spend_locked(std::uint32_t messages, std::uint64_t bytes) noexcept;
  void count_posted_locked(std::uint64_t messages, std::uint64_t bytes) noexcept;

  void pop(message_list& from, message& msg) noexcept;
  void count_taken(std::uint64_t messages, std::uint64_t bytes) noexcept;

  taken take_locked(message& msg, close_notice& notice, when_empty then, bool* drained);

  std::uint64_t untaken_bytes() const noexcept {
    return posted_bytes_.load(std::memory_order_relaxed)
           - taken_bytes_.load(std::memory_order_relaxed);
  }

  std::int64_t waiting() const noexcept;
  void unload(const message& msg, const mailbox* sender) noexcept;
  void disembark_locked() noexcept;
  static void charge_around(carrier around, std::int64_t bytes);

  mailbox_extras* extras() const noexcept { return extras_.load(std::memory_order_acquire); }

  mailbox_extras& with_extras_locked();
  void own_locked(mailbox_owner& owner, std::uint64_t holder);
  void note_owner_locked(mailbox_extras& extras, std::uint64_t holder);

  void arm_if_above_locked(mailbox_extras& extras) noexcept;
  void mark_low_locked(mailbox_extras& extras, std::uint64_t amount) noexcept;
  bool fell_locked() noexcept;

  // A channel has two of these, and a program perhaps a million channels. The owner's part comes
  // first and the senders' last, for both are written for each message: where the mailbox of a
  // channel lies they are on different cache lines, and neither side reads the other's to post or
  // to take one.

  message_list ready_;                           // moves with the mailbox
  std::atomic<std::uint64_t> taken_messages_{0}; // written by the owner alone
  std::atomic<std::uint64_t> taken_bytes_{0};
  std::uint32_t holder_low_ = 0;     // guarded by lock_, as its other half
  std::atomic<bool> watched_{false}; // somebody waits for a fall; set inside lock_
  std::atomic<bool> low_due_{false}; // the owner has a fall to be told of; set inside lock_
  bool taking_ = false;              // it is enabled; what the owner itself knows of that
  counting counting_{};

  // Guarded by lock_ unless it is said otherwise.
  mutable word_lock lock_;
  std::uint32_t voyages_ = 0;                   // so far
  std::atomic<closing> closing_{closing::open}; // written by the owner inside lock_
  ending ending_ = ending::none;
  close_reason closed_as_ : 4 {}; // meaningful once it is closed
  close_reason ended_as_ : 4 {};  // meaningful once it has ended
  place place_ : 4 = place::nowhere;
  bool enabled_ : 1 = false; // written by the owner inside lock_
  std::atomic<bool> room_taken_{false};
  std::uint16_t holder_high_ = 0;
  message_list incoming_;
  union {
    mailbox_owner* owner_; // while it is owned
    // While it travels, and that is until the message has left the queue there, by whatever way;
    // so the channel has not been freed. A reference would be counted at both ends of that queue
    // for each port: 5 % of the time of sending one in one series of pairs, 1 % in another.
    uncounted_side around_;
  };
  std::uint64_t posted_messages_ = 0;
  std::atomic<std::uint64_t> posted_bytes_{0}; // written inside lock_
  union {
    credit credit_{};           // until it ends
    std::uint64_t undelivered_; // once it has ended and that was counted
  };
  std::atomic<mailbox_extras*> extras_{nullptr}; // set once, inside lock_
};

static_assert(sizeof(void*) != 8 || sizeof(mailbox) == 96);

/// A mailbox that belongs to no channel and knows its own bounds.
class lone_mailbox : public mailbox {
public:
  explicit lone_mailbox(ref<const shared_limits> bounds) noexcept : bounds_(std::move(bounds)) {}

  bool has_room(std::uint64_t bytes) { return look(bytes, bounds_->values).room; }

  pushed push_if_room(message&& msg) { return push(std::move(msg), bounds_->values); }

private:
  const ref<const shared_limits> bounds_;
};

} // namespace hawser::detail
