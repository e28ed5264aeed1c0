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

// -- what values have themselves ------------------------------------------------------------------

// clang-format off
template <> struct payload_codec<big_integer> : detail::value_content_codec<big_integer> {};
template <> struct payload_codec<date> : detail::value_content_codec<date> {};
template <> struct payload_codec<reg_exp> : detail::value_content_codec<reg_exp> {};
template <> struct payload_codec<blob> : detail::value_content_codec<blob> {};
template <> struct payload_codec<file> : detail::value_content_codec<file> {};
template <> struct payload_codec<dom_exception> : detail::value_content_codec<dom_exception> {};
// clang-format on

namespace detail {

/// What a post must copy, move or look into.
template <class T>
struct active_content_codec : value_content_codec<T> {
  static constexpr bool active = true;
};

} // namespace detail

// clang-format off
template <> struct payload_codec<array> : detail::active_content_codec<array> {};
template <> struct payload_codec<object> : detail::active_content_codec<object> {};
template <> struct payload_codec<map> : detail::active_content_codec<map> {};
template <> struct payload_codec<set> : detail::active_content_codec<set> {};
template <> struct payload_codec<array_buffer> : detail::active_content_codec<array_buffer> {};
template <> struct payload_codec<shared_array_buffer> : detail::active_content_codec<shared_array_buffer> {};
template <> struct payload_codec<message_port> : detail::active_content_codec<message_port> {};
template <> struct payload_codec<std::shared_ptr<const platform_object>>
  : detail::active_content_codec<std::shared_ptr<const platform_object>> {};
// clang-format on

template <>
struct payload_codec<value> : detail::plain_codec<> {
  static constexpr bool active = true;

  static value encode(const value& from) { return from; }

  static error decode(const value& from, value& to) {
    to = from;
    return {};
  }

  static std::uint64_t bytes(const value& from) { return from.byte_size(); }
};

// -- times ----------------------------------------------------------------------------------------

/// As the number of its own ticks: no digit is lost, and both sides must mean the same unit.
template <class Rep, class Period>
struct payload_codec<std::chrono::duration<Rep, Period>> : detail::plain_codec<> {
  using duration = std::chrono::duration<Rep, Period>;

  static value encode(duration from) { return payload_codec<Rep>::encode(from.count()); }

  static error decode(const value& from, duration& to) {
    Rep count{};
    if (auto err = payload_codec<Rep>::decode(from, count))
      return err;
    to = duration{count};
    return {};
  }

  static std::uint64_t bytes(duration) { return 0; }
};

/// As a date where milliseconds are exact enough, else as the number of ticks since 1970.
template <class Duration>
struct payload_codec<std::chrono::time_point<std::chrono::system_clock, Duration>>
  : detail::plain_codec<> {
  using time_point = std::chrono::time_point<std::chrono::system_clock, Duration>;
  using whole_milliseconds = std::chrono::duration<std::int64_t, std::milli>;

  static value encode(time_point from) {
    const auto rounded = std::chrono::duration_cast<whole_milliseconds>(from.time_since_epoch());
    constexpr std::int64_t date_max = 8'640'000'000'000'000;
    if (rounded == from.time_since_epoch() && std::abs(rounded.count()) <= date_max)
      return date{static_cast<double>(rounded.count())};
    return payload_codec<Duration>::encode(from.time_since_epoch());
  }

  static error decode(const value& from, time_point& to) {
    if (const auto* when = from.get_if<date>(); when != nullptr && std::isfinite(when->time)) {
      const whole_milliseconds count{static_cast<std::int64_t>(when->time)};
      to = time_point{std::chrono::duration_cast<Duration>(count)};
      return {};
    }
    Duration count{};
    if (payload_codec<Duration>::decode(from, count))
      return detail::misfit(from, "a date");
    to = time_point{count};
    return {};
  }

  static std::uint64_t bytes(time_point) { return 0; }
};

// -- optional and variant -------------------------------------------------------------------------

/// Nothing is `null`; `undefined` reads as nothing too.
template <class T>
struct payload_codec<std::optional<T>> : detail::plain_codec<T> {
  static value encode(const std::optional<T>& from) {
    return from ? detail::encode_part(*from) : value{nullptr};
  }

  static error decode(const value& from, std::optional<T>& to) {
    to.reset();
    if (from.is_null() || from.is_undefined())
      return {};
    return detail::decode_part(from, to.emplace());
  }

  static std::uint64_t bytes(const std::optional<T>& from) {
    return from ? detail::bytes_of_part(*from) : 0;
  }
};

template <>
struct payload_codec<std::monostate> : detail::plain_codec<> {
  static value encode(std::monostate) { return nullptr; }

  static error decode(const value& from, std::monostate&) {
    return from.is_null() || from.is_undefined() ? error{} : detail::misfit(from, "null");
  }

  static std::uint64_t bytes(std::monostate) { return 0; }
};

/// As `[number of the alternative, content]`.
template <class... T>
struct payload_codec<std::variant<T...>> : detail::plain_codec<T...> {
  using variant = std::variant<T...>;

  static value encode(const variant& from) {
    const auto content = [](const auto& one) { return detail::encode_part(one); };
    return array{from.index(), std::visit(content, from)};
  }

  static error decode(const value& from, variant& to) {
    const auto index = from[0].template as<std::size_t>();
    if (from.size() != 2 || from.type() != value_type::array || !index || *index >= sizeof...(T))
      return detail::misfit(from, "[number below " + std::to_string(sizeof...(T)) + ", content]");
    auto err = decode_alternative(*index, from[1], to, std::index_sequence_for<T...>{});
    return err ? detail::at_index(1, err) : error{};
  }

  static std::uint64_t bytes(const variant& from) {
    return std::visit([](const auto& one) { return detail::bytes_of_part(one); }, from);
  }

private:
  template <std::size_t... I>
  static error decode_alternative(std::size_t index, const value& from, variant& to,
                                  std::index_sequence<I...>) {
    error err;
    const auto one = [&]<std::size_t N>(std::integral_constant<std::size_t, N>) {
      std::variant_alternative_t<N, variant> content{};
      err = detail::decode_part(from, content);
      if (!err)
        to.template emplace<N>(std::move(content));
    };
    ((index == I ? one(std::integral_constant<std::size_t, I>{}) : void()), ...);
    return err;
  }
};

} // namespace hawser

#include "hawser/detail/payload_containers.hpp"
#include "hawser/detail/payload_record.hpp"
