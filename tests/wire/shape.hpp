#pragma once

#include <string>

#include "hawser/value.hpp"

namespace hawser::test {

/// What occurs once or again in a value: its parts in order, each with its type and, if it has an
/// identity, the number of its first mention; buffers under views among them. Numbers stand with
/// their bits, an int32 with those of its double.
std::string shape_of(const value& root);

/// Equal in content and shape: whoever receives the one cannot tell it from the other. A platform
/// object is what it was serialized to.
bool alike(const value& lhs, const value& rhs);

/// Alike, and each int32 is an int32 in both.
bool same(const value& lhs, const value& rhs);

} // namespace hawser::test
