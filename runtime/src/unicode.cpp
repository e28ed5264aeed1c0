#include "unicode.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hawser::detail {
namespace {

bool continues(unsigned char byte) noexcept {
  return (byte & 0xc0) == 0x80;
}

// The length of a valid sequence of several bytes, surrogates among them; 0 if there is none.
// Unicode, table 3-7.
std::size_t sequence_length(const unsigned char* at, std::size_t left) noexcept {
  const auto lead = at[0];
  if (lead >= 0xc2 && lead <= 0xdf)
    return left >= 2 && continues(at[1]) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool valid = left >= 3 && continues(at[1]) && continues(at[2]);
    return valid && (lead != 0xe0 || at[1] >= 0xa0) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool valid = left >= 4 && continues(at[1]) && continues(at[2]) && continues(at[3]);
    return valid && (lead != 0xf0 || at[1] >= 0x90) && (lead != 0xf4 || at[1] < 0x90) ? 4 : 0;
  }
  return 0;
}

// -- UTF-8 by an automaton ------------------------------------------------------------------------
//
// What may come next, for which a number of the state stands. All that a byte does to each state
// is in one word, at the bit that is the state's number: a step is one shift, whatever the byte, so
// that no branch is predicted wrongly. That is 4 bytes per nanosecond where the loop of `form_of`,
// which knows surrogates too, made 0.3 to 1.2 of them.
enum state : std::uint64_t {
  between = 0, ///< Letters: text may end here.
  one_left = 6,
  two_left = 12,
  three_left = 18,
  after_e0 = 24,
  after_ed = 30,
  after_f0 = 36,
  after_f4 = 42,
  broken = 48,
};

constexpr std::uint64_t state_bits = 63;

constexpr std::uint64_t after_lead(unsigned byte) noexcept {
  if (byte < 0x80)
    return between;
  if (byte < 0xc2 || byte > 0xf4)
    return broken;
  if (byte < 0xe0)
    return one_left;
  if (byte < 0xf0)
    return byte == 0xe0 ? after_e0 : byte == 0xed ? after_ed : two_left;
  return byte == 0xf0 ? after_f0 : byte == 0xf4 ? after_f4 : three_left;
}

constexpr std::uint64_t step_of(unsigned byte) noexcept {
  const auto within = [byte](unsigned first, unsigned last, state then) {
    return byte >= first && byte <= last ? std::uint64_t{then} : std::uint64_t{broken};
  };
  return after_lead(byte) << between | within(0x80, 0xbf, between) << one_left
         | within(0x80, 0xbf, one_left) << two_left | within(0x80, 0xbf, two_left) << three_left
         | within(0xa0, 0xbf, one_left) << after_e0 | within(0x80, 0x9f, one_left) << after_ed
         | within(0x90, 0xbf, two_left) << after_f0 | within(0x80, 0x8f, two_left) << after_f4
         | std::uint64_t{broken} << broken;
}

constexpr auto steps = [] {
  std::array<std::uint64_t, 256> made{};
  for (unsigned byte = 0; byte < made.size(); ++byte)
    made[byte] = step_of(byte);
  return made;
}();

// The state is in the lowest bits of what this returns.
std::uint64_t step(std::uint64_t from, unsigned char byte) noexcept {
  return steps[byte] >> (from & state_bits);
}

std::uint64_t step_over_eight(std::uint64_t from, const unsigned char* at) noexcept {
  // Written out: GCC does not unroll loops at -O2, and half of the speed is gone.
  from = step(step(step(step(from, at[0]), at[1]), at[2]), at[3]);
  return step(step(step(step(from, at[4]), at[5]), at[6]), at[7]);
}

bool is_utf8(const unsigned char* at, const unsigned char* end) noexcept {
  std::uint64_t reached = between;
  for (; end - at >= 32; at += 32) {
    if ((reached & state_bits) == between
        && is_ascii(eight_letters(at) | eight_letters(at + 8) | eight_letters(at + 16)
                    | eight_letters(at + 24)))
      continue;
    for (auto i = 0; i < 32; i += 8)
      reached = step_over_eight(reached, at + i);
  }
  for (; end - at >= 8; at += 8)
    if ((reached & state_bits) != between || !is_ascii(eight_letters(at)))
      reached = step_over_eight(reached, at);
  while (at != end)
    reached = step(reached, *at++);
  return (reached & state_bits) == between;
}

// -- all forms ------------------------------------------------------------------------------------

text_form form_of(const unsigned char* at, const unsigned char* end) noexcept {
  auto form = text_form::utf8;
  const unsigned char* after_high = nullptr; // Where a high surrogate has just ended.
  while (at != end) {
    if (*at < 0x80) {
      ++at;
      continue;
    }
    const auto length = sequence_length(at, static_cast<std::size_t>(end - at));
    if (length == 0)
      return text_form::none;
    if (at[0] == 0xed && at[1] >= 0xa0) {
      form = text_form::wtf8;
      const bool low = at[1] >= 0xb0;
      if (low && at == after_high)
        return text_form::none;
      after_high = low ? nullptr : at + length;
    }
    at += length;
  }
  return form;
}

} // namespace

text_form form_of_long_text(std::string_view bytes) noexcept {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = at + bytes.size();
  return is_utf8(at, end) ? text_form::utf8 : form_of(at, end);
}

std::string with_replacements(std::string_view bytes) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  std::string made;
  made.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    const auto length = *at < 0x80 ? 1 : sequence_length(at, bytes.size());
    const bool surrogate = length == 3 && at[0] == 0xed && at[1] >= 0xa0;
    made += length == 0 || surrogate ? replacement : bytes.substr(0, length);
    bytes.remove_prefix(std::max<std::size_t>(1, length));
  }
  return made;
}

} // namespace hawser::detail
