#include "mailbox.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "channel_state.hpp"
#include "receiver.hpp"

namespace hawser::detail {
namespace {

std::uint32_t at_most(std::uint64_t amount) noexcept {
  return static_cast<std::uint32_t>(
    std::min(amount, std::uint64_t{std::numeric_limits<std::uint32_t>::max()}));
}

// What one thread at a time adds to and any may read: adding at once would be a locked instruction.
void add(std::atomic<std::uint64_t>& sum, std::uint64_t more) noexcept {
  sum.store(sum.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

// The message is in no queue any more.
void disembark_all(const message& msg) {
  if (msg.extras)
    for (const auto& end : msg.extras->ports)
      if (end)
        end.inbox().disembark();
}

} // namespace

error queue_is_full(std::string_view whose) {
  return {errc::quota_exceeded_error, "the " + std::string{whose} + "'s message queue is full"};
}

void bury(std::vector<message> dropped) noexcept {
  // A message may hold the last reference to an endpoint, whose queue holds messages in turn.
  thread_local std::vector<std::vector<message>>* open_grave = nullptr;
  if (dropped.empty())
    return;
  if (open_grave != nullptr) {
    open_grave->push_back(std::move(dropped));
    return;
  }
  std::vector<std::vector<message>> grave;
  grave.push_back(std::move(dropped));
  open_grave = &grave;
  while (!grave.empty()) {
    auto next = std::move(grave.back());
    grave.pop_back();
    next.clear();
  }
  open_grave = nullptr;
}

mailbox::~mailbox() {
  delete extras();
}

mailbox::outlook mailbox::look(std::uint64_t bytes, const limits& bounds) {
  const std::scoped_lock guard{lock_};
  // What a closed mailbox discards needs no room.
  return {!open_locked() || known_to_fit_locked(bytes) || find_room_locked(bytes, bounds),
          place_ == place::travelling};
}

// What has been taken is looked at only when it matters, since the owner writes it all the time.
bool mailbox::find_room_locked(std::uint64_t bytes, const limits& bounds) noexcept {
  const auto messages = posted_messages_ - taken_messages_.load(std::memory_order_relaxed);
  const auto* more = extras();
  const auto carried = more == nullptr ? 0 : more->carried_bytes.load(std::memory_order_relaxed);
  const auto in_all =
    untaken_bytes() + static_cast<std::uint64_t>(std::max(std::int64_t{0}, carried));
  if (messages >= bounds.queue_messages_max || bytes > bounds.queue_bytes_max
      || in_all > bounds.queue_bytes_max - bytes)
    return false;
  if (ending_ == ending::none)
    credit_ = {at_most(bounds.queue_messages_max - messages),
               at_most(bounds.queue_bytes_max - in_all)};
  return true;
}

void mailbox::spend_locked(std::uint32_t messages, std::uint64_t bytes) noexcept {
  if (ending_ != ending::none)
    return;
  credit_.messages -= std::min(messages, credit_.messages);
  credit_.bytes -= at_most(std::min(bytes, std::uint64_t{credit_.bytes}));
}

// Putting it into its list here, not after the lock, saves two references that would keep both
// alive until then.
void mailbox::schedule_locked() noexcept {
  if (auto* owner = owner_locked(); owner != nullptr && owner->mark_scheduled())
    owner->enlist_locked();
}

// Something has been appended. What it counts counts in the queue around it, too.
inline carrier mailbox::tell_locked() {
  if (auto* more = extras())
    arm_if_above_locked(*more);
  if (place_ == place::owned) {
    if (enabled_)
      schedule_locked();
    return {};
  }
  return place_ == place::travelling ? around_.counted() : carrier{};
}

void mailbox::count_posted_locked(std::uint64_t messages, std::uint64_t bytes) noexcept {
  posted_messages_ += messages;
  add(posted_bytes_, bytes);
}

pushed mailbox::push(message&& msg) {
  const auto outcome = push_within(msg, nullptr, nullptr);
  if (outcome == pushed::discarded)
    disembark_all(msg);
  return outcome;
}

pushed mailbox::push_within(message& msg, const limits* bounds, const endpoint* poster) {
  auto outcome = pushed::queued;
  carrier around; // The queue this mailbox itself travels in.
  const auto bytes = msg.bytes;
  std::uint64_t carried = 0;
  {
    const std::scoped_lock guard{lock_};
    if (!open_locked())
      return pushed::discarded;
    const bool bounded = bounds != nullptr || poster != nullptr;
    if (bounded && !known_to_fit_locked(bytes)
        && !find_room_locked(bytes, poster != nullptr ? poster->bounds() : *bounds))
      return pushed::refused;
    if (msg.extras && !msg.extras->ports.empty()) {
      auto& more = with_extras_locked();
      incoming_.make_room(); // Nothing throws any more.
      carried = static_cast<std::uint64_t>(msg.extras->carried_bytes);
      if (carried != 0) // The taker writes there, too.
        more.carried_bytes += msg.extras->carried_bytes;
      more.embarked += static_cast<std::uint32_t>(msg.extras->ports.size());
    }
    incoming_.push_back(std::move(msg));
    count_posted_locked(1, bytes);
    spend_locked(1, bytes + carried);
    around = tell_locked();
    if (place_ != place::owned)
      outcome = pushed::adrift;
  }
  if (around)
    charge_around(std::move(around), static_cast<std::int64_t>(bytes + carried));
  return outcome;
}

bool mailbox::push_all(std::span<message> some) {
  carrier around;
  std::uint64_t bytes = 0;
  {
    const std::scoped_lock guard{lock_};
    if (!open_locked())
      return false;
    for (auto& each : some) {
      const auto counted = each.bytes;
      incoming_.push_back(std::move(each));
      count_posted_locked(1, counted);
      spend_locked(1, counted);
      bytes += counted;
    }
    around = tell_locked();
  }
  if (around)
    charge_around(std::move(around), static_cast<std::int64_t>(bytes));
  return true;
}

void mailbox::end(close_notice notice) {
  {
    const std::scoped_lock guard{lock_};
    if (!open_locked() || ending_ == ending::told)
      return; // Closed from both sides: nobody is left to tell.
    const bool known_before = ending_ != ending::none;
    ending_ = notice.undelivered ? ending::counted : ending::uncounted;
    undelivered_ = notice.undelivered.value_or(0);
    if (known_before)
      return; // Only how many is news.
    ended_as_ = notice.reason;
    schedule_locked();
  }
}

std::uint64_t mailbox::untaken() const {
  const std::scoped_lock guard{lock_};
  return posted_messages_ - taken_messages_.load(std::memory_order_relaxed);
}

bool mailbox::closed() const {
  const std::scoped_lock guard{lock_};
  return !open_locked();
}

void mailbox::watch_close(mailbox_owner& watcher) {
  {
    const std::scoped_lock guard{lock_};
    if (open_locked()) {
      with_extras_locked().close_watchers.emplace_back(&watcher);
      return;
    }
  }
  if (watcher.mark_scheduled())
    watcher.enlist();
}

void mailbox::unwatch_close(const mailbox_owner& watcher) {
  const std::scoped_lock guard{lock_};
  if (auto* more = extras())
    std::erase_if(more->close_watchers,
                  [&watcher](const auto& each) { return each.get() == &watcher; });
}

std::optional<close_reason> mailbox::ended() const {
  const std::scoped_lock guard{lock_};
  return ending_ != ending::none ? std::optional{ended_as_} : std::nullopt;
}

std::optional<voyage> mailbox::travelling() const {
  const std::scoped_lock guard{lock_};
  if (place_ != place::travelling)
    return std::nullopt;
  auto in = around_.counted();
  return in ? std::optional{voyage{std::move(in), voyages_}} : std::nullopt;
}

void mailbox::attach(mailbox_owner& owner, std::uint64_t holder, counting when) {
  {
    const std::scoped_lock guard{lock_};
    disembark_locked();
    own_locked(owner, holder);
    enabled_ = taking_ = false;
    counting_ = when;
    if (to_be_told_locked() || low_due_.load())
      schedule_locked();
  }
}

void mailbox::attach_new(mailbox_owner& owner, std::uint64_t holder) {
  own_locked(owner, holder);
}

void mailbox::own_locked(mailbox_owner& owner, std::uint64_t holder) {
  holder_low_ = static_cast<std::uint32_t>(holder);
  holder_high_ = static_cast<std::uint16_t>(holder >> 32);
  if (auto* more = extras())
    note_owner_locked(*more, holder);
  place_ = place::owned;
  owner_ = &owner;
}

std::int64_t mailbox::detach(uncounted_side in) {
  const std::scoped_lock guard{lock_};
  disembark_locked();
  place_ = place::nowhere;
  ++voyages_;
  if (in) {
    std::construct_at(&around_, in);
    place_ = place::travelling;
  }
  enabled_ = taking_ = false;
  if (auto* more = extras())
    more->label.clear(); // It does not travel.
  return waiting();
}

void mailbox::enable() {
  {
    const std::scoped_lock guard{lock_};
    enabled_ = taking_ = true;
    if (!idle_locked() || to_be_told_locked())
      schedule_locked();
  }
}

void mailbox::disable() {
  const std::scoped_lock guard{lock_};
  enabled_ = taking_ = false;
}

void mailbox::begin_with(std::uint64_t messages, std::uint64_t bytes) {
  const std::scoped_lock guard{lock_};
  count_posted_locked(messages, bytes);
  spend_locked(at_most(messages), bytes);
}

void mailbox::acknowledge(std::uint64_t messages, std::uint64_t bytes, mailbox* sender) {
  count_taken(messages, bytes);
  look_low(sender);
}

void mailbox::count_taken(std::uint64_t messages, std::uint64_t bytes) noexcept {
  add(taken_messages_, messages);
  add(taken_bytes_, bytes);
}

void mailbox::pop(message_list& from, message& msg) noexcept {
  from.pop_front(msg);
  if (counting_ == counting::when_taken)
    count_taken(1, msg.bytes);
}

taken mailbox::take(message& msg, close_notice& notice, mailbox* sender, when_empty then,
                    bool* drained) {
  const bool worked_on = then == when_empty::unschedule;
  if (worked_on && take_low())
    return taken::low;
  auto found = taken::message;
  bool fell = false;
  if (taking_ && !ready_.empty()) {
    pop(ready_, msg);
  } else {
    const std::scoped_lock guard{lock_};
    found = take_locked(msg, notice, then, drained);
    fell = fell_locked();
  }
  if (found == taken::message && msg.extras)
    unload(msg, sender);
  // Whoever armed the watch a moment ago may have missed that this was the last message, and this
  // thread that it is armed. An owner that is worked on comes back and looks inside the lock.
  if (fell)
    tell_low(sender);
  else if (!worked_on
           || (watched_.load(std::memory_order_acquire)
               && taken_bytes_.load(std::memory_order_relaxed)
                    >= extras()->low_at.load(std::memory_order_relaxed)))
    look_low(sender);
  return found;
}

taken mailbox::take_locked(message& msg, close_notice& notice, when_empty then, bool* drained) {
  if (enabled_ && !incoming_.empty()) {
    // A single one is taken where it is, so that most mailboxes need memory for one list only.
    if (!incoming_.single())
      swap(incoming_, ready_);
    pop(ready_.empty() ? incoming_ : ready_, msg);
    if (drained != nullptr && ready_.empty() && !to_be_told_locked() && !low_due_.load()) {
      owner_->clear_scheduled();
      *drained = true;
    }
    return taken::message;
  }
  const bool idle = idle_locked();
  if (then == when_empty::unschedule && take_low())
    return taken::low;
  if (idle && to_be_told_locked() && open_locked()) {
    notice = {ended_as_, ending_ == ending::counted ? std::optional{undelivered_} : std::nullopt};
    ending_ = ending::told;
    return taken::close;
  }
  if (auto* owner = owner_locked(); owner != nullptr && then == when_empty::unschedule)
    owner->clear_scheduled();
  return taken::nothing;
}

std::vector<message> mailbox::close(rest what, mailbox* sender, close_reason reason) {
  std::vector<message> dropped;
  std::vector<ref<mailbox_owner>> watchers;
  bool fell = false;
  {
    const std::scoped_lock guard{lock_};
    if (open_locked()) {
      closing_ = closing::draining;
      closed_as_ = reason;
    }
    if (auto* more = extras())
      watchers = std::exchange(more->close_watchers, {});
    disembark_locked();
    if (what == rest::drop) {
      closing_ = closing::dropped;
      fell = fell_locked();
      ready_.move_to(dropped);
      incoming_.move_to(dropped);
      ready_.release();
      incoming_.release();
    }
  }
  for (const auto& msg : dropped)
    disembark_all(msg);
  if (fell)
    tell_low(sender);
  for (auto& each : watchers)
    if (each->mark_scheduled())
      each->enlist();
  return dropped;
}

bool mailbox::idle() const {
  const std::scoped_lock guard{lock_};
  return idle_locked();
}

} // namespace hawser::detail
