#pragma once

#include <atomic>
#include <cstdint>

#include "mailbox.hpp"

namespace hawser::detail {

/// Both mailboxes of a channel; `side[0]` holds what waits for side 0.
class channel_state {
public:
  explicit channel_state(const limits& bounds) : side{mailbox{bounds}, mailbox{bounds}} {}

  friend void intrusive_add_ref(channel_state* target) noexcept;
  friend void intrusive_release(channel_state* target) noexcept;

  mailbox side[2];
  std::atomic<std::uint64_t> holder[2]{}; ///< The context that owns it or was the last to.

private:
  std::atomic<std::uint32_t> refs_{1};
};

} // namespace hawser::detail
