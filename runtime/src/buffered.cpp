// How much waits in a mailbox: what its sender may ask and wait for, and what the ports that travel
// in it bring along.
//
// Nobody pays who does not ask. The taker compares what it has taken with a mark that lies beside
// its own counter and is out of reach unless a sender has set it. The sender sets it inside the
// lock, where the taker comes by before it rests; so a fall that happens at the same moment is seen
// by one of the two.

#include <algorithm>

#include "channel_state.hpp"
#include "receiver.hpp"

namespace hawser::detail {
namespace {

// Beyond this many queues inside each other, what is posted into the innermost counts in no further
// one, so that no post takes long.
constexpr int carriers_max = 64;

} // namespace

void tell_low(mailbox* sender) {
  if (sender != nullptr)
    sender->low_fell();
}

std::uint64_t mailbox::buffered_amount() const noexcept {
  if (dropped_.load(std::memory_order_relaxed))
    return 0;
  const auto amount =
    static_cast<std::int64_t>(posted_bytes_ - taken_bytes_.load(std::memory_order_relaxed))
    + carried_bytes_.load(std::memory_order_relaxed);
  return amount > 0 ? static_cast<std::uint64_t>(amount) : 0;
}

std::uint64_t mailbox::own_amount() const noexcept {
  return dropped_.load(std::memory_order_relaxed)
           ? 0
           : posted_bytes_ - taken_bytes_.load(std::memory_order_relaxed);
}

std::uint64_t mailbox::weight() const {
  const std::scoped_lock guard{lock_};
  return buffered_amount();
}

// -- the threshold ------------------------------------------------------------------------------

std::uint64_t mailbox::low_threshold() const {
  const std::scoped_lock guard{lock_};
  return extras_ ? extras_->threshold : 0;
}

void mailbox::low_threshold(std::uint64_t bytes) {
  const std::scoped_lock guard{lock_};
  auto& watch = with_extras_locked();
  watch.threshold = bytes;
  watch.armed = false;
  low_at_ = never;
  arm_if_above_locked();
}

void mailbox::watch_low(std::uint64_t step) {
  const std::scoped_lock guard{lock_};
  auto& watch = with_extras_locked();
  watch.asked = true;
  watch.step = step;
  arm_if_above_locked();
}

void mailbox::unwatch_low() {
  const std::scoped_lock guard{lock_};
  if (!extras_)
    return;
  extras_->asked = false;
  extras_->armed = false;
  low_at_ = never;
}

void mailbox::arm_if_above_locked() noexcept {
  if (!extras_->asked || extras_->armed)
    return;
  const auto amount = buffered_amount();
  if (amount <= extras_->threshold)
    return;
  extras_->armed = true;
  mark_low_locked(amount);
}

void mailbox::mark_low_locked(std::uint64_t amount) noexcept {
  auto ahead = amount - extras_->threshold;
  if (extras_->step != 0)
    ahead = std::min(ahead, extras_->step);
  low_at_ = taken_bytes_.load(std::memory_order_relaxed) + ahead;
}

// Disarms when the amount is down; otherwise moves the mark, since more was posted meanwhile.
bool mailbox::fell_locked() noexcept {
  if (!extras_ || !extras_->armed)
    return false;
  const auto amount = buffered_amount();
  if (amount > extras_->threshold) {
    const bool stepped =
      extras_->step != 0
      && taken_bytes_.load(std::memory_order_relaxed) >= low_at_.load(std::memory_order_relaxed);
    if (stepped || extras_->step == 0)
      mark_low_locked(amount);
    return stepped;
  }
  extras_->armed = false;
  low_at_ = never;
  return true;
}

void mailbox::look_low(mailbox* sender) {
  bool fell = false;
  {
    const std::scoped_lock guard{lock_};
    fell = fell_locked();
  }
  if (fell)
    tell_low(sender);
}

void mailbox::low_fell() {
  ref<mailbox_owner> wanted;
  {
    const std::scoped_lock guard{lock_};
    if (closed_)
      return;
    low_due_ = true;
    if (owner_ != nullptr && owner_->mark_scheduled())
      wanted = ref{owner_};
  }
  if (wanted)
    wanted->enlist();
}

bool mailbox::take_low() noexcept {
  return low_due_.load(std::memory_order_relaxed) && low_due_.exchange(false);
}

// -- ports that travel in a queue ---------------------------------------------------------------
//
// Every port on its way remembers what it counts in the queue around it, so that exactly this is
// taken back when it arrives. What is posted to it meanwhile is added first here, then there; the
// taker may come between the two, and the sums are right again once both are through.

std::int64_t mailbox::disembark() {
  carrier left; // Let go outside the lock.
  const std::scoped_lock guard{lock_};
  left = std::exchange(voyage_.in, {});
  return std::exchange(charged_, 0);
}

void mailbox::unload(const message& msg) noexcept {
  if (msg.extras->ports.empty())
    return;
  std::int64_t brought = 0;
  for (const auto& end : msg.extras->ports)
    brought += end.inbox().disembark();
  carried_bytes_ -= brought;
  passengers_ -= static_cast<std::uint32_t>(msg.extras->ports.size());
  if (low_at_.load(std::memory_order_relaxed) != never)
    low_at_ = 0; // What was taken counted more than its own bytes.
}

carrier mailbox::charge_locked(std::int64_t bytes) {
  if (owner_ != nullptr || !voyage_.in.channel)
    return {};
  charged_ += bytes;
  return voyage_.in;
}

void mailbox::charge_around(carrier around, std::int64_t bytes) {
  for (int i = 0; around.channel && i < carriers_max; ++i) {
    auto& box = around.channel->side[around.side];
    carrier next;
    {
      const std::scoped_lock guard{box.lock_};
      box.carried_bytes_ += bytes;
      next = box.charge_locked(bytes);
      if (box.extras_)
        box.arm_if_above_locked();
    }
    around = std::move(next);
  }
}

} // namespace hawser::detail
