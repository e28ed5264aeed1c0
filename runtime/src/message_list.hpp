#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "hawser/detail/node_memory.hpp"
#include "message.hpp"

namespace hawser::detail {

/// Messages in order, appended at one end and taken at the other. One word as long as there has
/// been none, since an idle mailbox has two of these.
///
/// They lie in pieces of growing size, so that none moves when more come, a poster never waits for
/// that to happen under the mailbox's lock, and a piece that has been read goes at once.
class message_list {
public:
  message_list() noexcept = default;

  ~message_list() {
    while (last_ != nullptr) {
      auto* first = last_->after;
      std::destroy(first->items() + first->next, first->items() + first->size);
      drop(first);
    }
  }

  message_list(const message_list&) = delete;
  message_list& operator=(const message_list&) = delete;

  friend void swap(message_list& lhs, message_list& rhs) noexcept {
    std::swap(lhs.last_, rhs.last_);
  }

  bool empty() const noexcept {
    return last_ == nullptr || last_->after->next == last_->after->size;
  }

  /// Is there exactly one?
  bool single() const noexcept {
    return last_ != nullptr && last_->after == last_ && last_->size - last_->next == 1;
  }

  /// For one more, which `push_back` then needs not make. May throw.
  void make_room() {
    if (last_ == nullptr || last_->size == last_->capacity) [[unlikely]]
      grow();
  }

  void push_back(message&& msg) {
    make_room();
    ::new (last_->items() + last_->size) message{std::move(msg)};
    ++last_->size;
  }

  /// Must not be empty.
  void pop_front(message& into) noexcept {
    auto* first = last_->after;
    auto* taken = first->items() + first->next;
    if (first->next == 0 && first->size > 1)
      fetch(first->after);
    std::destroy_at(&into); // Assigning would look at every part of both.
    std::construct_at(&into, std::move(*taken));
    std::destroy_at(taken);
    if (++first->next != first->size)
      return;
    if (first == last_)
      first->next = first->size = 0;
    else
      drop(first);
  }

  void move_to(std::vector<message>& into) {
    for (message each; !empty();) {
      pop_front(each);
      into.push_back(std::move(each));
    }
  }

  /// Gives memory back. Must be empty.
  void release() noexcept {
    if (last_ != nullptr)
      drop(last_);
  }

private:
  // The messages follow it.
  struct alignas(message) piece {
    piece* after; ///< The first one behind the last.
    std::uint32_t capacity;
    std::uint32_t size = 0;
    std::uint32_t next = 0; ///< The first that has not been taken.

    message* items() noexcept { return reinterpret_cast<message*>(this + 1); }
  };

  // As many as such memory has room for. With 64 in a piece, which came from the standard
  // allocator, the local flood kept 85 % of its speed and the struct flood 90 %.
  static constexpr std::uint32_t piece_messages_max =
    (node_bytes_max - sizeof(piece)) / sizeof(message);

  static constexpr std::size_t bytes_for(std::uint32_t capacity) noexcept {
    return sizeof(piece) + capacity * sizeof(message);
  }

  // Begins to read what another thread has written, which will be wanted in some messages' time:
  // the local fan-in became 23 % faster. Fetching the data of a message or two ahead brought
  // nothing.
  static void fetch(const piece* next) noexcept {
    constexpr std::size_t line_bytes = 64;
    const auto* begin = reinterpret_cast<const std::byte*>(next);
    for (std::size_t at = 0; at < bytes_for(piece_messages_max); at += line_bytes)
      __builtin_prefetch(begin + at);
  }

  void grow() {
    const auto capacity = last_ == nullptr ? 1 : std::min(2 * last_->capacity, piece_messages_max);
    auto* made = ::new (allocate_node(bytes_for(capacity))) piece{nullptr, capacity};
    made->after = last_ == nullptr ? made : std::exchange(last_->after, made);
    last_ = made;
  }

  // The first one, whose messages have gone.
  void drop(piece* first) noexcept {
    if (first == last_)
      last_ = nullptr;
    else
      last_->after = first->after;
    free_node(first, bytes_for(first->capacity));
  }

  piece* last_ = nullptr;
};

} // namespace hawser::detail
