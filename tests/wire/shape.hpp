#pragma once

#include <string>

#include "hawser/value.hpp"

namespace hawser::test {

/// What is written once or again in a value: its parts in order, each with its type and, if it has
/// an identity, the number of its first mention; buffers under views among them. Two values of the
/// same content and shape cannot be told apart by whoever receives them.
std::string shape_of(const value& root);

/// Equal in content, type and shape. A platform object is what it was serialized to, and numbers
/// are the same bit by bit.
bool same(const value& lhs, const value& rhs);

} // namespace hawser::test
