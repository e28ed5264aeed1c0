#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hawser/agent_cluster.hpp"
#include "hawser/channel.hpp"
#include "hawser/detail/node_memory.hpp"
#include "hawser/encoded_data.hpp"
#include "hawser/origin.hpp"
#include "hawser/value.hpp"
#include "hawser/window_proxy.hpp"

namespace hawser::detail {

/// What a window message carries beside its data. HTML #window-post-message-steps.
struct window_message {
  std::string origin;
  window_proxy source;
  std::optional<hawser::origin> target_origin; ///< None for `*`.
};

struct broadcast_post;

/// What only some messages have.
struct message_extras : in_node_memory {
  /// Transferred, in the order of the transfer list.
  std::vector<endpoint, node_allocator<endpoint>> ports;
  std::optional<window_message> window;
  std::optional<agent_cluster> cluster; ///< The sender's, if there is shared memory in the data.
  std::int64_t carried_bytes = 0;       ///< What waited inside the ports when they set out.
  std::shared_ptr<const broadcast_post> broadcast; ///< Shared by all who receive it.
};

/// A message in a queue. Small, because queues hold many.
struct message {
  value data;
  std::unique_ptr<message_extras> extras;
  encoded_data encoded;       ///< Instead of data: as another node sent it.
  std::uint64_t bytes = 0;    ///< What it counts against limits.
  std::uint32_t hops = 0;     ///< How many nodes have passed it on.
  bool to_be_rebuilt = false; ///< The data holds what only the receiver can complete.

  message() = default;

  /// Data that is shared as it is.
  message(value plain, std::uint64_t counted) noexcept : data(std::move(plain)), bytes(counted) {}

  /// Can its data be shown as it is?
  bool plain() const noexcept { return !extras && !encoded && !to_be_rebuilt; }

  message_extras& with_extras() {
    if (!extras)
      extras =
        std::make_unique_for_overwrite<message_extras>(); // Its members initialize themselves.
    return *extras;
  }
};

/// Destroys messages, and whatever the ports in them hold, without recursion.
void bury(std::vector<message> dropped) noexcept;

} // namespace hawser::detail
