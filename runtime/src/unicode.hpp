#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace hawser::detail {

/// What bytes are as text.
enum class text_form : std::uint8_t {
  utf8,
  wtf8, ///< UTF-8 but for lone surrogates in three bytes each.
  none, ///< Something else. A surrogate pair in six bytes is among it.
};

/// For what is no short ASCII text; for all others it is slower than the next.
text_form form_of_long_text(std::string_view bytes) noexcept;

inline std::uint64_t eight_letters(const void* at) noexcept {
  std::uint64_t eight;
  std::memcpy(&eight, at, sizeof eight);
  return eight;
}

inline bool is_ascii(std::uint64_t eight) noexcept {
  return (eight & 0x8080808080808080) == 0;
}

/// Most text is ASCII of a few letters, a member's name for example: names of up to 15 letters
/// are looked at in two words, which may overlap.
inline text_form text_form_of(std::string_view bytes) noexcept {
  const auto size = bytes.size();
  if (size >= 8 && size <= 16
      && is_ascii(eight_letters(bytes.data()) | eight_letters(bytes.data() + size - 8)))
    return text_form::utf8;
  if (size < 8) {
    unsigned char all = 0;
    for (const auto letter : bytes)
      all |= static_cast<unsigned char>(letter);
    if (all < 0x80)
      return text_form::utf8;
  }
  return form_of_long_text(bytes);
}

/// The same as UTF-8, U+FFFD standing for each lone surrogate and for each byte that is no text.
std::string with_replacements(std::string_view bytes);

} // namespace hawser::detail
