#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/error.hpp"

namespace hawser {

/// An integer of any size, as the Web's BigInt. A value type: copying copies the digits.
///
/// It is made to be carried, compared and printed; arithmetic is the application's business.
class big_integer {
public:
  big_integer() noexcept = default; // zero

  big_integer(std::int64_t number);

  static big_integer from_unsigned(std::uint64_t number);

  /// From 32-bit digits, least significant first.
  static big_integer from_magnitude(std::vector<std::uint32_t> digits);

  /// The number with the other sign.
  big_integer negated() &&;

  /// Parses `-12` or `0xff` (a sign is allowed before either). Gives `syntax_error` otherwise.
  static result<big_integer> parse(std::string_view text);

  /// The sign, and the magnitude in 32-bit digits, least significant first, no leading zeros.
  bool negative() const noexcept { return negative_; }

  const std::vector<std::uint32_t>& magnitude() const noexcept { return magnitude_; }

  /// The number itself if it fits.
  std::optional<std::int64_t> to_int64() const noexcept;
  std::optional<std::uint64_t> to_uint64() const noexcept;

  friend bool operator==(const big_integer&, const big_integer&) = default;
  friend std::strong_ordering operator<=>(const big_integer& lhs, const big_integer& rhs) noexcept;

private:
  void multiply_add(std::uint32_t factor, std::uint32_t addend);

  bool negative_ = false;
  std::vector<std::uint32_t> magnitude_;
};

/// Decimal digits with a leading `-` where negative.
std::string to_string(const big_integer& number);

} // namespace hawser
