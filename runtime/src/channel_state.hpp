#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "mailbox.hpp"

namespace hawser::detail {

/// Both mailboxes of a channel; `side[0]` holds what waits for side 0.
class channel_state {
public:
  channel_state(ref<const queue_bounds> queues, creation_place at) noexcept
    : bounds(std::move(queues)), file_(at.file), line_(at.line) {}

  creation_place made_at() const noexcept { return {file_, line_}; }

  friend void intrusive_add_ref(channel_state* target) noexcept;
  friend void intrusive_release(channel_state* target) noexcept;

  mailbox side[2];
  const ref<const queue_bounds> bounds;

private:
  const char* file_;
  std::uint32_t line_;
  std::atomic<std::uint32_t> refs_{1}; // beside `line_`, where it takes no room
};

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
