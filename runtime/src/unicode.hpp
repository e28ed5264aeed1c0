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

inline std::uint64_t four_letters(const void* at) noexcept {
  std::uint32_t four;
  std::memcpy(&four, at, sizeof four);
  return four;
}

inline bool is_ascii(std::uint64_t letters) noexcept {
  return (letters & 0x8080808080808080) == 0;
}

/// Most text is ASCII of a few letters, a member's name for example. It is looked at in two words,
/// which overlap; that is 8 % of the instructions of encoding a record.
inline text_form text_form_of(std::string_view bytes) noexcept {
  const auto* at = bytes.data();
  const auto size = bytes.size();
  std::uint64_t letters = ~std::uint64_t{0};
  if (size >= 8 && size <= 16)
    letters = eight_letters(at) | eight_letters(at + size - 8);
  else if (size >= 4 && size < 8)
    letters = four_letters(at) | four_letters(at + size - 4);
  else if (size > 0 && size < 4)
    letters = std::uint64_t{static_cast<unsigned char>(at[0])}
              | static_cast<unsigned char>(at[size / 2]) | static_cast<unsigned char>(at[size - 1]);
  return is_ascii(letters) ? text_form::utf8 : form_of_long_text(bytes);
}

/// The same as UTF-8, U+FFFD standing for each lone surrogate and for each byte that is no text.
std::string with_replacements(std::string_view bytes);

} // namespace hawser::detail
