#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "mailbox.hpp"

namespace hawser::detail {

/// Room for the ports that own the two sides.
struct port_rooms {
  struct alignas(void*) room {
    std::byte bytes[10 * sizeof(void*)];
  };

  room rooms[2];
};

/// Both mailboxes of a channel; `side[0]` holds what waits for side 0.
///
/// A channel and its ports are one piece of memory. In three they would take 32 bytes more, and 500
/// instructions more to be made and destroyed. A port whose predecessor at its side is still
/// referred to, by a handle that was forgotten, say, is a piece of its own.
class channel_state : private port_rooms {
public:
  channel_state(ref<const shared_limits> queues, creation_place at) noexcept
    : bounds(std::move(queues)), file_(at.file), line_(at.line) {}

  /// Both ends of a new one. The bounds are those of each mailbox.
  static std::pair<endpoint, endpoint> make_pair(ref<const shared_limits> bounds,
                                                 creation_place at = {},
                                                 history owners = history::forgotten);

  creation_place made_at() const noexcept { return {file_, line_}; }

  /// Null if it is taken. Whoever gets it keeps the channel alive.
  void* take_room(unsigned which) noexcept {
    if (!side[which].take_room())
      return nullptr;
    intrusive_add_ref(this);
    return &rooms[which];
  }

  /// What stood in the room has been destroyed. May destroy the channel.
  static void leave_room(void* room, unsigned which) noexcept {
    auto* first = static_cast<port_rooms::room*>(room) - which;
    auto* channel = static_cast<channel_state*>(reinterpret_cast<port_rooms*>(first));
    channel->side[which].leave_room();
    intrusive_release(channel);
  }

  friend void intrusive_add_ref(channel_state* target) noexcept;
  friend void intrusive_release(channel_state* target) noexcept;

  mailbox side[2];
  const ref<const shared_limits> bounds;

private:
  const char* file_;
  std::uint32_t line_;
  std::atomic<std::uint32_t> refs_{1}; // beside `line_`, where it takes no room
};

static_assert(sizeof(void*) != 8 || sizeof(channel_state) == 376); // 384 with the allocator's

inline mailbox& channel_side::inbox() const noexcept {
  return channel()->side[side()];
}

inline mailbox& channel_side::peer_inbox() const noexcept {
  return channel()->side[1 - side()];
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
