#pragma once

#include <cstdint>
#include <optional>

namespace hawser::detail {

/// A number in the 16 bits of IEEE 754 binary16.
double half_to_double(std::uint16_t bits) noexcept;

/// The same number in 16 bits, if they are enough. For anything but NaN.
std::optional<std::uint16_t> to_half(float number) noexcept;

} // namespace hawser::detail
