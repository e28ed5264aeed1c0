#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hawser/value.hpp"

namespace hawser::detail {

/// Which of some containers refer to each other in circles: their positions, in groups that can
/// reach each other, a group after those it refers to. One that is in no circle is a group alone.
std::vector<std::vector<std::size_t>> groups_of(std::span<const value> containers);

/// Is it in a circle with itself?
bool mentions(const value& container, const value& part) noexcept;

} // namespace hawser::detail
