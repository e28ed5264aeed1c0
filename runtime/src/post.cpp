// Posting: transfer lists and serialization. HTML #structuredserializewithtransfer.
//
// The list is checked, the data serialized, the list checked once more (serialization may have run
// code of the application), and only then is anything detached: DEVIATION(D3), a post that fails
// changes nothing.

#include <algorithm>
#include <unordered_set>

#include "registry_core.hpp"
#include "rewrite.hpp"
#include "serialized_object.hpp"
#include "transit.hpp"

namespace hawser::detail {

namespace {

// What a port or a buffer that is only referred to costs in a queue.
constexpr std::uint64_t transferred_item_bytes = 64;

} // namespace

/// One entry of a transfer list: a port or a buffer.
struct registry_core::resolved_item {
  ref<port> moved_port;
  std::optional<array_buffer> buffer;

  const void* identity() const {
    return moved_port ? static_cast<const void*>(moved_port.get()) : buffer->identity();
  }

  std::uint64_t bytes() const { return transferred_item_bytes + (buffer ? buffer->size() : 0); }
};

namespace {

error refuse(std::size_t index, std::string_view why) {
  return {errc::data_clone_error, "transfer[" + std::to_string(index) + "]: " + std::string{why}};
}

struct resolve_item {
  message_port moved_port;
  std::optional<array_buffer> buffer;
  std::string_view trouble;

  void operator()(const message_port& from) {
    if (from)
      moved_port = from;
    else
      trouble = "an empty message_port";
  }

  void operator()(const array_buffer& from) { buffer = from; }

  void operator()(const value& from) {
    if (const auto* port = from.get_if<message_port>())
      (*this)(*port);
    else if (const auto* bytes = from.get_if<array_buffer>())
      (*this)(*bytes);
    else
      trouble = "neither a port nor a buffer";
  }
};

} // namespace

// HTML #structuredserializewithtransfer, step 2, and our limit on the length.
error registry_core::resolve(const transfer_list& transfer,
                             std::vector<resolved_item>& items) const {
  const auto count = transfer.items().size();
  if (count == 0)
    return {};
  if (count > bounds.transfers_per_message_max)
    return {errc::data_clone_error, "transfer: " + std::to_string(count) + " items, the limit is "
                                      + std::to_string(bounds.transfers_per_message_max)};
  std::unordered_set<const void*> seen;
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    resolve_item one;
    std::visit(one, transfer.items()[i]);
    if (!one.trouble.empty())
      return refuse(i, one.trouble);
    items.push_back({port_handle::share(one.moved_port), std::move(one.buffer)});
    if (items.back().moved_port)
      items.back().moved_port->require_context();
    if (count > 1 && !seen.insert(items.back().identity()).second)
      return refuse(i, "it stands in the list twice");
  }
  return {};
}

error registry_core::check_attached(std::span<const resolved_item> items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].moved_port && items[i].moved_port->detached())
      return refuse(i, describe(*items[i].moved_port) + " is closed or was transferred already");
    if (items[i].buffer && items[i].buffer->detached())
      return refuse(i, "the buffer was transferred already");
  }
  return {};
}

// HTML #structuredserializeinternal for what is more than a shared immutable value.
result<message> registry_core::serialize(const value& data, std::span<const resolved_item> items) {
  if (auto err = check_depth(data, bounds.value_depth_max))
    return err;
  message msg{data, nullptr, data.byte_size()};
  if (!data.active())
    return msg;
  const auto position = [items](const void* identity) {
    const auto found = std::ranges::find(items, identity, &resolved_item::identity);
    return found == items.end() ? std::optional<std::uint32_t>{}
                                : static_cast<std::uint32_t>(found - items.begin());
  };
  std::uint64_t hidden_bytes = 0; // What platform objects became.
  const auto leaf = [&](const value& from, value_rewriter& rewriter) -> result<value> {
    if (const auto* port = from.get_if<message_port>()) {
      if (const auto index = position(port_handle::get(*port)))
        return value::make_transferred(*index);
      return error{errc::data_clone_error,
                   rewriter.path().text() + ": a MessagePort must be in the transfer list"};
    }
    if (const auto* buffer = from.get_if<array_buffer>()) {
      if (const auto index = position(buffer->identity()))
        return value::make_transferred(*index);
      if (buffer->detached())
        return error{errc::data_clone_error,
                     rewriter.path().text() + ": the buffer was transferred already"};
      return value{array_buffer::copy_of(buffer->bytes())};
    }
    const auto& object = **from.get_if<std::shared_ptr<const platform_object>>();
    auto content = object.serialize();
    if (!content)
      return error{content.error().code(), rewriter.path().text() + ": " + content.error().what()};
    if (rewriter.path().depth() + content->depth() > bounds.value_depth_max)
      return error{errc::data_clone_error, rewriter.path().text() + ": nested deeper than "
                                             + std::to_string(bounds.value_depth_max) + " levels"};
    auto inner = rewriter.rewrite(*content);
    if (!inner)
      return inner;
    hidden_bytes = std::min(value::byte_size_max, hidden_bytes + inner->byte_size());
    return value{std::make_shared<const serialized_object>(std::string{object.interface_name()},
                                                           *std::move(inner))};
  };
  value_rewriter rewriter{leaf, bounds.value_depth_max};
  auto rewritten = rewriter.rewrite(data);
  if (!rewritten)
    return rewritten.error();
  msg.data = *std::move(rewritten);
  msg.bytes = msg.data.byte_size() + hidden_bytes;
  return msg;
}

// What the message will count once it carries the items.
std::uint64_t registry_core::bytes_with(const message& msg, std::span<const resolved_item> items) {
  auto bytes = msg.bytes;
  for (const auto& item : items)
    bytes += item.bytes();
  return bytes;
}

// HTML #structuredserializewithtransfer, step 5. From here on nothing fails.
void registry_core::detach(std::span<const resolved_item> items, const carrier& in, message& msg) {
  if (items.empty())
    return;
  auto& transferred = msg.with_extras().transferred;
  transferred.reserve(items.size());
  for (const auto& item : items) {
    msg.bytes += item.bytes();
    if (item.moved_port)
      transferred.emplace_back(item.moved_port->disentangle(in));
    else
      transferred.emplace_back(array_buffer{*item.buffer}.detach());
  }
}

// Step 7 for a message that carries nothing away: looks for room and pushes in one go.
error registry_core::push_alone(port& source, message msg) {
  const auto outcome = source.end().peer_inbox().push(std::move(msg), mailbox::when_full::refuse);
  if (outcome == pushed::refused)
    return queue_is_full("peer");
  ++statistics.messages_posted;
  return {};
}

error registry_core::post(port& source, const value& data, const transfer_list& transfer) {
  std::vector<resolved_item> items;
  if (auto err = resolve(transfer, items))
    return err;
  // Step 2: a port cannot carry itself away.
  for (std::size_t i = 0; i < items.size(); ++i)
    if (items[i].moved_port.get() == &source)
      return refuse(i, "a port cannot be transferred through itself");
  // Steps 3 and 4: posting the peer through this port dooms the channel.
  const bool doomed = std::ranges::any_of(items, [&source](const resolved_item& item) {
    return item.moved_port && item.moved_port->entangled_with(source);
  });
  // Step 5, even on a closed port: the caller must learn of data that cannot be sent.
  auto msg = serialize(data, items);
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
  std::vector<resolved_item> items;
  if (auto err = resolve(transfer, items))
    return err;
  auto msg = serialize(data, items);
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
