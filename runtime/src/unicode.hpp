#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hawser::detail {

/// What bytes are as text.
enum class text_form : std::uint8_t {
  utf8,
  wtf8, ///< UTF-8 but for lone surrogates in three bytes each.
  none, ///< Something else. A surrogate pair in six bytes is among it.
};

text_form text_form_of(std::string_view bytes) noexcept;

/// The same as UTF-8, U+FFFD standing for each lone surrogate and for each byte that is no text.
std::string with_replacements(std::string_view bytes);

} // namespace hawser::detail
