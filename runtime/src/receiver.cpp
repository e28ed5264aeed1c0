#include "receiver.hpp"

#include <cstddef>

namespace hawser::detail {

mailbox_owner::mailbox_owner(ref<ready_list> list) noexcept : list_(std::move(list)) {}

mailbox_owner::~mailbox_owner() = default;

void mailbox_owner::enlist() noexcept {
  // Once it is in the list its context may drop it, and with it the last reference to the list.
  const ref<ready_list> list{list_};
  if (!list->push(this))
    list->drop_all();
}

void mailbox_owner::enlist_locked(ended_list& ended) noexcept {
  auto& list = *list_;
  if (!list.push(this))
    ended.list_ = ref{&list};
}

ended_list::~ended_list() {
  if (list_)
    list_->drop_all();
}

bool ready_list::push(mailbox_owner* entry) noexcept {
  auto* head = head_.load(std::memory_order_relaxed);
  do
    entry->next_ready_ = head;
  while (!head_.compare_exchange_weak(head, entry));
  if (closed_.load())
    return false;
  if (!woken_.load() && !woken_.exchange(true))
    waker_->wake();
  return true;
}

mailbox_owner* ready_list::take_all() noexcept {
  if (head_.load(std::memory_order_relaxed) == nullptr)
    return nullptr;
  auto* stacked = head_.exchange(nullptr);
  mailbox_owner* in_order = nullptr;
  while (stacked != nullptr) {
    auto* next = stacked->next_ready_;
    stacked->next_ready_ = in_order;
    in_order = stacked;
    stacked = next;
  }
  return in_order;
}

void ready_list::close() noexcept {
  closed_.store(true);
  drop_all();
}

void ready_list::move_to(turn_queue& queue) noexcept {
  for (auto* entry = take_all(); entry != nullptr;) {
    auto* next = entry->next_ready_;
    queue.push_back(ref<mailbox_owner>::adopt(entry));
    entry = next;
  }
}

void ready_list::drop_all() noexcept {
  turn_queue dropped;
  move_to(dropped);
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
  if (first_ == nullptr) {
    last_ = nullptr;
  } else {
    // The next one while this one is worked on; if it is a port in its channel's room it has three
    // lines (tests/bench/README.md has what that brought).
    const auto* next = reinterpret_cast<const std::byte*>(first_);
    __builtin_prefetch(next);
    __builtin_prefetch(next + 64);
    __builtin_prefetch(next + 128);
  }
  return ref<mailbox_owner>::adopt(taken);
}

void turn_queue::clear() noexcept {
  while (!empty())
    pop_front();
}

} // namespace hawser::detail
