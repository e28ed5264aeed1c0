#include "mailbox.hpp"

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
  const auto fits = [this, bytes] {
    return posted_messages_ - taken_messages_seen_ < messages_max_
           && posted_bytes_ - taken_bytes_seen_ + bytes <= bytes_max_;
  };
  if (fits())
    return true;
  taken_messages_seen_ = taken_messages_.load(std::memory_order_relaxed);
  taken_bytes_seen_ = taken_bytes_.load(std::memory_order_relaxed);
  return fits();
}

pushed mailbox::push(message&& msg, when_full then) {
  ref<receiver> wanted;
  auto outcome = pushed::queued;
  {
    const std::scoped_lock guard{lock_};
    if (closed_)
      return pushed::discarded;
    if (then == when_full::refuse && !has_room_locked(msg.bytes))
      return pushed::refused;
    posted_messages_ += 1;
    posted_bytes_ += msg.bytes;
    incoming_.push_back(std::move(msg));
    if (owner_ == nullptr)
      outcome = pushed::adrift;
    else if (enabled_ && owner_->mark_scheduled())
      wanted = ref{owner_};
  }
  if (wanted)
    wanted->enlist();
  return outcome;
}

void mailbox::end(close_notice notice) {
  ref<receiver> wanted;
  {
    const std::scoped_lock guard{lock_};
    if (closed_ || ended_)
      return; // Closed from both sides: nobody is left to tell.
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
  return {posted_messages_, posted_bytes_, taken_messages_.load(std::memory_order_relaxed),
          taken_bytes_.load(std::memory_order_relaxed)};
}

std::optional<close_reason> mailbox::ended() const {
  const std::scoped_lock guard{lock_};
  return ended_ ? std::optional{notice_.reason} : std::nullopt;
}

std::optional<voyage> mailbox::travelling() const {
  const std::scoped_lock guard{lock_};
  return owner_ == nullptr && voyage_.in.channel ? std::optional{voyage_} : std::nullopt;
}

void mailbox::attach(receiver& owner) {
  ref<receiver> wanted;
  carrier left; // Let go outside the lock.
  {
    const std::scoped_lock guard{lock_};
    left = std::exchange(voyage_.in, {});
    owner_ = &owner;
    enabled_ = false;
    if (ended_ && !told_ && owner.mark_scheduled())
      wanted = ref{&owner};
  }
  if (wanted)
    wanted->enlist();
}

void mailbox::detach(carrier in) {
  const std::scoped_lock guard{lock_};
  voyage_ = {std::move(in), voyage_.number + 1};
  owner_ = nullptr;
  enabled_ = false;
}

void mailbox::enable() {
  ref<receiver> wanted;
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

void mailbox::pop_ready(message& msg) noexcept {
  msg = std::move(ready_[next_++]);
  const auto add = [](std::atomic<std::uint64_t>& sum, std::uint64_t more) {
    sum.store(sum.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  };
  add(taken_messages_, 1);
  add(taken_bytes_, msg.bytes);
}

taken mailbox::take(message& msg, close_notice& notice, when_empty then) {
  if (enabled_ && next_ < ready_.size()) {
    pop_ready(msg);
    return taken::message;
  }
  if (next_ == ready_.size()) {
    ready_.clear();
    next_ = 0;
  }
  const std::scoped_lock guard{lock_};
  if (enabled_ && !incoming_.empty()) {
    std::swap(incoming_, ready_);
    pop_ready(msg);
    return taken::message;
  }
  if (idle_locked()) {
    release_spare(ready_);
    release_spare(incoming_);
  }
  if (idle_locked() && ended_ && !told_ && !closed_) {
    told_ = true;
    notice = notice_;
    return taken::close;
  }
  if (owner_ != nullptr && then == when_empty::unschedule)
    owner_->clear_scheduled();
  return taken::nothing;
}

std::vector<message> mailbox::close(rest what) {
  carrier left; // Let go outside the lock.
  const std::scoped_lock guard{lock_};
  closed_ = true;
  left = std::exchange(voyage_.in, {});
  std::vector<message> dropped;
  if (what == rest::keep)
    return dropped;
  dropped.reserve(incoming_.size() + ready_.size() - next_);
  for (; next_ < ready_.size(); ++next_)
    dropped.push_back(std::move(ready_[next_]));
  for (auto& msg : incoming_)
    dropped.push_back(std::move(msg));
  incoming_ = std::vector<message>{};
  ready_ = std::vector<message>{};
  next_ = 0;
  return dropped;
}

bool mailbox::idle() const {
  const std::scoped_lock guard{lock_};
  return idle_locked();
}

} // namespace hawser::detail
