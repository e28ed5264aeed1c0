#include "hawser/big_integer.hpp"

#include <algorithm>
#include <utility>

namespace hawser {
namespace {

int digit_of(char letter) noexcept {
  if (letter >= '0' && letter <= '9')
    return letter - '0';
  if (letter >= 'a' && letter <= 'f')
    return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F')
    return letter - 'A' + 10;
  return 99;
}

} // namespace

big_integer::big_integer(std::int64_t number) {
  const auto magnitude = number < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(number)
                                    : static_cast<std::uint64_t>(number);
  *this = from_unsigned(magnitude);
  negative_ = number < 0;
}

big_integer big_integer::from_unsigned(std::uint64_t number) {
  big_integer made;
  for (; number != 0; number >>= 32)
    made.magnitude_.push_back(static_cast<std::uint32_t>(number));
  return made;
}

big_integer big_integer::from_magnitude(std::vector<std::uint32_t> digits) {
  while (!digits.empty() && digits.back() == 0)
    digits.pop_back();
  big_integer made;
  made.magnitude_ = std::move(digits);
  return made;
}

big_integer big_integer::negated() && {
  negative_ = !negative_ && !magnitude_.empty();
  return std::move(*this);
}

result<big_integer> big_integer::parse(std::string_view text) {
  auto digits = text;
  big_integer made;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+'))
    digits.remove_prefix(1);
  std::uint32_t base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    base = 16;
    digits.remove_prefix(2);
  }
  if (digits.empty())
    return error{errc::syntax_error, "'" + std::string{text} + "' is not an integer"};
  for (const char letter : digits) {
    const int digit = digit_of(letter);
    if (digit >= static_cast<int>(base))
      return error{errc::syntax_error, "'" + std::string{text} + "' is not an integer: '"
                                         + std::string(1, letter) + "' is no digit"};
    made.multiply_add(base, static_cast<std::uint32_t>(digit));
  }
  made.negative_ = negative && !made.magnitude_.empty();
  return made;
}

void big_integer::multiply_add(std::uint32_t factor, std::uint32_t addend) {
  std::uint64_t carry = addend;
  for (auto& digit : magnitude_) {
    carry += std::uint64_t{digit} * factor;
    digit = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0)
    magnitude_.push_back(static_cast<std::uint32_t>(carry));
}

std::optional<std::uint64_t> big_integer::to_uint64() const noexcept {
  if (magnitude_.size() > 2 || negative_)
    return std::nullopt;
  std::uint64_t number = 0;
  for (auto i = magnitude_.size(); i-- > 0;)
    number = number << 32 | magnitude_[i];
  return number;
}

std::optional<std::int64_t> big_integer::to_int64() const noexcept {
  constexpr auto top = std::uint64_t{1} << 63;
  auto positive = *this;
  positive.negative_ = false;
  const auto magnitude = positive.to_uint64();
  if (!magnitude || *magnitude > top || (*magnitude == top && !negative_))
    return std::nullopt;
  return static_cast<std::int64_t>(negative_ ? std::uint64_t{0} - *magnitude : *magnitude);
}

std::strong_ordering operator<=>(const big_integer& lhs, const big_integer& rhs) noexcept {
  if (lhs.negative_ != rhs.negative_)
    return lhs.negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  const auto& small = lhs.negative_ ? rhs.magnitude_ : lhs.magnitude_;
  const auto& large = lhs.negative_ ? lhs.magnitude_ : rhs.magnitude_;
  if (small.size() != large.size())
    return small.size() <=> large.size();
  return std::lexicographical_compare_three_way(small.rbegin(), small.rend(), large.rbegin(),
                                                large.rend());
}

std::string to_string(const big_integer& number) {
  if (number.magnitude().empty())
    return "0";
  constexpr std::uint32_t chunk = 1'000'000'000; // nine decimal digits a division
  auto rest = number.magnitude();
  std::string reversed;
  while (!rest.empty()) {
    std::uint64_t remainder = 0;
    for (auto i = rest.size(); i-- > 0;) {
      const auto dividend = remainder << 32 | rest[i];
      rest[i] = static_cast<std::uint32_t>(dividend / chunk);
      remainder = dividend % chunk;
    }
    while (!rest.empty() && rest.back() == 0)
      rest.pop_back();
    for (int i = 0; i < 9 && (remainder != 0 || !rest.empty()); ++i, remainder /= 10)
      reversed.push_back(static_cast<char>('0' + remainder % 10));
  }
  if (number.negative())
    reversed.push_back('-');
  return {reversed.rbegin(), reversed.rend()};
}

} // namespace hawser
