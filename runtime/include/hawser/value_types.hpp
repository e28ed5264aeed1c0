#pragma once

// The content types of `value`. Included by `value.hpp`; include that one.

#include <chrono>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <unordered_map>

#include "hawser/value.hpp"

namespace hawser {

/// A point in time in milliseconds since 1970-01-01 UTC; NaN is the invalid date.
struct date {
  double time = std::numeric_limits<double>::quiet_NaN();

  static date from(std::chrono::system_clock::time_point point) {
    using milliseconds = std::chrono::duration<double, std::milli>;
    return {std::chrono::duration_cast<milliseconds>(point.time_since_epoch()).count()};
  }
};

/// An error as a value. `name` is one of the Web's, `Error` for anything else.
struct error_object {
  std::string name = "Error";
  std::string message;
  std::string stack;

  friend bool operator==(const error_object&, const error_object&) = default;
};

/// Members under text keys, in insertion order: IMPLEMENTATION-DEFINED(I4). Setting an existing key
/// keeps its place.
class object {
public:
  using member = std::pair<std::string, value>;

  object() = default;

  object(std::initializer_list<member> members) {
    for (const auto& [key, content] : members)
      set(key, content);
  }

  object& set(std::string key, value content);

  const value* find(std::string_view key) const noexcept;

  std::size_t size() const noexcept { return members_.size(); }

  auto begin() const noexcept { return members_.begin(); }

  auto end() const noexcept { return members_.end(); }

private:
  // Objects up to this size are searched from front to back; larger ones have an index.
  static constexpr std::size_t unindexed_members_max = 16;

  std::size_t position_of(std::string_view key) const noexcept;

  std::vector<member> members_;
  std::unordered_map<std::string, std::size_t> index_;
};

/// Entries with keys of any type, in order. Keys are the builder's business: none is looked up.
struct map {
  std::vector<std::pair<value, value>> entries;
};

/// Items of any type, in order.
struct set {
  std::vector<value> items;
};

/// An object of the application that knows how to become a value: HTML #serializable-objects.
///
/// It travels under its interface name. The receiving context rebuilds it if it exposes that
/// interface (`port_registry::expose`), otherwise the message becomes a `messageerror`.
class platform_object {
public:
  virtual ~platform_object() = default;

  virtual std::string_view interface_name() const noexcept = 0;

  /// The serialization steps. Runs inside `post_message`, on the sender's thread, once for each
  /// object in the message. May post; may fail; an exception passes through `post_message`. A
  /// failure leaves the transfer list untouched.
  virtual result<value> serialize() const = 0;
};

namespace detail {

template <class T>
struct value_content : value_node {
  T content;

  value_content(value_type t, T c) : value_node(t), content(std::move(c)) {}
};

template <class T>
struct value_tag;

// clang-format off
template <> struct value_tag<std::string> { static constexpr auto type = value_type::string; };
template <> struct value_tag<big_integer> { static constexpr auto type = value_type::big_integer; };
template <> struct value_tag<date> { static constexpr auto type = value_type::date; };
template <> struct value_tag<array> { static constexpr auto type = value_type::array; };
template <> struct value_tag<object> { static constexpr auto type = value_type::object; };
template <> struct value_tag<map> { static constexpr auto type = value_type::map; };
template <> struct value_tag<set> { static constexpr auto type = value_type::set; };
template <> struct value_tag<array_buffer> { static constexpr auto type = value_type::array_buffer; };
template <> struct value_tag<error_object> { static constexpr auto type = value_type::error; };
template <> struct value_tag<message_port> { static constexpr auto type = value_type::port; };
template <> struct value_tag<std::shared_ptr<const platform_object>> {
  static constexpr auto type = value_type::platform_object;
};
// clang-format on

} // namespace detail

template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>)
value::value(T content) {
  constexpr std::int64_t exact_max = std::int64_t{1} << 53;
  if (std::in_range<std::int32_t>(content)) {
    type_ = value_type::int32;
    payload_.int32 = static_cast<std::int32_t>(content);
  } else if (std::cmp_less_equal(content, exact_max)
             && std::cmp_greater_equal(content, -exact_max)) {
    type_ = value_type::number;
    payload_.number = static_cast<double>(content);
  } else if constexpr (std::signed_integral<T>) {
    *this = value{big_integer{content}};
  } else {
    *this = value{big_integer::from_unsigned(content)};
  }
}

template <class T>
const T* value::get_if() const noexcept {
  if constexpr (std::same_as<T, bool>) {
    return type_ == value_type::boolean ? &payload_.boolean : nullptr;
  } else {
    if (type_ != detail::value_tag<T>::type)
      return nullptr;
    return &static_cast<const detail::value_content<T>*>(payload_.node)->content;
  }
}

template <class T>
std::optional<T> value::as() const {
  if constexpr (std::same_as<T, bool>) {
    return type_ == value_type::boolean ? std::optional{payload_.boolean} : std::nullopt;
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
  } else {
    const auto* content = get_if<T>();
    return content ? std::optional<T>{*content} : std::nullopt;
  }
}

} // namespace hawser
