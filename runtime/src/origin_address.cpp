// Literal addresses as hosts.

#include "origin_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hawser::detail {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// The value of a digit in bases up to 16; 16 if it is none.
unsigned digit_value(char c) noexcept {
  if (is_digit(c))
    return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f')
    return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F')
    return static_cast<unsigned>(c - 'A' + 10);
  return 16;
}

error wrong(std::string_view why) {
  return {errc::syntax_error, std::string{why}};
}

std::vector<std::string_view> split_at_dots(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos)
      return parts;
    text.remove_prefix(dot + 1);
  }
}

// URL #ipv4-number-parser. Numbers beyond any address all come out as the same too large one.
std::optional<std::uint64_t> ipv4_number(std::string_view text) noexcept {
  constexpr std::uint64_t too_large = std::uint64_t{1} << 32;
  if (text.empty())
    return std::nullopt;
  unsigned base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  } else if (text.size() > 1 && text.front() == '0') {
    text.remove_prefix(1);
    base = 8;
  }
  std::uint64_t number = 0;
  for (const char c : text) {
    const auto digit = digit_value(c);
    if (digit >= base)
      return std::nullopt;
    number = std::min(number * base + digit, too_large);
  }
  return number;
}

using pieces = std::array<std::uint16_t, 8>;

// Reads the text of an IPv6 address from its front.
class ipv6_reader {
public:
  explicit ipv6_reader(std::string_view text) noexcept : rest_(text) {}

  result<pieces> read() {
    if (rest_.starts_with(':')) {
      if (!rest_.starts_with("::"))
        return wrong("its IPv6 address begins with a single colon");
      rest_.remove_prefix(1);
      begin_gap();
    }
    while (!rest_.empty())
      if (auto err = read_piece())
        return err;
    if (compressed_at_) {
      // The pieces after the gap belong at the end.
      const auto gap_begin = made_.begin() + static_cast<std::ptrdiff_t>(*compressed_at_);
      std::rotate(gap_begin, made_.begin() + static_cast<std::ptrdiff_t>(count_), made_.end());
    } else if (count_ != made_.size()) {
      return wrong("its IPv6 address has too few pieces");
    }
    return made_;
  }

private:
  // The gap stands for one piece at least.
  void begin_gap() {
    rest_.remove_prefix(1);
    compressed_at_ = ++count_;
  }

  error read_piece() {
    if (count_ == made_.size())
      return wrong("its IPv6 address has too many pieces");
    if (rest_.front() == ':') {
      if (compressed_at_)
        return wrong("its IPv6 address is compressed twice");
      begin_gap();
      return {};
    }
    std::size_t length = 0;
    unsigned piece = 0;
    for (; length < 4 && length < rest_.size() && digit_value(rest_[length]) < 16; ++length)
      piece = piece * 16 + digit_value(rest_[length]);
    if (length < rest_.size() && rest_[length] == '.' && length > 0)
      return read_ipv4();
    rest_.remove_prefix(length);
    if (rest_.starts_with(':')) {
      rest_.remove_prefix(1);
      if (rest_.empty())
        return wrong("its IPv6 address ends with a single colon");
    } else if (!rest_.empty()) {
      return wrong("its IPv6 address holds something that is no piece of one");
    }
    made_[count_++] = static_cast<std::uint16_t>(piece);
    return {};
  }

  // Four decimal numbers in the place of the last two pieces; stricter than elsewhere.
  error read_ipv4() {
    if (count_ > made_.size() - 2)
      return wrong("its IPv6 address has too many pieces before an IPv4 address");
    const auto parts = split_at_dots(rest_);
    rest_ = {};
    if (parts.size() != 4)
      return wrong("the IPv4 address in its IPv6 address does not have four parts");
    std::array<unsigned, 4> numbers{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto text = parts[i];
      const auto* last = text.data() + text.size();
      const auto [end, failure] = std::from_chars(text.data(), last, numbers[i]);
      const bool padded = text.size() > 1 && text.front() == '0';
      if (failure != std::errc{} || end != last || padded || numbers[i] > 255)
        return wrong("the IPv4 address in its IPv6 address is none");
    }
    made_[count_++] = static_cast<std::uint16_t>(numbers[0] * 256 + numbers[1]);
    made_[count_++] = static_cast<std::uint16_t>(numbers[2] * 256 + numbers[3]);
    return {};
  }

  std::string_view rest_;
  pieces made_{};
  std::size_t count_ = 0;
  std::optional<std::size_t> compressed_at_;
};

struct zero_run {
  std::size_t begin = 0;
  std::size_t length = 0;
};

// The first of the longest runs of zeros, if it is worth compressing.
zero_run longest_zero_run(const pieces& address) noexcept {
  zero_run longest{0, 1};
  zero_run current;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (address[i] != 0) {
      current.length = 0;
      continue;
    }
    if (current.length++ == 0)
      current.begin = i;
    if (current.length > longest.length)
      longest = current;
  }
  return longest.length > 1 ? longest : zero_run{address.size(), 0};
}

std::string serialized(const pieces& address) {
  const auto skipped = longest_zero_run(address);
  std::string text;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (i == skipped.begin) {
      text += i == 0 ? "::" : ":";
      i += skipped.length - 1;
      continue;
    }
    std::array<char, 4> digits{};
    const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), address[i], 16).ptr;
    text.append(digits.data(), end);
    if (i + 1 < address.size())
      text += ':';
  }
  return text;
}

} // namespace

bool ends_in_a_number(std::string_view host) noexcept {
  if (host.ends_with('.'))
    host.remove_suffix(1);
  const auto last = host.substr(host.rfind('.') + 1);
  return !last.empty() && (std::ranges::all_of(last, is_digit) || ipv4_number(last));
}

result<std::string> canonical_ipv4(std::string_view host) {
  if (host.ends_with('.'))
    host.remove_suffix(1);
  const auto parts = split_at_dots(host);
  if (parts.size() > 4)
    return wrong("its IPv4 address has more than four parts");
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = ipv4_number(parts[i]);
    if (!number)
      return wrong("its host ends in a number and is not an IPv4 address");
    // The last part stands for all the bytes that are left.
    const auto bytes = i + 1 < parts.size() ? 1 : 5 - parts.size();
    if (*number >= std::uint64_t{1} << (8 * bytes))
      return wrong("a part of its IPv4 address is too large");
    address = (address << (8 * bytes)) + *number;
  }
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string(address >> shift & 0xff);
    text += shift > 0 ? "." : "";
  }
  return text;
}

result<std::string> canonical_ipv6(std::string_view inner) {
  auto address = ipv6_reader{inner}.read();
  if (!address)
    return address.error();
  return serialized(*address);
}

} // namespace hawser::detail
