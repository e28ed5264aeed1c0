#pragma once

// How values are made and read, as far as it must be in a header. Included by `value.hpp`.

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "hawser/value.hpp"

namespace hawser::detail {

// -- accounting -----------------------------------------------------------------------------------

inline void count(value_node& node, const value& child) noexcept {
  // A part that is mentioned often counts often, which grows without end; so the sum saturates.
  node.bytes = std::min(value::byte_size_max, node.bytes + child.byte_size());
  const auto levels = std::min<std::size_t>(child.depth() + 2, value_node::depth_max);
  if (levels > node.depth) // Two of these are bits of a word, and hardly ever change.
    node.depth = static_cast<std::uint32_t>(levels);
  if (child.active())
    node.active = true;
}

inline void count(value_node& node, const object::member& child) noexcept {
  node.bytes += sizeof(std::string) + child.first.size();
  count(node, child.second);
}

inline void count(value_node& node, const map::entry& child) noexcept {
  count(node, child.first);
  count(node, child.second);
}

inline void count(value_node& node, const std::unique_ptr<object>& members) noexcept {
  if (members)
    for (const auto& member : *members)
      count(node, member);
}

// -- building -------------------------------------------------------------------------------------

template <class T>
concept becomes_value = std::convertible_to<T, value> && !std::same_as<T, initial_value>;

/// An item of an initializer list, which can be moved out of it.
struct initial_value {
  template <becomes_value T>
  initial_value(T from) : content(std::move(from)) {}

  mutable value content;
};

struct initial_member {
  initial_member(std::string key, value from) : content(std::move(key), std::move(from)) {}

  initial_member(object::member from) : content(std::move(from)) {}

  mutable object::member content;
};

struct initial_entry {
  initial_entry(value key, value from) : content(std::move(key), std::move(from)) {}

  initial_entry(map::entry from) : content(std::move(from)) {}

  mutable map::entry content;
};

// -- what a `T` is called and where it is ---------------------------------------------------------

template <class T>
struct value_tag;

// Defined in `payload_record.hpp`.
template <class T>
const T* record_content(const value& from);
template <class T>
std::optional<T> decode_as(const value& from);

// clang-format off
template <> struct value_tag<std::string_view> { static constexpr auto type = value_type::string; };
template <> struct value_tag<big_integer> { static constexpr auto type = value_type::big_integer; };
template <> struct value_tag<date> { static constexpr auto type = value_type::date; };
template <> struct value_tag<reg_exp> { static constexpr auto type = value_type::reg_exp; };
template <> struct value_tag<primitive_wrapper> { static constexpr auto type = value_type::wrapper; };
template <> struct value_tag<error_object> { static constexpr auto type = value_type::error; };
template <> struct value_tag<dom_exception> { static constexpr auto type = value_type::dom_exception; };
template <> struct value_tag<array> { static constexpr auto type = value_type::array; };
template <> struct value_tag<object> { static constexpr auto type = value_type::object; };
template <> struct value_tag<map> { static constexpr auto type = value_type::map; };
template <> struct value_tag<set> { static constexpr auto type = value_type::set; };
template <> struct value_tag<array_buffer> { static constexpr auto type = value_type::array_buffer; };
template <> struct value_tag<shared_array_buffer> { static constexpr auto type = value_type::shared_array_buffer; };
template <> struct value_tag<array_buffer_view> { static constexpr auto type = value_type::array_buffer_view; };
template <> struct value_tag<blob> { static constexpr auto type = value_type::blob; };
template <> struct value_tag<file> { static constexpr auto type = value_type::file; };
template <> struct value_tag<file_list> { static constexpr auto type = value_type::file_list; };
template <> struct value_tag<image_data> { static constexpr auto type = value_type::image_data; };
template <> struct value_tag<message_port> { static constexpr auto type = value_type::port; };
template <> struct value_tag<std::shared_ptr<const platform_object>> {
  static constexpr auto type = value_type::platform_object;
};
// clang-format on

} // namespace hawser::detail

namespace hawser {

template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>)
value::value(T content) {
  constexpr std::int64_t exact_max = std::int64_t{1} << 53;
  if (std::in_range<std::int32_t>(content)) {
    kind_ = kind_of(value_type::int32);
    payload_.int32 = static_cast<std::int32_t>(+content); // As a number, also what is a char type.
  } else if (std::cmp_less_equal(content, exact_max)
             && std::cmp_greater_equal(content, -exact_max)) {
    kind_ = kind_of(value_type::number);
    payload_.number = static_cast<double>(content);
  } else if constexpr (std::signed_integral<T>) {
    *this = value{hawser::big_integer{content}};
  } else {
    *this = value{hawser::big_integer::from_unsigned(content)};
  }
}

