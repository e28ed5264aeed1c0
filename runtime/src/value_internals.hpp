#pragma once

#include <utility>

#include "hawser/value.hpp"

namespace hawser::detail {

using array_node = array::node;
using object_node = object::node;
using map_node = map::node;
using set_node = set::node;
using error_node = content_node<error_object>;

/// What the runtime may do to a value that it has not shown to anybody yet.
struct value_internals {
  static value_node* node(const value& of) noexcept { return of.payload_.node; }

  template <class Node>
  static Node* node_as(const value& of) noexcept {
    return static_cast<Node*>(of.payload_.node);
  }

  /// Takes over a reference to the node.
  static value adopt(value_node* node) noexcept { return value{node}; }

  static bool has_node(const value& of) noexcept { return of.has_node(); }

  static bool is_hole(const value& of) noexcept { return of.noted() == value::note::hole; }

  static value hole() noexcept {
    value made;
    made.note_down(value::note::hole);
    return made;
  }

  /// From now on the graph counts instead.
  static void stop_counting(const value& which) noexcept {
    which.note_down(value::note::uncounted);
  }

  static std::int32_t int32(const value& of) noexcept { return of.payload_.int32; }

  static double number(const value& of) noexcept { return of.payload_.number; }

  /// Stands for a part that a `value_copier` knows.
  static value reference(std::uint32_t index) noexcept { return {value_type::reference, index}; }

  static std::uint32_t reference_index(const value& of) noexcept { return of.payload_.index; }

  static void add_to_index(object_node& node);

  enum class indexing : std::uint8_t { done, same_key, colliding };

  /// The same for members from outside, which have no index yet: their keys may not be distinct, or
  /// chosen to make searches slow. Unless done the node is not to be searched.
  static indexing index_distinct(object_node& node);
};

template <class Item, class Node, class... Parts>
void emplace_item(Node& into, Parts&&... parts) {
  ::new (into.items() + into.size) Item(std::forward<Parts>(parts)...);
  ++into.size;
}

} // namespace hawser::detail
