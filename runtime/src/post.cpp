// Posting, to ports and to windows. HTML #message-port-post-message-steps and
// #window-post-message-steps; the serialization is in serialize.cpp.

#include <algorithm>

#include "channel_state.hpp"
#include "registry_core.hpp"
#include "serialize.hpp"
#include "transit.hpp"

namespace hawser::detail {

error registry_core::post_plain(port& source, value&& data) {
  if (data.depth() > scope.value_depth_max)
    return check_depth(data, scope.value_depth_max);
  if (source.detached() || termination.stop_requested())
    return {};
  const auto bytes = data.byte_size();
  return push_alone(source, message{std::move(data), bytes});
}

// Step 7 for a message that carries nothing away: looks for room and pushes in one go.
error registry_core::push_alone(port& source, message&& msg) {
  const auto bytes = msg.bytes;
  if (!pending.fits(bytes))
    if (auto err = admit(source, bytes))
      return err;
  const auto outcome = source.end().peer_inbox().push(std::move(msg), source.end());
  if (outcome == pushed::refused)
    return queue_is_full("peer");
  if (outcome != pushed::discarded)
    pending.posted(source, bytes);
  count_post();
  return {};
}

error registry_core::post(port& source, const value& data, const transfer_list& transfer) {
  if (transfer.items().empty() && !data.active())
    return post_plain(source, value{data});
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
  const bool entangled = !source.detached() && !doomed && !termination.stop_requested();
  if (items.empty())
    return entangled ? push_alone(source, *std::move(msg)) : error{};
  if (!entangled) {
    detach(items, {}, *msg);
    return {}; // What was to be transferred is gone, as the standard has it.
  }
  const auto bytes = bytes_with(*msg, items);
  const auto ahead =
    source.end().peer_inbox().look(bytes + carried_by(items), source.end().bounds());
  if (!ahead.room)
    return queue_is_full("peer");
  if (auto err = admit(source, bytes))
    return err;
  detach(items, source.end().peer_side(), *msg);
  // Step 7.
  push_with_ports(source, ahead.travelling, *std::move(msg));
  return {};
}

// If the peer was travelling a moment ago.
void registry_core::push_with_ports(port& source, bool travelling, message&& msg) {
  const auto bytes = msg.bytes;
  // Ports that nothing travels in cannot close a circle. To be asked once the message is there.
  std::vector<carrier> travellers;
  if (travelling)
    for (const auto& end : msg.extras->ports)
      if (end)
        travellers.push_back(end.own_carrier());
  const auto outcome = source.end().peer_inbox().push(std::move(msg));
  count_post();
  if (outcome != pushed::discarded)
    pending.posted(source, bytes);
  const auto has_passengers = [](const carrier& at) { return at.inbox().has_passengers(); };
  if (outcome == pushed::adrift && (!travelling || std::ranges::any_of(travellers, has_passengers)))
    sink_if_circling(source.end().peer_carrier());
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
  if (!target.inbox.has_room(bytes_with(*msg, items) + carried_by(items)))
    return queue_is_full("window");
  detach(items, {}, *msg); // A window never travels.
  if (termination.stop_requested())
    return {};
  msg->with_extras().window = std::move(sender);
  count_post();
  target.inbox.push(*std::move(msg));
  return {};
}

} // namespace hawser::detail