template <class T>
const T* value::get_if() const noexcept {
  static_assert(!std::same_as<T, std::string>,
                "text is kept as std::string_view: ask for that, or for as<std::string>()");
  if constexpr (std::same_as<T, bool>) {
    return type() == value_type::boolean ? &payload_.boolean : nullptr;
  } else if constexpr (payload<T>) {
    return detail::record_content<T>(*this);
  } else {
    if (type() != detail::value_tag<T>::type)
      return nullptr;
    if constexpr (std::same_as<T, hawser::array>)
      return &payload_.array;
    else if constexpr (std::same_as<T, hawser::object>)
      return &payload_.object;
    else if constexpr (std::same_as<T, hawser::map>)
      return &payload_.map;
    else if constexpr (std::same_as<T, hawser::set>)
      return &payload_.set;
    else if constexpr (std::same_as<T, std::string_view>)
      return &static_cast<const detail::string_node*>(payload_.node)->text;
    else
      return &static_cast<const detail::content_node<T>*>(payload_.node)->content;
  }
}

template <class T>
std::optional<T> value::as() const {
  if constexpr (std::same_as<T, bool>) {
    return type() == value_type::boolean ? std::optional{payload_.boolean} : std::nullopt;
  } else if constexpr (std::floating_point<T>) {
    const auto number = as_double();
    if (!number || (std::isfinite(*number) && std::abs(*number) > std::numeric_limits<T>::max()))
      return std::nullopt;
    const auto narrowed = static_cast<T>(*number);
    return narrowed == *number || std::isnan(*number) ? std::optional{narrowed} : std::nullopt;
  } else if constexpr (std::unsigned_integral<T>) {
    const auto number = as_uint64();
    return number && std::in_range<T>(*number) ? std::optional{static_cast<T>(*number)}
                                               : std::nullopt;
  } else if constexpr (std::signed_integral<T>) {
    const auto number = as_int64();
    return number && std::in_range<T>(*number) ? std::optional{static_cast<T>(*number)}
                                               : std::nullopt;
  } else if constexpr (std::same_as<T, std::string>) {
    const auto* text = get_if<std::string_view>();
    return text ? std::optional<std::string>{*text} : std::nullopt;
  } else if constexpr (requires { detail::value_tag<T>::type; }) {
    const auto* content = get_if<T>();
    return content ? std::optional<T>{*content} : std::nullopt;
  } else {
    return detail::decode_as<T>(*this);
  }
}

template <class Visitor>
decltype(auto) value::visit(Visitor&& visitor) const {
  const auto content = [&]<class T>(std::type_identity<T>) -> decltype(auto) {
    return std::forward<Visitor>(visitor)(*get_if<T>());
  };
  switch (type()) {
    case value_type::null:
      return std::forward<Visitor>(visitor)(nullptr);
    case value_type::boolean:
      return std::forward<Visitor>(visitor)(payload_.boolean);
    case value_type::int32:
      return std::forward<Visitor>(visitor)(payload_.int32);
    case value_type::number:
      return std::forward<Visitor>(visitor)(payload_.number);
    case value_type::string:
      return content(std::type_identity<std::string_view>{});
    case value_type::big_integer:
      return content(std::type_identity<hawser::big_integer>{});
    case value_type::date:
      return content(std::type_identity<date>{});
    case value_type::reg_exp:
      return content(std::type_identity<reg_exp>{});
    case value_type::wrapper:
      return content(std::type_identity<primitive_wrapper>{});
    case value_type::error:
      return content(std::type_identity<error_object>{});
    case value_type::dom_exception:
      return content(std::type_identity<dom_exception>{});
    case value_type::array:
      return content(std::type_identity<hawser::array>{});
    case value_type::object:
      return content(std::type_identity<hawser::object>{});
    case value_type::map:
      return content(std::type_identity<hawser::map>{});
    case value_type::set:
      return content(std::type_identity<hawser::set>{});
    case value_type::array_buffer:
      return content(std::type_identity<array_buffer>{});
    case value_type::shared_array_buffer:
      return content(std::type_identity<shared_array_buffer>{});
    case value_type::array_buffer_view:
      return content(std::type_identity<array_buffer_view>{});
    case value_type::blob:
      return content(std::type_identity<blob>{});
    case value_type::file:
      return content(std::type_identity<file>{});
    case value_type::file_list:
      return content(std::type_identity<file_list>{});
    case value_type::image_data:
      return content(std::type_identity<image_data>{});
    case value_type::port:
      return content(std::type_identity<message_port>{});
    case value_type::platform_object:
      return content(std::type_identity<std::shared_ptr<const platform_object>>{});
    case value_type::record:
      return std::forward<Visitor>(visitor)(record_view{record_name(), record_fields()});
    case value_type::undefined:
    case value_type::transferred: // Only what is being rebuilt has these two.
    case value_type::reference:
      break;
  }
  return std::forward<Visitor>(visitor)(std::monostate{});
}

} // namespace hawser
