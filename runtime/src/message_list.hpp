#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "message.hpp"

namespace hawser::detail {

/// Messages in order, appended at one end and taken at the other. One word as long as there has
/// been none: an idle mailbox has two, and a `std::vector` with a place to read at takes four each.
///
/// What has been taken is not used again before everything has been.
class message_list {
public:
  message_list() noexcept = default;

  ~message_list() {
    if (block_ == nullptr)
      return;
    std::destroy(items() + block_->next, items() + block_->size);
    ::operator delete(block_);
  }

  message_list(const message_list&) = delete;
  message_list& operator=(const message_list&) = delete;

  friend void swap(message_list& lhs, message_list& rhs) noexcept {
    std::swap(lhs.block_, rhs.block_);
  }

  bool empty() const noexcept { return size() == 0; }

  std::size_t size() const noexcept { return block_ == nullptr ? 0 : block_->size - block_->next; }

  void push_back(message&& msg) {
    if (block_ == nullptr || block_->size == block_->capacity) [[unlikely]]
      grow();
    ::new (items() + block_->size) message{std::move(msg)};
    ++block_->size;
  }

  /// Must not be empty.
  void pop_front(message& into) noexcept {
    auto* first = items() + block_->next;
    into = std::move(*first);
    std::destroy_at(first);
    if (++block_->next == block_->size)
      block_->next = block_->size = 0;
  }

  void move_to(std::vector<message>& into) {
    for (message each; !empty();) {
      pop_front(each);
      into.push_back(std::move(each));
    }
  }

  /// Gives memory back, if it is empty and has room for more than so many.
  void shrink(std::size_t messages_kept_max) noexcept {
    if (block_ != nullptr && empty() && block_->capacity > messages_kept_max)
      ::operator delete(std::exchange(block_, nullptr));
  }

private:
  // The messages follow it. Who takes writes here and not beside what who appends writes.
  struct alignas(message) block {
    std::uint32_t capacity;
    std::uint32_t size;
    std::uint32_t next; ///< The first that has not been taken.
  };

  message* items() const noexcept { return reinterpret_cast<message*>(block_ + 1); }

  void grow() {
    const auto count = size();
    const auto capacity = block_ == nullptr ? std::size_t{1} : 2 * count;
    if (capacity > UINT32_MAX)
      throw std::length_error{"a message queue cannot be that long"};
    auto* room = static_cast<block*>(::operator new(sizeof(block) + capacity * sizeof(message)));
    ::new (room) block{static_cast<std::uint32_t>(capacity), static_cast<std::uint32_t>(count), 0};
    message_list old;
    old.block_ = std::exchange(block_, room);
    if (count != 0)
      std::uninitialized_move_n(old.items() + old.block_->next, count, items());
  }

  block* block_ = nullptr;
};

} // namespace hawser::detail
