#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hawser/agent_cluster.hpp"
#include "hawser/limits.hpp"
#include "hawser/transfer_list.hpp"
#include "message.hpp"
#include "port.hpp"

namespace hawser::detail {

/// A buffer, and what becomes of it, which the data shows already.
struct moved_buffer {
  array_buffer from;
  array_buffer to = {};
};

/// One entry of a transfer list: a port or a buffer.
struct resolved_item {
  ref<port> moved_port;
  std::optional<moved_buffer> buffer;
  std::uint32_t port_index = 0; ///< Among the ports of the list.
  bool mentioned = false;       ///< Does the buffer occur in the data?

  const void* identity() const {
    return moved_port ? static_cast<const void*>(moved_port.get()) : buffer->from.identity();
  }

  /// What it counts for in a queue.
  std::uint64_t bytes() const;
};

using resolved_items = std::vector<resolved_item, node_allocator<resolved_item>>;

/// Who serializes.
struct serialization_scope {
  std::uint32_t value_depth_max = static_cast<std::uint32_t>(limits{}.value_depth_max);
  cross_origin_isolation isolation = cross_origin_isolation::isolated;
  std::size_t transfers_per_message_max = limits{}.transfers_per_message_max;
  const hawser::origin* origin = nullptr;                ///< None outside of any context.
  std::unique_ptr<const agent_cluster> joined = nullptr; ///< None: that of its origin.

  agent_cluster cluster() const {
    if (joined)
      return *joined;
    return origin == nullptr ? agent_cluster{} : agent_cluster{0, *origin};
  }
};

/// `transfer[2]: it stands in the list twice`.
error refuse_item(std::size_t index, std::string_view why);

/// Refuses data that is nested deeper than `depth_max` levels.
error check_depth(const value& data, std::size_t depth_max);

/// HTML #structuredserializewithtransfer, step 2, and our limit on the length.
error resolve(const transfer_list& transfer, const serialization_scope& by, resolved_items& items);

/// HTML #structuredserializeinternal for what is more than a shared immutable value. Changes
/// nothing but `items`.
result<message> serialize(const value& data, const serialization_scope& by, resolved_items& items);

/// The same for any number of receivers: nothing can be transferred, and there is no list to say
/// so.
result<message> serialize_for_all(const value& data, const serialization_scope& by);

/// What was serialized once for several receivers must be no receiver's own: gives one of them a
/// copy of the mutable parts. Shared memory stays shared.
value copy_for_receiver(const value& serialized);

/// Is every item still there to be transferred? To be asked once serializing, which may run code of
/// the application, is done.
error check_attached(const resolved_items& items);

/// What the message will count once it carries the items.
std::uint64_t bytes_with(const message& msg, const resolved_items& items);

/// What waits in the ports among the items and comes along.
std::uint64_t carried_by(const resolved_items& items);

/// HTML #structuredserializewithtransfer, step 5: nothing fails from here on. The ports are about
/// to travel in `in`, if that is a channel's queue.
void detach(resolved_items& items, uncounted_side in, message& msg);

} // namespace hawser::detail
