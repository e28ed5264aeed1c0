#pragma once

// Codecs of what values have themselves, of times, and of types that are one of several. Included
// by `payload_codec.hpp`.

#include "hawser/payload_codec.hpp"

namespace hawser {

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
