// HTML #structuredserializewithtransfer, as steps for whoever posts.
//
// The list is checked, the data serialized, the list checked once more (serialization may have run
// code of the application), and only then is anything detached: DEVIATION(D3), a post that fails
// changes nothing.

#include "serialize.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <unordered_set>

#include "serialized_object.hpp"
#include "value_copier.hpp"

namespace hawser::detail {
namespace {

// What a port or a buffer that is only referred to costs in a queue.
constexpr std::uint64_t transferred_item_bytes = 64;

struct resolve_item {
  ref<port> moved_port;
  std::optional<moved_buffer> buffer;
  errc code = errc::none;
  std::string_view trouble;

  void operator()(const message_port& from) {
    if (from)
      moved_port = port_handle::share(from);
    else
      refuse("an empty message_port");
  }

  void operator()(const array_buffer& from) {
    if (from.immutable())
      return refuse("an immutable buffer cannot be transferred");
    if (from.pinned()) {
      code = errc::type_error;
      trouble = "the buffer is pinned and cannot be transferred";
      return;
    }
    buffer.emplace(moved_buffer{from});
  }

  void operator()(const value& from) {
    if (const auto* port = from.get_if<message_port>())
      (*this)(*port);
    else if (const auto* bytes = from.get_if<array_buffer>())
      (*this)(*bytes);
    else if (from.type() == value_type::shared_array_buffer)
      refuse("shared memory is shared, not transferred");
    else
      refuse("neither a port nor a buffer");
  }

  void refuse(std::string_view why) {
    code = errc::data_clone_error;
    trouble = why;
  }
};

// What each kind of leaf becomes in the message.
class leaf_serializer {
public:
  /// Null `items`: there is no transfer list, as with broadcasts.
  leaf_serializer(const serialization_scope& by, resolved_items* items, message& msg)
    : by_(by), items_(items), msg_(msg) {}

  std::uint64_t hidden_bytes = 0; ///< What platform objects became.

  result<value> operator()(const value& from, value_copier& copier) {
    switch (from.type()) {
      case value_type::port:
        return serialize_port(*from.get_if<message_port>(), copier);
      case value_type::array_buffer:
        return serialize_buffer(*from.get_if<array_buffer>(), copier);
      case value_type::shared_array_buffer:
        return serialize_shared(from, copier);
      case value_type::array_buffer_view:
        return serialize_view(*from.get_if<array_buffer_view>(), copier);
      case value_type::image_data:
        return serialize_image(*from.get_if<image_data>(), copier);
      case value_type::record:
        return serialize_record(from, copier);
      case value_type::platform_object:
        return serialize_object(**from.get_if<std::shared_ptr<const platform_object>>(), copier);
      default:
        return refuse(copier, "a message on its way cannot be posted");
    }
  }

private:
  static error refuse(const value_copier& copier, const std::string& why,
                      errc code = errc::data_clone_error) {
    return {code, copier.path() + ": " + why};
  }

  resolved_item* find(const void* identity) {
    if (items_ == nullptr)
      return nullptr;
    const auto found = std::ranges::find(*items_, identity, &resolved_item::identity);
    return found == items_->end() ? nullptr : &*found;
  }

  result<value> serialize_port(const message_port& from, const value_copier& copier) {
    const auto* item = find(port_handle::get(from));
    if (item == nullptr)
      return refuse(copier, items_ != nullptr
                              ? "a MessagePort must be in the transfer list"
                              : "a MessagePort cannot be broadcast, only one receiver can own it");
    msg_.to_be_rebuilt = true;
    return value::make_transferred(item->port_index);
  }

  result<value> serialize_buffer(const array_buffer& from, const value_copier& copier) {
    if (auto* item = find(from.identity())) {
      item->mentioned = true;
      return value{item->buffer->to};
    }
    if (from.detached())
      return refuse(copier, "the buffer was transferred already");
    try {
      return value{from.clone()};
    } catch (const std::bad_alloc&) {
      return refuse(copier, "no memory for a copy of " + std::to_string(from.size()) + " bytes");
    }
  }

