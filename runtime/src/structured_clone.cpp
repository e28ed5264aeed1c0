#include "hawser/structured_clone.hpp"

#include <limits>

#include "registry_core.hpp"
#include "serialize.hpp"
#include "value_copier.hpp"

namespace hawser {
namespace detail {
namespace {

bool lists_port(const transferable& item) {
  const auto* content = std::get_if<value>(&item);
  return std::holds_alternative<message_port>(item)
         || (content != nullptr && content->type() == value_type::port);
}

result<message> serialize_with_transfer(const value& data, const transfer_list& transfer,
                                        const serialization_scope& by) {
  resolved_items items;
  if (auto err = resolve(transfer, by, items))
    return err;
  auto msg = serialize(data, by, items);
  if (!msg)
    return msg;
  if (auto err = check_attached(items))
    return err;
  detach(items, {}, *msg);
  return msg;
}

} // namespace

result<value> registry_core::structured_clone(const value& data, const transfer_list& transfer) {
  auto msg = serialize_with_transfer(data, transfer, scope);
  if (!msg)
    return msg.error();
  auto received = deserialize(*msg);
  if (!received)
    return received.error();
  return std::move(received->data);
}

} // namespace detail

result<value> structured_clone(const value& data, transfer_list transfer) {
  if (auto* core = detail::registry_core::current())
    return core->structured_clone(data, transfer);
  // A port has an owner; here would be none for it.
  for (std::size_t i = 0; i < transfer.items().size(); ++i)
    if (detail::lists_port(transfer.items()[i]))
      return detail::refuse_item(i, "a port can be transferred inside a context only");
  auto msg = detail::serialize_with_transfer(data, transfer, {});
  if (!msg)
    return msg.error();
  const auto leaf = [](const value& from, detail::value_copier& copier) -> result<value> {
    if (from.type() == value_type::platform_object)
      return error{errc::data_decode_error,
                   copier.path() + ": outside of any context no interface is exposed"};
    return from;
  };
  detail::value_copier copier{leaf, std::numeric_limits<std::size_t>::max()};
  return copier.copy(msg->data);
}

} // namespace hawser
