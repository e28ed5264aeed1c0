// How much waits in a mailbox: what its sender may ask and wait for, and what the ports that travel
// in it bring along.
//
// Nobody pays who does not ask. Where a mailbox has extras, the taker compares what it has taken
// with a mark in them that is out of reach unless a sender has set it. The sender sets it inside
// the lock, where the taker comes by before it rests; so a fall that happens at the same moment is
// seen by one of the two.

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

std::int64_t mailbox::waiting() const noexcept {
  const auto* more = extras();
  return static_cast<std::int64_t>(untaken_bytes())
         + (more == nullptr ? 0 : more->carried_bytes.load(std::memory_order_relaxed));
}

std::uint64_t mailbox::buffered_amount() const noexcept {
  if (closing_.load(std::memory_order_relaxed) == closing::dropped)
    return 0;
  return static_cast<std::uint64_t>(std::max(std::int64_t{0}, waiting()));
}

std::uint64_t mailbox::own_amount() const noexcept {
  return closing_.load(std::memory_order_relaxed) == closing::dropped ? 0 : untaken_bytes();
}

// -- the threshold ------------------------------------------------------------------------------

std::uint64_t mailbox::low_threshold() const {
  const std::scoped_lock guard{lock_};
  const auto* more = extras();
  return more == nullptr ? 0 : more->threshold;
}

void mailbox::low_threshold(std::uint64_t bytes) {
  const std::scoped_lock guard{lock_};
  auto& watch = with_extras_locked();
  watch.threshold = bytes;
  watch.armed = false;
  watch.low_at = mailbox_extras::never;
  arm_if_above_locked(watch);
}

void mailbox::watch_low(std::uint64_t step) {
  const std::scoped_lock guard{lock_};
  auto& watch = with_extras_locked();
  watch.asked = true;
  watch.step = step;
  watched_.store(true, std::memory_order_release);
  arm_if_above_locked(watch);
}

void mailbox::unwatch_low() {
  const std::scoped_lock guard{lock_};
  auto* watch = extras();
  if (watch == nullptr)
    return;
  watched_.store(false, std::memory_order_relaxed);
  watch->asked = false;
  watch->armed = false;
  watch->low_at = mailbox_extras::never;
}

void mailbox::arm_if_above_locked(mailbox_extras& extras) noexcept {
  if (!extras.asked || extras.armed)
    return;
  const auto amount = buffered_amount();
  if (amount <= extras.threshold)
    return;
  extras.armed = true;
  mark_low_locked(extras, amount);
}

void mailbox::mark_low_locked(mailbox_extras& extras, std::uint64_t amount) noexcept {
  auto ahead = amount - extras.threshold;
  if (extras.step != 0)
    ahead = std::min(ahead, extras.step);
  extras.low_at = taken_bytes_.load(std::memory_order_relaxed) + ahead;
}

// Disarms when the amount is down; otherwise moves the mark, since more was posted meanwhile.
bool mailbox::fell_locked() noexcept {
  auto* watch = extras();
  if (watch == nullptr || !watch->armed)
    return false;
  const auto amount = buffered_amount();
  if (amount > watch->threshold) {
    const bool stepped = watch->step != 0
                         && taken_bytes_.load(std::memory_order_relaxed)
                              >= watch->low_at.load(std::memory_order_relaxed);
    if (stepped || watch->step == 0)
      mark_low_locked(*watch, amount);
    return stepped;
  }
  watch->armed = false;
  watch->low_at = mailbox_extras::never;
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
  {
    const std::scoped_lock guard{lock_};
    if (!open_locked())
      return;
    low_due_ = true;
    schedule_locked();
  }
}

bool mailbox::take_low() noexcept {
  return low_due_.load(std::memory_order_relaxed) && low_due_.exchange(false);
}

// -- ports that travel in a queue ---------------------------------------------------------------
//
// A port on its way counts in the queue around it what waits in it, and nobody takes anything out
// of it; so what is to be taken back when it arrives need not be kept, but for what was posted too
// deep inside to be counted there. What is posted to it meanwhile is added first here, then there;
// the taker may come between the two, and the sums are right again once both are through.
//
// A window's queue learns nothing of what is posted to a port on its way in it: there the message
// says what it brought.

bool mailbox::has_passengers() const {
  const std::scoped_lock guard{lock_};
  const auto* more = extras();
  return more != nullptr && more->embarked != more->disembarked.load(std::memory_order_relaxed);
}

void mailbox::disembark_locked() noexcept {
  if (place_ != place::travelling)
    return;
  if (auto* more = extras())
    more->uncharged_bytes = 0;
  place_ = place::nowhere;
}

std::int64_t mailbox::disembark() {
  const std::scoped_lock guard{lock_};
  const auto* more = extras();
  const auto counted = waiting() - (more == nullptr ? 0 : more->uncharged_bytes);
  disembark_locked();
  return counted;
}

void mailbox::unload(const message& msg, const mailbox* sender) noexcept {
  if (msg.extras->ports.empty())
    return;
  auto brought = msg.extras->carried_bytes;
  if (sender != nullptr) {
    brought = 0;
    for (const auto& end : msg.extras->ports)
      brought += end.inbox().disembark();
  }
  auto& more = *extras(); // Made when the message was pushed.
  if (brought != 0)
    more.carried_bytes -= brought;
  const auto gone = more.disembarked.load(std::memory_order_relaxed);
  more.disembarked.store(gone + static_cast<std::uint32_t>(msg.extras->ports.size()),
                         std::memory_order_relaxed);
  if (more.low_at.load(std::memory_order_relaxed) != mailbox_extras::never)
    more.low_at = 0; // What was taken counted more than its own bytes.
}

void mailbox::charge_around(carrier around, std::int64_t bytes) {
  for (int i = 0; around && i < carriers_max; ++i) {
    auto& box = around.inbox();
    carrier next;
    {
      const std::scoped_lock guard{box.lock_};
      if (box.closing_.load(std::memory_order_relaxed) == closing::dropped)
        return; // It counts nowhere any more, and what was in it is gone.
      auto& more = box.with_extras_locked();
      more.carried_bytes += bytes;
      box.spend_locked(0, static_cast<std::uint64_t>(bytes));
      if (box.place_ == place::travelling) {
        next = box.around_.counted();
        if (i + 1 == carriers_max)
          more.uncharged_bytes += bytes;
      }
      box.arm_if_above_locked(more);
    }
    around = std::move(next);
  }
}

} // namespace hawser::detail
