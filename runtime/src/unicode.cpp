#include "unicode.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

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

constexpr std::uint64_t high_bits = 0x8080808080808080;

} // namespace

text_form text_form_of(std::string_view bytes) noexcept {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = at + bytes.size();
  auto form = text_form::utf8;
  const unsigned char* after_high = nullptr; // Where a high surrogate has just ended.
  while (at < end) {
    if (end - at >= 8) {
      std::uint64_t eight;
      std::memcpy(&eight, at, sizeof eight);
      if ((eight & high_bits) == 0) {
        at += sizeof eight;
        continue;
      }
    }
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
