// Posting, to ports and to windows. HTML #message-port-post-message-steps and
// #window-post-message-steps; the serialization is in serialize.cpp.

#include <algorithm>

#include "registry_core.hpp"
#include "serialize.hpp"
#include "transit.hpp"

namespace hawser::detail {

// Step 7 for a message that carries nothing away: looks for room and pushes in one go.
error registry_core::push_alone(port& source, message msg) {
  const auto outcome = source.end().peer_inbox().push(std::move(msg), mailbox::when_full::refuse);
  if (outcome == pushed::refused)
    return queue_is_full("peer");
  ++statistics.messages_posted;
  return {};
}

error registry_core::post(port& source, const value& data, const transfer_list& transfer) {
  resolved_items items;
  if (auto err = resolve(transfer, scope, items))
    return err;
  // Step 2: a port cannot carry itself away.
  for (std::size_t i = 0; i < items.size(); ++i)
    if (items[i].moved_port.get() == &source)
      return refuse_item(i, "a port cannot be transferred through itself");
  // Steps 3 and 4: posting the peer through this port dooms the channel.
  const bool doomed = std::ranges::any_of(items, [&source](const resolved_item& item) {
    return item.moved_port && item.moved_port->entangled_with(source);
  });
  // Step 5, even on a closed port: the caller must learn of data that cannot be sent.
  auto msg = serialize(data, scope, items);
  if (!msg)
    return msg.error();
  if (auto err = check_attached(items))
    return err;
  // Step 6 looks at the peer only now, for serializing may have closed or moved this port.
  const bool entangled = !source.detached() && !doomed;
  if (items.empty())
    return entangled ? push_alone(source, *std::move(msg)) : error{};
  if (entangled && !source.end().peer_inbox().has_room(bytes_with(*msg, items)))
    return queue_is_full("peer");
  const auto way = entangled ? source.end().peer_carrier() : carrier{};
  detach(items, way, *msg);
  if (!entangled)
    return {}; // What was to be transferred is gone, as the standard has it.
  // Step 7.
  ++statistics.messages_posted;
  if (way.channel->side[way.side].push(*std::move(msg)) == pushed::adrift)
    sink_if_circling(way);
  return {};
}

error registry_core::post_to_window(window& target, const value& data,
                                    const transfer_list& transfer, window_message sender) {
  resolved_items items;
  if (auto err = resolve(transfer, scope, items))
    return err;
  auto msg = serialize(data, scope, items);
  if (!msg)
    return msg.error();
  if (auto err = check_attached(items))
    return err;
  if (!target.inbox.has_room(bytes_with(*msg, items)))
    return queue_is_full("window");
  detach(items, {}, *msg); // A window never travels.
  msg->with_extras().window = std::move(sender);
  ++statistics.messages_posted;
  target.inbox.push(*std::move(msg));
  return {};
}

} // namespace hawser::detail
