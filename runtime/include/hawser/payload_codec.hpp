#pragma once

// How C++ types become values and are made of them. Included by `payload.hpp`.
//
// A codec has
//   static value encode(const T& from)           what it is as a value
//   static error decode(const value& from, T& to) `data_decode_error` if that does not fit; the
//   text
//                                                begins with the path from here: "[3].price: ..."
//   static std::uint64_t bytes(const T& from)    an estimate of what it keeps outside of itself
//   using parts = detail::type_list<...>         the types inside it
//   static constexpr bool active                 whether a post must look into it
// Applications may specialize `payload_codec` for types of their own that are no structs.

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "hawser/value.hpp"

namespace hawser {

namespace detail {

template <class... T>
struct type_list {};

/// A struct's field and its name.
template <class Struct, class Member>
struct field {
  using type = Member;

  std::string_view name;
  Member Struct::*member;
};

template <class Struct, class Member>
field(const char*, Member Struct::*) -> field<Struct, Member>;

template <class Struct, class... Fields>
struct payload_description {
  std::string_view name;
  std::tuple<Fields...> fields;
};

template <class Struct, class... Fields>
constexpr auto describe_payload(std::string_view name, Fields... fields) noexcept {
  static_assert(std::default_initializable<Struct> && std::copy_constructible<Struct>,
                "a payload is made without arguments and copied");
  return payload_description<Struct, Fields...>{name, {fields...}};
}

template <class Enum>
struct named_enumerator {
  std::string_view name;
  Enum content;
};

template <class Enum>
named_enumerator(const char*, Enum) -> named_enumerator<Enum>;

template <class T>
concept described_enum = std::is_enum_v<T> && requires(const T* which) {
  hawser_enum(which);
};

template <class T>
concept encodable = requires(const T& from, T& to, const value& data) {
  { payload_codec<T>::encode(from) } -> std::same_as<value>;
  { payload_codec<T>::decode(data, to) } -> std::same_as<error>;
};

/// `path: expected, found type`.
error misfit(const value& found, std::string_view expected);

/// Prepends a step to the path of an error from further inside.
error at_field(std::string_view name, const error& inner);
error at_index(std::size_t index, const error& inner);

template <class T>
constexpr void require_codec() {
  static_assert(encodable<T>, "this type cannot be cloned: name its fields with HAWSER_PAYLOAD, or "
                              "its values with HAWSER_ENUM");
}

template <class T>
value encode_part(const T& from) {
  require_codec<T>();
  return payload_codec<T>::encode(from);
}

template <class T>
error decode_part(const value& from, T& to) {
  require_codec<T>();
  return payload_codec<T>::decode(from, to);
}

template <class T>
std::uint64_t bytes_of_part(const T& from) {
  return payload_codec<T>::bytes(from);
}

/// Must a post look into a `T`? Types that contain themselves are looked at once.
template <class T, class... Seen>
constexpr bool is_active();

template <class... Seen, class... Parts>
constexpr bool any_active(type_list<Parts...>) {
  return (false || ... || is_active<Parts, Seen...>());
}

template <class T, class... Seen>
constexpr bool is_active() {
  if constexpr ((std::same_as<T, Seen> || ...))
    return false;
  else
    return payload_codec<T>::active || any_active<T, Seen...>(typename payload_codec<T>::parts{});
}

/// What most codecs share.
template <class... Parts>
struct plain_codec {
  using parts = type_list<Parts...>;
  static constexpr bool active = false;
};

/// A type `value` has itself.
template <class T>
struct value_content_codec : plain_codec<> {
  static value encode(const T& from) { return from; }

  static error decode(const value& from, T& to) {
    const auto* content = from.get_if<T>();
    if (content == nullptr)
      return misfit(from, to_string(value_tag<T>::type));
    to = *content;
    return {};
  }

  static std::uint64_t bytes(const T& from) { return value{from}.byte_size(); }
};

} // namespace detail

// -- scalars and text -----------------------------------------------------------------------------

template <>
struct payload_codec<bool> : detail::plain_codec<> {
  static value encode(bool from) { return from; }

  static error decode(const value& from, bool& to) {
    const auto content = from.as<bool>();
    if (!content)
      return detail::misfit(from, "a boolean");
    to = *content;
    return {};
  }

  static std::uint64_t bytes(bool) { return 0; }
};

template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>)
struct payload_codec<T> : detail::plain_codec<> {
  static value encode(T from) { return from; }

  static error decode(const value& from, T& to) {
    const auto content = from.as<T>();
    if (!content)
      return detail::misfit(from, "an integer between "
                                    + std::to_string(std::numeric_limits<T>::min()) + " and "
                                    + std::to_string(std::numeric_limits<T>::max()));
    to = *content;
    return {};
  }

  static std::uint64_t bytes(T) { return 0; }
};

/// A `float` is rounded to.
template <std::floating_point T>
struct payload_codec<T> : detail::plain_codec<> {
  static_assert(sizeof(T) <= sizeof(double), "a long double does not fit a Number");

  static value encode(T from) { return static_cast<double>(from); }

  static error decode(const value& from, T& to) {
    const auto content = from.as<double>();
    if (!content)
      return detail::misfit(from, "a number");
    to = static_cast<T>(*content);
    return {};
  }

  static std::uint64_t bytes(T) { return 0; }
};

template <>
struct payload_codec<std::string> : detail::plain_codec<> {
  static value encode(const std::string& from) { return from; }

  static error decode(const value& from, std::string& to) {
    const auto* content = from.get_if<std::string_view>();
    if (content == nullptr)
      return detail::misfit(from, "a string");
    to = *content;
    return {};
  }

  static std::uint64_t bytes(const std::string& from) { return from.size(); }
};

template <detail::described_enum T>
struct payload_codec<T> : detail::plain_codec<> {
  static constexpr auto names = hawser_enum(static_cast<const T*>(nullptr));

  static value encode(T from) {
    for (const auto& one : names)
      if (one.content == from)
        return one.name;
    return static_cast<std::underlying_type_t<T>>(from);
  }

  static error decode(const value& from, T& to) {
    if (const auto* text = from.get_if<std::string_view>())
      for (const auto& one : names)
        if (one.name == *text) {
          to = one.content;
          return {};
        }
    std::string expected{"one of"};
    for (const auto& one : names)
      expected.append(" '").append(one.name).append("'");
    return detail::misfit(from, expected);
  }

  static std::uint64_t bytes(T) { return 0; }
};

} // namespace hawser

#include "hawser/detail/payload_containers.hpp"
#include "hawser/detail/payload_record.hpp"
#include "hawser/detail/payload_types.hpp"