  result<value> serialize_shared(const value& from, const value_copier& copier) {
    if (by_.isolation == cross_origin_isolation::not_isolated)
      return refuse(copier, "this context is not isolated and cannot share memory");
    msg_.to_be_rebuilt = true;
    msg_.with_extras().cluster = by_.cluster();
    return from;
  }

  result<value> serialize_view(const array_buffer_view& from, value_copier& copier) {
    const auto* own = std::get_if<array_buffer>(&from.buffer());
    if (own != nullptr && own->detached() && find(own->identity()) == nullptr)
      return refuse(copier, "the buffer was transferred already");
    if (from.out_of_bounds())
      return refuse(copier, "the view is out of the bounds of its buffer");
    auto buffer = own != nullptr ? copier.copy(*own)
                                 : copier.copy(std::get<shared_array_buffer>(from.buffer()));
    if (!buffer)
      return buffer;
    if (const auto* copy = buffer->get_if<array_buffer>())
      return value{from.over(*copy)};
    return value{from};
  }

  result<value> serialize_image(const image_data& from, value_copier& copier) {
    auto pixels = serialize_view(from.pixels(), copier);
    if (!pixels)
      return pixels;
    return value{from.over(*pixels->get_if<array_buffer_view>())};
  }

  // A struct with something in it that cannot just be shared, or one from elsewhere.
  result<value> serialize_record(const value& from, value_copier& copier) {
    auto fields = copy_inner(from.record_fields(), copier);
    if (!fields)
      return fields;
    msg_.to_be_rebuilt = true;
    return make_foreign_record(std::string{from.record_name()}, *std::move(fields));
  }

  result<value> copy_inner(const value& content, value_copier& copier) {
    if (copier.depth() + content.depth() > by_.value_depth_max)
      return refuse(copier,
                    "nested deeper than " + std::to_string(by_.value_depth_max) + " levels");
    return copier.copy(content);
  }

  // HTML #serializable-objects.
  result<value> serialize_object(const platform_object& from, value_copier& copier) {
    auto content = from.serialize();
    if (!content)
      return refuse(copier, content.error().what(), content.error().code());
    auto inner = copy_inner(*content, copier);
    if (!inner)
      return inner;
    hidden_bytes = std::min(value::byte_size_max, hidden_bytes + inner->byte_size());
    msg_.to_be_rebuilt = true;
    return value{std::make_shared<const serialized_object>(std::string{from.interface_name()},
                                                           *std::move(inner))};
  }

  const serialization_scope& by_;
  resolved_items* items_;
  message& msg_;
};

result<message> serialize_with(const value& data, const serialization_scope& by,
                               resolved_items* items) {
  if (auto err = check_depth(data, by.value_depth_max))
    return err;
  message msg;
  msg.data = data;
  msg.bytes = data.byte_size();
  if (!data.active())
    return msg;
  leaf_serializer leaf{by, items, msg};
  value_copier copier{std::ref(leaf), by.value_depth_max};
  if (data.type() == value_type::record)
    copier.call_root(data.record_name());
  auto copied = copier.copy(data);
  if (!copied)
    return copied.error();
  msg.data = *std::move(copied);
  msg.bytes = msg.data.byte_size() + leaf.hidden_bytes;
  return msg;
}

} // namespace

std::uint64_t resolved_item::bytes() const {
  return transferred_item_bytes + (buffer && mentioned ? buffer->from.size() : 0);
}

error refuse_item(std::size_t index, std::string_view why) {
  return {errc::data_clone_error, "transfer[" + std::to_string(index) + "]: " + std::string{why}};
}

error check_depth(const value& data, std::size_t depth_max) {
  if (data.depth() <= depth_max)
    return {};
  return {errc::data_clone_error, "data: nested " + std::to_string(data.depth())
                                    + " levels deep, the limit is " + std::to_string(depth_max)};
}

error resolve(const transfer_list& transfer, const serialization_scope& by, resolved_items& items) {
  const auto count = transfer.items().size();
  if (count == 0)
    return {};
  if (count > by.transfers_per_message_max)
    return {errc::data_clone_error, "transfer: " + std::to_string(count) + " items, the limit is "
                                      + std::to_string(by.transfers_per_message_max)};
  std::unordered_set<const void*> seen;
  std::uint32_t ports = 0;
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    resolve_item one;
    std::visit(one, transfer.items()[i]);
    if (one.code != errc::none)
      return {one.code, refuse_item(i, one.trouble).what()};
    auto& made = items.emplace_back();
    made.moved_port = std::move(one.moved_port);
    made.buffer = std::move(one.buffer);
    if (made.moved_port) {
      made.moved_port->require_context();
      made.port_index = ports++;
    }
    if (count > 1 && !seen.insert(made.identity()).second)
      return refuse_item(i, "it stands in the list twice");
  }
  return {};
}

