#include "half_float.hpp"

#include <bit>
#include <cmath>

namespace hawser::detail {

double half_to_double(std::uint16_t bits) noexcept {
  const int exponent = bits >> 10 & 0x1f;
  const double fraction = bits & 0x3ff;
  double magnitude;
  if (exponent == 0x1f)
    magnitude = fraction == 0 ? HUGE_VAL : std::nan("");
  else if (exponent == 0)
    magnitude = std::ldexp(fraction, -24);
  else
    magnitude = std::ldexp(fraction + 1024, exponent - 25);
  return std::copysign(magnitude, (bits & 0x8000) != 0 ? -1.0 : 1.0);
}

std::optional<std::uint16_t> to_half(float number) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  const auto sign = bits >> 16 & 0x8000;
  const auto exponent = static_cast<int>(bits >> 23 & 0xff) - 127;
  const auto fraction = bits & 0x7fffff;
  const auto made = [sign](std::uint32_t magnitude) {
    return static_cast<std::uint16_t>(sign | magnitude);
  };
  if ((bits & 0x7fffffff) == 0)
    return made(0);
  if (exponent == 128)
    return made(0x7c00); // Infinity.
  if (exponent >= -14 && exponent <= 15 && (fraction & 0x1fff) == 0)
    return made(static_cast<std::uint32_t>(exponent + 15) << 10 | fraction >> 13);
  if (exponent < -14 && exponent >= -24) {
    // A number too small for an exponent of its own: its bits move right, as far as they are 0.
    const auto dropped = -exponent - 1;
    const auto whole = fraction | 0x800000;
    if ((whole & ((std::uint32_t{1} << dropped) - 1)) == 0)
      return made(whole >> dropped);
  }
  return std::nullopt;
}

} // namespace hawser::detail
