#pragma once

#include <cstddef>
#include <string_view>

#include "hawser/value.hpp"

namespace hawser::detail {

/// A value inside another, and how a developer would point at it.
struct child_value {
  const value* content = nullptr;
  std::string_view key; ///< If it has a name.
  std::size_t index = 0;
  bool named = false;
};

/// The values a value is made of: elements and named members of an array, members, keys and values
/// of a map in turn, items, the cause of an error. Buffers under a view are not among them.
std::size_t child_count(const value& from) noexcept;

/// The child at that position; it must exist.
child_value child_at(const value& from, std::size_t position) noexcept;

} // namespace hawser::detail
