#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "hawser/detail/node_memory.hpp"
#include "mailbox.hpp"

namespace hawser::detail {

/// Room for a port.
struct alignas(void*) port_room {
  port_room() noexcept {} // Whoever takes it writes all of it.

  std::byte bytes[10 * sizeof(void*)];
};

/// A channel: for each side the mailbox in which its messages wait, and room for the port that owns
/// it.
///
/// They are one piece of memory, which lies where a cache line begins (`node_memory.hpp`): three
/// lines for a side. What its owner writes is on the first two, what the other side's owner writes
/// on the third. A port whose predecessor at its side is still referred to, by a handle that was
/// forgotten, say, is a piece of its own.
class channel_state : public in_node_memory {
public:
  /// Has a reference for each end.
  channel_state(ref<const shared_limits> queues, creation_place at) noexcept
    : zero_{{}, &queues->values, at.file, {}}, one_{{}, queues.leak(), {at.line}, {}} {}

  ~channel_state() { intrusive_release(one_.bounds); }

  channel_state(const channel_state&) = delete;
  channel_state& operator=(const channel_state&) = delete;

  /// Both ends of a new one. The bounds are those of each mailbox.
  static std::pair<endpoint, endpoint> make_pair(ref<const shared_limits> bounds,
                                                 creation_place at = {},
                                                 history owners = history::forgotten);

  /// What waits for that side.
  mailbox& inbox(unsigned side) noexcept { return side == 0 ? zero_.inbox : one_.inbox; }

  const limits& bounds(unsigned side) const noexcept {
    return side == 0 ? *zero_.bounds : one_.bounds->values;
  }

  creation_place made_at() const noexcept { return {zero_.more, one_.more.line}; }

  /// Null if it is taken. Whoever gets it keeps the channel alive.
  void* take_room(unsigned side) noexcept {
    if (!inbox(side).take_room())
      return nullptr;
    intrusive_add_ref(this);
    return room(side);
  }

  /// The same for whoever has made the channel, before anybody else knows of it.
  void* take_new_room(unsigned side) noexcept {
    inbox(side).take_room();
    auto& refs = one_.more.refs;
    refs.store(refs.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return room(side);
  }

  /// What stood in the room has been destroyed. May destroy the channel.
  static void leave_room(void* room, unsigned side) noexcept {
    auto* first = static_cast<std::byte*>(room) - side * sizeof(zero_);
    auto* channel = reinterpret_cast<channel_state*>(first);
    channel->inbox(side).leave_room();
    intrusive_release(channel);
  }

  friend void intrusive_add_ref(channel_state* target) noexcept;
  friend void intrusive_release(channel_state* target) noexcept;
  friend bool add_ref_if_any(channel_state* target) noexcept;

private:
  void* room(unsigned side) noexcept { return side == 0 ? &zero_.room : &one_.room; }

  // Each has its own way to the bounds, lest a post reads what the other side's owner writes.
  template <class Bounds, class More>
  struct half {
    port_room room;
    const Bounds* const bounds;
    More more;
    mailbox inbox;
  };

  struct line_and_refs {
    std::uint32_t line;
    std::atomic<std::uint32_t> refs{2};
  };

  half<limits, const char*> zero_;
  half<shared_limits, line_and_refs> one_;

  static_assert(sizeof(zero_) == sizeof(one_)); // `leave_room` counts on it.
};

static_assert(sizeof(void*) != 8 || sizeof(channel_state) == 384);

inline mailbox& channel_side::inbox() const noexcept {
  return channel()->inbox(side());
}

inline mailbox& channel_side::peer_inbox() const noexcept {
  return channel()->inbox(1 - side());
}

} // namespace hawser::detail

namespace hawser {

inline detail::mailbox& endpoint::inbox() const noexcept {
  return at_.inbox();
}

inline detail::mailbox& endpoint::peer_inbox() const noexcept {
  return at_.peer_inbox();
}

} // namespace hawser