error check_attached(const resolved_items& items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].moved_port && items[i].moved_port->detached())
      return refuse_item(i,
                         describe(*items[i].moved_port) + " is closed or was transferred already");
    if (items[i].buffer && items[i].buffer->from.detached())
      return refuse_item(i, "the buffer was transferred already");
  }
  return {};
}

result<message> serialize(const value& data, const serialization_scope& by, resolved_items& items) {
  return serialize_with(data, by, &items);
}

result<message> serialize_for_all(const value& data, const serialization_scope& by) {
  return serialize_with(data, by, nullptr);
}

value copy_for_receiver(const value& serialized) {
  const auto copy_buffer = [](const array_buffer_view& view, value_copier& copier) {
    const auto* own = std::get_if<array_buffer>(&view.buffer());
    return own == nullptr ? view : view.over(*copier.copy(*own)->get_if<array_buffer>());
  };
  const auto leaf = [&](const value& from, value_copier& copier) -> result<value> {
    if (const auto* buffer = from.get_if<array_buffer>())
      return value{buffer->clone()};
    if (const auto* view = from.get_if<array_buffer_view>())
      return value{copy_buffer(*view, copier)};
    if (const auto* image = from.get_if<image_data>())
      return value{image->over(copy_buffer(image->pixels(), copier))};
    if (from.type() == value_type::record)
      return make_foreign_record(std::string{from.record_name()},
                                 *copier.copy(from.record_fields()));
    const auto* object = from.get_if<std::shared_ptr<const platform_object>>();
    if (object == nullptr)
      return from;
    const auto& sent = static_cast<const serialized_object&>(**object);
    return value{std::make_shared<const serialized_object>(std::string{sent.interface_name()},
                                                           *copier.copy(sent.content()))};
  };
  value_copier copier{leaf, std::numeric_limits<std::size_t>::max()};
  return *copier.copy(serialized);
}

std::uint64_t bytes_with(const message& msg, const resolved_items& items) {
  auto bytes = msg.bytes;
  for (const auto& item : items)
    bytes += item.bytes();
  return bytes;
}

std::uint64_t carried_by(const resolved_items& items) {
  std::uint64_t bytes = 0;
  for (const auto& item : items)
    if (item.moved_port && !item.moved_port->detached())
      bytes += item.moved_port->end().inbox().buffered_amount();
  return bytes;
}

void detach(resolved_items& items, uncounted_side in, message& msg) {
  if (items.empty())
    return;
  auto& extras = msg.with_extras();
  extras.ports.reserve(items.size());
  for (auto& item : items) {
    msg.bytes += item.bytes();
    if (item.moved_port)
      extras.ports.push_back(item.moved_port->disentangle(in, &extras.carried_bytes));
    else
      item.buffer->from.transfer_into(item.buffer->to);
  }
}

} // namespace hawser::detail
