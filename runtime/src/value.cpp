#include "hawser/value.hpp"

#include <algorithm>

#include "hawser/message_port.hpp"

namespace hawser {
namespace {

using detail::value_content;
using detail::value_node;

// What a container adds to its node: the estimate and the flags of everything below it.
void count(value_node& node, const value& child) {
  // A part that is mentioned often counts often, which grows without end; so the sum saturates.
  node.bytes = std::min(value::byte_size_max, node.bytes + child.byte_size());
  node.depth = std::max(node.depth, static_cast<std::uint32_t>(child.depth() + 2));
  node.active |= child.active();
}

void describe(value_node& node, const std::string& content) {
  node.bytes += content.size();
}

void describe(value_node& node, const big_integer& content) {
  node.bytes += content.magnitude().size() * sizeof(std::uint32_t);
}

void describe(value_node&, const date&) {}

void describe(value_node& node, const array& content) {
  node.depth = 2;
  for (const auto& child : content)
    count(node, child);
}

void describe(value_node& node, const object& content) {
  node.depth = 2;
  for (const auto& [key, child] : content) {
    node.bytes += sizeof(std::string) + key.size();
    count(node, child);
  }
}

void describe(value_node& node, const map& content) {
  node.depth = 2;
  for (const auto& [key, child] : content.entries) {
    count(node, key);
    count(node, child);
  }
}

void describe(value_node& node, const set& content) {
  node.depth = 2;
  for (const auto& child : content.items)
    count(node, child);
}

void describe(value_node& node, const array_buffer& content) {
  node.bytes += content.size();
  node.active = true;
}

void describe(value_node& node, const error_object& content) {
  node.bytes += content.name.size() + content.message.size() + content.stack.size();
}

void describe(value_node& node, const message_port&) {
  node.active = true;
}

void describe(value_node& node, const std::shared_ptr<const platform_object>&) {
  node.active = true;
}

template <class T>
void delete_as(value_node* node) {
  delete static_cast<value_content<T>*>(node);
}

void delete_node(value_node* node) {
  switch (node->type) {
    case value_type::string:
      return delete_as<std::string>(node);
    case value_type::big_integer:
      return delete_as<big_integer>(node);
    case value_type::date:
      return delete_as<date>(node);
    case value_type::array:
      return delete_as<array>(node);
    case value_type::object:
      return delete_as<object>(node);
    case value_type::map:
      return delete_as<map>(node);
    case value_type::set:
      return delete_as<set>(node);
    case value_type::array_buffer:
      return delete_as<array_buffer>(node);
    case value_type::error:
      return delete_as<error_object>(node);
    case value_type::port:
      return delete_as<message_port>(node);
    case value_type::platform_object:
      return delete_as<std::shared_ptr<const platform_object>>(node);
    case value_type::undefined:
    case value_type::null:
    case value_type::boolean:
    case value_type::int32:
    case value_type::number:
    case value_type::transferred:
      break; // These have no node.
  }
  panic("a value node of a type that has none");
}

const value undefined_value;

} // namespace

namespace detail {

// Deleting a container deletes its children; a list instead of recursion keeps the stack flat
// however deep the value is. Plain values of few levels, which most messages are, do without.
void destroy(value_node* node) noexcept {
  constexpr std::uint32_t recursed_depth_max = 16;
  if (node->depth <= recursed_depth_max && !node->active)
    return delete_node(node);
  thread_local std::vector<value_node*>* pending = nullptr;
  if (pending != nullptr) {
    pending->push_back(node);
    return;
  }
  if (node->depth == 1)
    return delete_node(node);
  std::vector<value_node*> doomed{node};
  pending = &doomed;
  while (!doomed.empty()) {
    auto* next = doomed.back();
    doomed.pop_back();
    delete_node(next);
  }
  pending = nullptr;
}

} // namespace detail

std::string_view to_string(value_type type) noexcept {
  switch (type) {
    case value_type::undefined:
      return "undefined";
    case value_type::null:
      return "null";
    case value_type::boolean:
      return "boolean";
    case value_type::int32:
      return "int32";
    case value_type::number:
      return "number";
    case value_type::string:
      return "string";
    case value_type::big_integer:
      return "big integer";
    case value_type::date:
      return "date";
    case value_type::array:
      return "array";
    case value_type::object:
      return "object";
    case value_type::map:
      return "map";
    case value_type::set:
      return "set";
    case value_type::array_buffer:
      return "array buffer";
    case value_type::error:
      return "error";
    case value_type::port:
      return "port";
    case value_type::platform_object:
      return "platform object";
    case value_type::transferred:
      return "transferred";
  }
  return "unknown type";
}

template <class T>
value_node* value::make_node(T content) {
  auto node = std::make_unique<value_content<T>>(detail::value_tag<T>::type, std::move(content));
  node->bytes = sizeof(*node);
  describe(*node, node->content);
  return node.release();
}

value::value(std::string content) : value(make_node(std::move(content))) {}
value::value(hawser::big_integer content) : value(make_node(std::move(content))) {}
value::value(date content) : value(make_node(content)) {}
value::value(array content) : value(make_node(std::move(content))) {}
value::value(object content) : value(make_node(std::move(content))) {}
value::value(map content) : value(make_node(std::move(content))) {}
value::value(set content) : value(make_node(std::move(content))) {}
value::value(array_buffer content) : value(make_node(std::move(content))) {}
value::value(error_object content) : value(make_node(std::move(content))) {}
value::value(const message_port& content) : value(make_node(content)) {}

value::value(std::shared_ptr<const platform_object> content)
  : value(make_node(std::move(content))) {
  HAWSER_ASSERT(*get_if<std::shared_ptr<const platform_object>>(),
                "a value was made from an empty platform object pointer");
}

value value::make_transferred(std::uint32_t index) noexcept {
  value made;
  made.type_ = value_type::transferred;
  made.payload_.index = index;
  return made;
}

const value& value::element(std::size_t index) const noexcept {
  const auto* items = get_if<array>();
  if (items == nullptr || index >= items->size())
    return undefined_value;
  return (*items)[index];
}

const value& value::operator[](std::string_view key) const noexcept {
  const auto* members = get_if<object>();
  const auto* found = members == nullptr ? nullptr : members->find(key);
  return found == nullptr ? undefined_value : *found;
}

std::size_t value::size() const noexcept {
  switch (type_) {
    case value_type::string:
      return get_if<std::string>()->size();
    case value_type::array:
      return get_if<array>()->size();
    case value_type::object:
      return get_if<object>()->size();
    case value_type::map:
      return get_if<map>()->entries.size();
    case value_type::set:
      return get_if<set>()->items.size();
    case value_type::array_buffer:
      return get_if<array_buffer>()->size();
    default:
      return 0; // Everything else has no parts to count.
  }
}

std::optional<double> value::as_double() const noexcept {
  if (type_ == value_type::int32)
    return payload_.int32;
  if (type_ == value_type::number)
    return payload_.number;
  return std::nullopt;
}

std::optional<std::int64_t> value::as_int64() const noexcept {
  if (type_ == value_type::int32)
    return payload_.int32;
  if (const auto* large = get_if<hawser::big_integer>())
    return large->to_int64();
  if (type_ != value_type::number)
    return std::nullopt;
  constexpr double beyond = 9223372036854775808.0; // 2^63, the first double that does not fit
  const double number = payload_.number;
  if (!(number >= -beyond && number < beyond))
    return std::nullopt;
  const auto whole = static_cast<std::int64_t>(number);
  return static_cast<double>(whole) == number ? std::optional{whole} : std::nullopt;
}

std::optional<std::uint64_t> value::as_uint64() const noexcept {
  if (const auto* large = get_if<hawser::big_integer>())
    return large->to_uint64();
  if (const auto number = as_int64())
    return *number >= 0 ? std::optional{static_cast<std::uint64_t>(*number)} : std::nullopt;
  constexpr double beyond = 18446744073709551616.0; // 2^64
  if (type_ != value_type::number || !(payload_.number > 0 && payload_.number < beyond))
    return std::nullopt;
  // Doubles from 2^63 on are whole.
  return payload_.number < beyond / 2 ? std::nullopt
                                      : std::optional{static_cast<std::uint64_t>(payload_.number)};
}

// -- object -----------------------------------------------------------------------------------

std::size_t object::position_of(std::string_view key) const noexcept {
  if (!index_.empty()) {
    const auto found = index_.find(std::string{key});
    return found == index_.end() ? members_.size() : found->second;
  }
  const auto found = std::ranges::find(members_, key, &member::first);
  return static_cast<std::size_t>(found - members_.begin());
}

object& object::set(std::string key, value content) {
  const auto position = position_of(key);
  if (position < members_.size()) {
    members_[position].second = std::move(content);
    return *this;
  }
  members_.emplace_back(std::move(key), std::move(content));
  if (!index_.empty()) {
    index_.emplace(members_.back().first, position);
  } else if (members_.size() > unindexed_members_max) {
    for (std::size_t i = 0; i < members_.size(); ++i)
      index_.emplace(members_[i].first, i);
  }
  return *this;
}

const value* object::find(std::string_view key) const noexcept {
  const auto position = position_of(key);
  return position < members_.size() ? &members_[position].second : nullptr;
}

} // namespace hawser
