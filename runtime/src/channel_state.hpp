#pragma once

#include <atomic>
#include <cstdint>

#include "mailbox.hpp"

namespace hawser::detail {

/// Both mailboxes of a channel; `side[0]` holds what waits for side 0.
class channel_state {
public:
  channel_state(const limits& bounds, creation_place at)
    : side{mailbox{bounds}, mailbox{bounds}}, made_at(at) {}

  friend void intrusive_add_ref(channel_state* target) noexcept;
  friend void intrusive_release(channel_state* target) noexcept;

  mailbox side[2];
  std::atomic<std::uint64_t> holder[2]{}; ///< The context that owns it or was the last to.
  const creation_place made_at;

private:
  std::atomic<std::uint32_t> refs_{1};
};

} // namespace hawser::detail

namespace hawser {

inline detail::mailbox& endpoint::inbox() const noexcept {
  return channel_->side[side_];
}

inline detail::mailbox& endpoint::peer_inbox() const noexcept {
  return channel_->side[1 - side_];
}

} // namespace hawser
