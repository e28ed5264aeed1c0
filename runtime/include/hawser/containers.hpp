#pragma once

// The containers of `value`. Included by `value.hpp`; include that one.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/detail/shared_list.hpp"

namespace hawser {

class object;
class value;
class value_graph;

namespace detail {

/// Finds the members of a large object by hash: their positions plus one, in open addressing.
struct key_index {
  std::vector<std::uint32_t> slots;
};

inline void count(value_node&, const std::unique_ptr<key_index>&) noexcept {}

struct initial_value;
struct initial_member;
struct initial_entry;

} // namespace detail

// Each of them shares its content with the values made from it, and with its copies, until one of
// them is changed: making a value of a container, and taking it out again, copies a pointer. A copy
// that is not changed stays one and the same object to a message (HTML #structuredserializeinternal
// keeps identity).

/// Elements in order. Holes are kept: they read as `undefined` and count in `size`.
class array : public detail::shared_list<value, value_type::array, std::unique_ptr<object>> {
public:
  array() noexcept = default;

  /// `array{1, "two", nullptr}`. An array among them becomes an element, also when it is alone.
  array(std::initializer_list<detail::initial_value> elements);

  explicit array(std::vector<value> elements);

  /// The element; `undefined` for a hole and beyond the end.
  const value& operator[](std::size_t index) const noexcept;

  array& push_back(value element);
  array& push_hole();

  /// Replaces an element or fills a hole. An index beyond the end makes holes up to it; more than
  /// 2^32 - 1 elements stop the process.
  array& set(std::size_t index, value element);

  /// Is there a hole at that index, inside the array?
  bool hole(std::size_t index) const noexcept;

  /// Members under names that are no index, which a script may put on an array. They travel too.
  array& set(std::string key, value content);
  const object& members() const noexcept;

private:
  friend class value;
  using shared_list::shared_list;
};

/// Members under text keys, in insertion order: IMPLEMENTATION-DEFINED(I4). Setting an existing key
/// keeps its place.
class object : public detail::shared_list<std::pair<std::string, value>, value_type::object,
                                          std::unique_ptr<detail::key_index>> {
public:
  using member = std::pair<std::string, value>;

  object() noexcept = default;

  /// `object{{"name", "x"}, {"size", 3}}`.
  object(std::initializer_list<detail::initial_member> members);

  object& set(std::string key, value content);

  /// Null if there is none.
  const value* find(std::string_view key) const noexcept;

  /// `undefined` if there is none.
  const value& operator[](std::string_view key) const noexcept;

private:
  friend class value;
  using shared_list::shared_list;

  std::size_t position_of(std::string_view key) const noexcept;
};

/// Entries with keys of any type, in order.
class map : public detail::shared_list<std::pair<value, value>, value_type::map> {
public:
  using entry = std::pair<value, value>;

  map() noexcept = default;

  /// `map{{"key", 1}, {2, "two"}}`.
  map(std::initializer_list<detail::initial_entry> entries);

  /// Appends. That the key is new is the caller's business: nothing is looked up.
  map& add(value key, value content);

  /// The first entry with an equal key, from front to back; null if there is none.
  const value* find(const value& key) const;

private:
  friend class value;
  using shared_list::shared_list;
};

/// Items of any type, in order.
class set : public detail::shared_list<value, value_type::set> {
public:
  set() noexcept = default;

  set(std::initializer_list<detail::initial_value> items);

  /// Appends. That the item is new is the caller's business: nothing is looked up.
  set& add(value item);

  /// Is there an equal item? Looks from front to back.
  bool contains(const value& item) const;

private:
  friend class value;
  using shared_list::shared_list;
};

} // namespace hawser
