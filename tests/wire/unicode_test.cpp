// What bytes are as text, beside a slow definition of it.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "unicode.hpp"

namespace {

using hawser::detail::text_form;
using hawser::detail::text_form_of;

// The code point there and the bytes it takes, by the arithmetic of RFC 3629; none if it is written
// in a wrong number of bytes, cut off or beyond the last.
struct letter {
  std::uint32_t point = 0;
  std::size_t bytes = 0;
};

letter letter_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t bytes = byte(0) < 0x80             ? 1
                            : (byte(0) & 0xe0) == 0xc0 ? 2
                            : (byte(0) & 0xf0) == 0xe0 ? 3
                            : (byte(0) & 0xf8) == 0xf0 ? 4
                                                       : 0;
  if (bytes == 0 || bytes > text.size())
    return {};
  static constexpr std::array<std::uint32_t, 5> firsts = {0, 0, 0x80, 0x800, 0x10000};
  std::uint32_t point = bytes == 1 ? byte(0) : byte(0) & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80)
      return {};
    point = point << 6 | (byte(i) & 0x3fU);
  }
  return point < firsts[bytes] || point > 0x10ffff ? letter{} : letter{point, bytes};
}

text_form slow_form_of(std::string_view text) {
  auto form = text_form::utf8;
  bool after_high = false;
  while (!text.empty()) {
    const auto next = letter_at(text);
    if (next.bytes == 0)
      return text_form::none;
    const bool surrogate = next.point >= 0xd800 && next.point <= 0xdfff;
    const bool high = surrogate && next.point < 0xdc00;
    if (surrogate)
      form = text_form::wtf8;
    if (surrogate && !high && after_high)
      return text_form::none;
    after_high = high;
    text.remove_prefix(next.bytes);
  }
  return form;
}

// Bytes at which the rules for what follows change, and their neighbours.
constexpr std::array<unsigned char, 34> edges = {
  0x00, 0x41, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xa1, 0xaf,
  0xb0, 0xbe, 0xbf, 0xc0, 0xc1, 0xc2, 0xd0, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
  0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff};

} // namespace

TEST_CASE("every four bytes at an edge of a rule are told from text as RFC 3629 has it",
          "[wire][unicode]") {
  std::size_t wrong = 0;
  std::string text(4, ' ');
  const auto each = [&](std::size_t at, auto&& then) {
    for (const auto byte : edges) {
      text[at] = static_cast<char>(byte);
      then();
    }
  };
  each(0, [&] {
    each(1, [&] {
      each(2, [&] {
        each(3, [&] {
          for (std::size_t size = 1; size <= text.size(); ++size) {
            const auto part = std::string_view{text}.substr(0, size);
            wrong += text_form_of(part) != slow_form_of(part) ? 1 : 0;
          }
        });
      });
    });
  });
  CHECK(wrong == 0);
}

TEST_CASE("where in a text something stands does not change what it is", "[wire][unicode]") {
  static constexpr std::array<std::string_view, 12> pieces = {
    "\xc3\xa4",                 // Two bytes,
    "\xe4\xb8\xad",             // three,
    "\xf0\x9f\x98\x80",         // four;
    "\xed\xa0\xbd",             // a high surrogate
    "\xed\xba\xa2",             // and a low one,
    "\xed\xa0\xbd\xed\xba\xa2", // which are no text side by side;
    "\xc3",                     // what is cut off,
    "\xe4\xb8",
    "\xf0\x9f\x98",
    "\x80",     // has no beginning,
    "\xc0\xaf", // or is longer than it need be.
    "\xf5\x80\x80\x80"};
  static constexpr std::array<std::string_view, 3> fillings = {"x", "\xd0\xb6", "\xe4\xb8\xad"};
  std::size_t wrong = 0;
  std::array<std::size_t, 3> seen{};
  for (const auto filling : fillings)
    for (const auto piece : pieces)
      for (std::size_t before = 0; before < 70; ++before)
        for (std::size_t after = 0; after < 70; ++after) {
          std::string text;
          for (std::size_t i = 0; i < before; ++i)
            text += filling;
          text += piece;
          for (std::size_t i = 0; i < after; ++i)
            text += filling;
          const auto form = text_form_of(text);
          wrong += form != slow_form_of(text) ? 1 : 0;
          ++seen.at(static_cast<std::size_t>(form));
        }
  CHECK(wrong == 0);
  CHECK(seen == std::array<std::size_t, 3>{44100, 29400, 102900});
}

TEST_CASE("what is cut off does not go on behind other letters", "[wire][unicode]") {
  std::size_t wrong = 0;
  for (std::size_t before = 0; before < 70; ++before)
    for (std::size_t between = 1; between < 140; ++between) {
      const auto text = std::string(before, 'x') + "\xc3" + std::string(between, 'x') + "\xa4"
                        + std::string(40, 'x');
      wrong += text_form_of(text) != text_form::none ? 1 : 0;
    }
  CHECK(wrong == 0);
}

TEST_CASE("every code point is text, and two surrogates in a row that make one are not",
          "[wire][unicode]") {
  std::size_t wrong = 0;
  for (std::uint32_t point = 0; point <= 0x10ffff; ++point) {
    std::string text;
    const auto tail = [&](int shift) {
      text += static_cast<char>(0x80U | (point >> shift & 0x3fU));
    };
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point < 0x800) {
      text += static_cast<char>(0xc0U | point >> 6);
      tail(0);
    } else if (point < 0x10000) {
      text += static_cast<char>(0xe0U | point >> 12);
      tail(6);
      tail(0);
    } else {
      text += static_cast<char>(0xf0U | point >> 18);
      tail(12);
      tail(6);
      tail(0);
    }
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    wrong += text_form_of(text) != (surrogate ? text_form::wtf8 : text_form::utf8) ? 1 : 0;
  }
  CHECK(wrong == 0);
}
