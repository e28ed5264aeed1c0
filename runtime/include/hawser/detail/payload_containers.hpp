#pragma once

// Codecs of the standard library's containers. Included by `payload_codec.hpp`.

#include "hawser/payload_codec.hpp"

namespace hawser {

namespace detail {

/// What containers of single items share.
template <class Items>
struct items_codec : plain_codec<typename Items::value_type> {
  using item = typename Items::value_type;

  static std::uint64_t bytes(const Items& from) {
    std::uint64_t sum = 0;
    for (const item& one : from)
      sum += sizeof(item) + bytes_of_part(one);
    return sum;
  }
};

template <class List>
struct list_codec : items_codec<List> {
  using typename items_codec<List>::item;

  static value encode(const List& from) {
    array made;
    made.reserve(from.size());
    for (const item& one : from)
      made.push_back(encode_part(one));
    return made;
  }

  static error decode(const value& from, List& to) {
    to.clear();
    if (const auto* view = from.get_if<array_buffer_view>())
      return decode_items(
        view->length(), [view](std::size_t i) { return view->element(i); }, to);
    const auto* elements = from.get_if<array>();
    if (elements == nullptr)
      return misfit(from, "an array");
    return decode_items(
      elements->size(), [elements](std::size_t i) -> const value& { return (*elements)[i]; }, to);
  }

private:
  template <class ItemAt>
  static error decode_items(std::size_t count, ItemAt item_at, List& to) {
    for (std::size_t i = 0; i < count; ++i) {
      item one{};
      if (auto err = decode_part(item_at(i), one))
        return at_index(i, err);
      to.push_back(std::move(one));
    }
    return {};
  }
};

/// A `std::set` and its like.
template <class Set>
struct set_codec : items_codec<Set> {
  using typename items_codec<Set>::item;

  static value encode(const Set& from) {
    set made;
    made.reserve(from.size());
    for (const item& one : from)
      made.add(encode_part(one));
    return made;
  }

  static error decode(const value& from, Set& to) {
    to.clear();
    if (from.type() != value_type::set)
      return misfit(from, "a set");
    std::size_t index = 0;
    for (const auto& one : from.items()) {
      item made{};
      if (auto err = decode_part(one, made))
        return at_index(index, err);
      to.insert(std::move(made));
      ++index;
    }
    return {};
  }
};

/// A map with text keys is an object, any other a Map.
template <class Map>
struct map_codec : plain_codec<typename Map::key_type, typename Map::mapped_type> {
  using key_type = typename Map::key_type;
  using mapped_type = typename Map::mapped_type;
  static constexpr bool text_keys = std::same_as<key_type, std::string>;

  static value encode(const Map& from) {
    std::conditional_t<text_keys, object, map> made;
    made.reserve(from.size());
    for (const auto& [key, content] : from) {
      if constexpr (text_keys)
        made.set(key, encode_part(content));
      else
        made.add(encode_part(key), encode_part(content));
    }
    return made;
  }

  static error decode(const value& from, Map& to) {
    to.clear();
    if (from.type() == value_type::map)
      return decode_entries(from, to);
    if (!text_keys || from.type() != value_type::object)
      return misfit(from, text_keys ? "an object" : "a map");
    if constexpr (text_keys) {
      for (const auto& [key, content] : from.members()) {
        mapped_type made{};
        if (auto err = decode_part(content, made))
          return at_field(key, err);
        to.insert_or_assign(key, std::move(made));
      }
    }
    return {};
  }

  static std::uint64_t bytes(const Map& from) {
    std::uint64_t sum = 0;
    for (const auto& [key, content] : from)
      sum += sizeof(key) + sizeof(content) + bytes_of_part(key) + bytes_of_part(content);
    return sum;
  }

private:
  static error decode_entries(const value& from, Map& to) {
    std::size_t index = 0;
    for (const auto& [key, content] : from.entries()) {
      key_type made_key{};
      mapped_type made{};
      auto err = decode_part(key, made_key);
      if (!err)
        err = decode_part(content, made);
      if (err)
        return at_index(index, err);
      to.insert_or_assign(std::move(made_key), std::move(made));
      ++index;
    }
    return {};
  }
};

/// Things in a fixed number: an array as long.
template <class Tuple>
struct tuple_codec {
  static value encode(const Tuple& from) {
    array made;
    std::apply([&made](const auto&... one) { (made.push_back(encode_part(one)), ...); }, from);
    return made;
  }

  static error decode(const value& from, Tuple& to) {
    constexpr auto count = std::tuple_size_v<Tuple>;
    if (from.type() != value_type::array || from.size() != count)
      return misfit(from, "an array of " + std::to_string(count));
    error err;
    std::size_t index = 0;
    const auto decode_one = [&](auto& one) {
      if (err)
        return;
      if (auto inner = decode_part(from[index], one))
        err = at_index(index, inner);
      ++index;
    };
    std::apply([&decode_one](auto&... one) { (decode_one(one), ...); }, to);
    return err;
  }

  static std::uint64_t bytes(const Tuple& from) {
    return std::apply(
      [](const auto&... one) { return (std::uint64_t{0} + ... + bytes_of_part(one)); }, from);
  }
};

} // namespace detail

// clang-format off
template <class T, class A> struct payload_codec<std::vector<T, A>> : detail::list_codec<std::vector<T, A>> {};
template <class T, class A> struct payload_codec<std::deque<T, A>> : detail::list_codec<std::deque<T, A>> {};
template <class T, class A> struct payload_codec<std::list<T, A>> : detail::list_codec<std::list<T, A>> {};
template <class T, class C, class A> struct payload_codec<std::set<T, C, A>> : detail::set_codec<std::set<T, C, A>> {};
template <class T, class H, class E, class A> struct payload_codec<std::unordered_set<T, H, E, A>> : detail::set_codec<std::unordered_set<T, H, E, A>> {};
template <class K, class T, class C, class A> struct payload_codec<std::map<K, T, C, A>> : detail::map_codec<std::map<K, T, C, A>> {};
template <class K, class T, class H, class E, class A> struct payload_codec<std::unordered_map<K, T, H, E, A>> : detail::map_codec<std::unordered_map<K, T, H, E, A>> {};
template <class A, class B> struct payload_codec<std::pair<A, B>> : detail::plain_codec<A, B>, detail::tuple_codec<std::pair<A, B>> {};
template <class... T> struct payload_codec<std::tuple<T...>> : detail::plain_codec<T...>, detail::tuple_codec<std::tuple<T...>> {};
template <class T, std::size_t N> struct payload_codec<std::array<T, N>> : detail::plain_codec<T>, detail::tuple_codec<std::array<T, N>> {};
// clang-format on

/// Bytes are a buffer, which the message owns.
template <class A>
struct payload_codec<std::vector<std::byte, A>> : detail::plain_codec<> {
  using bytes_type = std::vector<std::byte, A>;

  static value encode(const bytes_type& from) { return array_buffer::copy_of(from); }

  static error decode(const value& from, bytes_type& to) {
    std::span<const std::byte> content;
    if (const auto* buffer = from.get_if<array_buffer>())
      content = buffer->bytes();
    else if (const auto* view = from.get_if<array_buffer_view>())
      content = view->bytes();
    else
      return detail::misfit(from, "an array buffer");
    to.assign(content.begin(), content.end());
    return {};
  }

  static std::uint64_t bytes(const bytes_type& from) { return from.size(); }
};

} // namespace hawser
