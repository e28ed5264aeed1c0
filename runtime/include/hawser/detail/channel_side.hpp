#pragma once

#include <cstdint>
#include <utility>

#include "hawser/detail/ref.hpp"

namespace hawser::detail {

class channel_state;
class mailbox;
void intrusive_add_ref(channel_state* target) noexcept;
void intrusive_release(channel_state* target) noexcept;
/// Not if the last reference is gone.
bool add_ref_if_any(channel_state* target) noexcept;

/// A counted reference to one side of a channel, 0 or 1, in one word: every port and every mailbox
/// has one.
class channel_side {
public:
  channel_side() noexcept = default;

  channel_side(ref<channel_state> channel, unsigned side) noexcept
    : word_(reinterpret_cast<char*>(channel.leak()) + side) {}

  channel_side(const channel_side& other) noexcept : word_(other.word_) {
    if (auto* target = channel())
      intrusive_add_ref(target);
  }

  channel_side(channel_side&& other) noexcept : word_(std::exchange(other.word_, nullptr)) {}

  channel_side& operator=(channel_side other) noexcept {
    std::swap(word_, other.word_);
    return *this;
  }

  ~channel_side() {
    if (auto* target = channel())
      intrusive_release(target);
  }

  explicit operator bool() const noexcept { return word_ != nullptr; }

  /// Null if it refers to none.
  channel_state* channel() const noexcept {
    return reinterpret_cast<channel_state*>(word_ - side());
  }

  unsigned side() const noexcept {
    return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(word_) & 1);
  }

  channel_side peer() const noexcept {
    auto other = *this;
    other.word_ += side() == 0 ? 1 : -1;
    return other;
  }

  /// What waits for this side, and what this side posts to. Defined in `channel_state.hpp`.
  mailbox& inbox() const noexcept;
  mailbox& peer_inbox() const noexcept;

  friend bool operator==(const channel_side&, const channel_side&) noexcept = default;

private:
  friend class uncounted_side;

  char* word_ = nullptr; // the channel's address, which is even, and the side added
};

/// The same without a reference, for as long as it is known that the channel has not been freed.
class uncounted_side {
public:
  uncounted_side() noexcept = default;

  explicit uncounted_side(const channel_side& from) noexcept : word_(from.word_) {}

  /// The other side of what `from` refers to.
  static uncounted_side peer_of(const channel_side& from) noexcept {
    uncounted_side made{from};
    made.word_ += from.side() == 0 ? 1 : -1;
    return made;
  }

  explicit operator bool() const noexcept { return word_ != nullptr; }

  /// None if the channel is being destroyed.
  channel_side counted() const noexcept {
    channel_side made;
    made.word_ = word_;
    if (!add_ref_if_any(made.channel()))
      made.word_ = nullptr;
    return made;
  }

private:
  char* word_ = nullptr;
};

} // namespace hawser::detail
