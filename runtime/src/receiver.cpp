#include "receiver.hpp"

namespace hawser::detail {

mailbox_owner::mailbox_owner(ref<ready_list> list, std::uint32_t references,
                             std::uint32_t handles) noexcept
  : list_(std::move(list)), counts_(references * reference + handles * handle) {}

mailbox_owner::~mailbox_owner() = default;

void mailbox_owner::enlist() noexcept {
  // Once it is in the list its context may drop it, and with it the last reference to the list.
  const ref<ready_list> list{list_};
  if (!list->push(this))
    intrusive_release(this);
}

void mailbox_owner::enlist_locked() noexcept {
  if (!list_->push(this))
    intrusive_release(this); // Not the last: somebody keeps it for the mailbox.
}

bool ready_list::push(mailbox_owner* entry) noexcept {
  auto* top = top_.load(std::memory_order_relaxed);
  do {
    if (top == gone())
      return false;
    entry->next_ready_ = is_entry(top) ? top : nullptr;
  } while (!top_.compare_exchange_weak(top, entry));
  if (top == asleep)
    waker_->wake();
  return true;
}

void ready_list::append(mailbox_owner* stacked, turn_queue& to) noexcept {
  mailbox_owner* in_order = nullptr;
  while (stacked != nullptr) {
    auto* next = stacked->next_ready_;
    stacked->next_ready_ = in_order;
    in_order = stacked;
    stacked = next;
  }
  while (in_order != nullptr) {
    auto* next = in_order->next_ready_;
    to.push_back(ref<mailbox_owner>::adopt(in_order));
    in_order = next;
  }
}

void ready_list::move_all_to(turn_queue& queue) noexcept {
  append(top_.exchange(awake()), queue);
}

void ready_list::close() noexcept {
  turn_queue dropped;
  if (auto* top = top_.exchange(gone()); is_entry(top))
    append(top, dropped);
}

void turn_queue::push_back(ref<mailbox_owner> entry) noexcept {
  auto* added = entry.leak();
  added->next_ready_ = nullptr;
  if (last_ == nullptr)
    first_ = added;
  else
    last_->next_ready_ = added;
  last_ = added;
}

ref<mailbox_owner> turn_queue::pop_front() noexcept {
  auto* taken = first_;
  first_ = std::exchange(taken->next_ready_, nullptr);
  if (first_ == nullptr)
    last_ = nullptr;
  return ref<mailbox_owner>::adopt(taken);
}

void turn_queue::clear() noexcept {
  while (!empty())
    pop_front();
}

} // namespace hawser::detail
