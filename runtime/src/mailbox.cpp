#include "mailbox.hpp"

#include <algorithm>
#include <utility>

#include "receiver.hpp"

namespace hawser::detail {
namespace {

// A queue that grew beyond this gives its memory back once nothing is left in the mailbox.
constexpr std::size_t spare_messages_max = 256;

void release_spare(std::vector<message>& queue) {
  if (queue.capacity() > spare_messages_max)
    queue = std::vector<message>{};
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

bool mailbox::has_room(std::uint64_t bytes) {
  const std::scoped_lock guard{lock_};
  return closed_ || has_room_locked(bytes); // What a closed mailbox discards needs no room.
}

// What has been taken is looked at only when it matters, since the owner writes it all the time.
bool mailbox::has_room_locked(std::uint64_t bytes) noexcept {
  const auto carried = static_cast<std::uint64_t>(
    std::max(std::int64_t{0}, carried_bytes_.load(std::memory_order_relaxed)));
  const auto fits = [this, bytes, carried] {
    const auto waiting = posted_bytes_ - taken_bytes_seen_ + carried;
    return posted_messages_ - taken_messages_seen_ < messages_max_ && bytes <= bytes_max_
           && waiting <= bytes_max_ - bytes;
  };
  if (fits())
    return true;
  taken_messages_seen_ = taken_messages_.load(std::memory_order_relaxed);
  taken_bytes_seen_ = taken_bytes_.load(std::memory_order_relaxed);
  return fits();
}

pushed mailbox::push(message&& msg, when_full then) {
  ref<mailbox_owner> wanted;
  auto outcome = pushed::queued;
  carrier around; // The queue this mailbox itself travels in.
  auto weight = static_cast<std::int64_t>(msg.bytes);
  {
    const std::scoped_lock guard{lock_};
    if (closed_)
      return pushed::discarded;
    if (then == when_full::refuse && !has_room_locked(msg.bytes))
      return pushed::refused;
    posted_messages_ += 1;
    posted_bytes_ += msg.bytes;
    if (msg.extras) {
      weight += msg.extras->carried_bytes;
      carried_bytes_ += msg.extras->carried_bytes;
      passengers_ += static_cast<std::uint32_t>(msg.extras->ports.size());
    }
    incoming_.push_back(std::move(msg));
    if (extras_)
      arm_if_above_locked();
    if (owner_ == nullptr) {
      outcome = pushed::adrift;
      around = charge_locked(weight);
    } else if (enabled_ && owner_->mark_scheduled()) {
      wanted = ref{owner_};
    }
  }
  if (around.channel)
    charge_around(std::move(around), weight);
  if (wanted)
    wanted->enlist();
  return outcome;
}

void mailbox::end(close_notice notice) {
  ref<mailbox_owner> wanted;
  {
    const std::scoped_lock guard{lock_};
    if (closed_)
      return; // Closed from both sides: nobody is left to tell.
    if (ended_) {
      if (!told_)
        notice_.undelivered = notice.undelivered; // Now it is known.
      return;
    }
    ended_ = true;
    notice_ = notice;
    if (owner_ != nullptr && owner_->mark_scheduled())
      wanted = ref{owner_};
  }
  if (wanted)
    wanted->enlist();
}

direction_statistics mailbox::statistics() const {
  const std::scoped_lock guard{lock_};
  direction_statistics counted{posted_messages_, posted_bytes_,
                               taken_messages_.load(std::memory_order_relaxed),
                               taken_bytes_.load(std::memory_order_relaxed)};
  if (dropped_.load(std::memory_order_relaxed)) {
    counted.dropped_messages = counted.posted_messages - counted.taken_messages;
    counted.dropped_bytes = counted.posted_bytes - counted.taken_bytes;
  }
  return counted;
}

std::uint64_t mailbox::untaken() const {
  const std::scoped_lock guard{lock_};
  return posted_messages_ - taken_messages_.load(std::memory_order_relaxed);
}

bool mailbox::closed() const {
  const std::scoped_lock guard{lock_};
  return closed_;
}

void mailbox::watch_close(mailbox_owner& watcher) {
  {
    const std::scoped_lock guard{lock_};
    if (!closed_) {
      with_extras_locked().close_watchers.emplace_back(&watcher);
      return;
    }
  }
  if (watcher.mark_scheduled())
    watcher.enlist();
}

void mailbox::unwatch_close(const mailbox_owner& watcher) {
  const std::scoped_lock guard{lock_};
  if (extras_)
    std::erase_if(extras_->close_watchers,
                  [&watcher](const auto& each) { return each.get() == &watcher; });
}

std::optional<close_reason> mailbox::ended() const {
  const std::scoped_lock guard{lock_};
  return ended_ ? std::optional{notice_.reason} : std::nullopt;
}

std::optional<voyage> mailbox::travelling() const {
  const std::scoped_lock guard{lock_};
  return owner_ == nullptr && voyage_.in.channel ? std::optional{voyage_} : std::nullopt;
}

void mailbox::attach(mailbox_owner& owner, std::uint64_t holder, counting when) {
  ref<mailbox_owner> wanted;
  carrier left; // Let go outside the lock.
  {
    const std::scoped_lock guard{lock_};
    left = std::exchange(voyage_.in, {});
    charged_ = 0;
    if (extras_)
      note_owner_locked(holder);
    owner_ = &owner;
    enabled_ = false;
    counting_ = when;
    if (((ended_ && !told_) || low_due_.load()) && owner.mark_scheduled())
      wanted = ref{&owner};
  }
  if (wanted)
    wanted->enlist();
}

std::int64_t mailbox::detach(carrier in) {
  const std::scoped_lock guard{lock_};
  voyage_ = {std::move(in), voyage_.number + 1};
  owner_ = nullptr;
  enabled_ = false;
  if (extras_)
    extras_->label.clear(); // It does not travel.
  charged_ = static_cast<std::int64_t>(posted_bytes_ - taken_bytes_.load(std::memory_order_relaxed))
             + carried_bytes_.load(std::memory_order_relaxed);
  return charged_;
}

void mailbox::enable() {
  ref<mailbox_owner> wanted;
  {
    const std::scoped_lock guard{lock_};
    enabled_ = true;
    const bool something = !idle_locked() || (ended_ && !told_);
    if (something && owner_ != nullptr && owner_->mark_scheduled())
      wanted = ref{owner_};
  }
  if (wanted)
    wanted->enlist();
}

void mailbox::disable() {
  const std::scoped_lock guard{lock_};
  enabled_ = false;
}

void mailbox::begin_with(std::uint64_t messages, std::uint64_t bytes) {
  const std::scoped_lock guard{lock_};
  posted_messages_ += messages;
  posted_bytes_ += bytes;
}

void mailbox::acknowledge(std::uint64_t messages, std::uint64_t bytes, mailbox* sender) {
  count_taken(messages, bytes);
  look_low(sender);
}

void mailbox::count_taken(std::uint64_t messages, std::uint64_t bytes) noexcept {
  const auto add = [](std::atomic<std::uint64_t>& sum, std::uint64_t more) {
    sum.store(sum.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  };
  add(taken_messages_, messages);
  add(taken_bytes_, bytes);
}

void mailbox::pop_ready(message& msg) noexcept {
  msg = std::move(ready_[next_++]);
  if (counting_ == counting::when_taken)
    count_taken(1, msg.bytes);
}

taken mailbox::take(message& msg, close_notice& notice, mailbox* sender, when_empty then) {
  const bool worked_on = then == when_empty::unschedule;
  if (worked_on && take_low())
    return taken::low;
  auto found = taken::message;
  bool fell = false;
  if (enabled_ && next_ < ready_.size()) {
    pop_ready(msg);
  } else {
    if (next_ == ready_.size()) {
      ready_.clear();
      next_ = 0;
    }
    const std::scoped_lock guard{lock_};
    found = take_locked(msg, notice, then);
    fell = extras_ && fell_locked();
  }
  if (found == taken::message && msg.extras)
    unload(msg);
  // Whoever armed the watch a moment ago may have missed that this was the last message, and this
  // thread that it is armed. An owner that is worked on comes back and looks inside the lock.
  if (fell)
    tell_low(sender);
  else if (!worked_on
           || taken_bytes_.load(std::memory_order_relaxed)
                >= low_at_.load(std::memory_order_relaxed))
    look_low(sender);
  return found;
}

taken mailbox::take_locked(message& msg, close_notice& notice, when_empty then) {
  if (enabled_ && !incoming_.empty()) {
    std::swap(incoming_, ready_);
    pop_ready(msg);
    return taken::message;
  }
  if (idle_locked()) {
    release_spare(ready_);
    release_spare(incoming_);
  }
  if (then == when_empty::unschedule && take_low())
    return taken::low;
  if (idle_locked() && ended_ && !told_ && !closed_) {
    told_ = true;
    notice = notice_;
    return taken::close;
  }
  if (owner_ != nullptr && then == when_empty::unschedule)
    owner_->clear_scheduled();
  return taken::nothing;
}

std::vector<message> mailbox::close(rest what, mailbox* sender, close_reason reason) {
  carrier left; // Let go outside the lock.
  std::vector<message> dropped;
  std::vector<ref<mailbox_owner>> watchers;
  bool fell = false;
  {
    const std::scoped_lock guard{lock_};
    if (!std::exchange(closed_, true))
      closed_as_ = reason;
    if (extras_)
      watchers = std::exchange(extras_->close_watchers, {});
    left = std::exchange(voyage_.in, {});
    if (what == rest::drop) {
      dropped_ = true;
      fell = extras_ && fell_locked();
      dropped.reserve(incoming_.size() + ready_.size() - next_);
      for (; next_ < ready_.size(); ++next_)
        dropped.push_back(std::move(ready_[next_]));
      for (auto& msg : incoming_)
        dropped.push_back(std::move(msg));
      incoming_ = std::vector<message>{};
      ready_ = std::vector<message>{};
      next_ = 0;
    }
  }
  if (fell)
    tell_low(sender);
  for (const auto& each : watchers)
    if (each->mark_scheduled())
      each->enlist();
  return dropped;
}

bool mailbox::idle() const {
  const std::scoped_lock guard{lock_};
  return idle_locked();
}

} // namespace hawser::detail
