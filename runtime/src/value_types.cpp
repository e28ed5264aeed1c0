#include <algorithm>
#include <array>

#include "hawser/value.hpp"

namespace hawser {

// ECMAScript #sec-escaperegexppattern.
result<reg_exp> reg_exp::make(std::string_view source, std::string_view flags) {
  constexpr std::string_view known = "dgimsuvy";
  std::string sorted{flags};
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (known.find(sorted[i]) == std::string_view::npos)
      return error{errc::syntax_error, "regular expression flags '" + std::string{flags}
                                         + "': there is no flag '" + sorted[i] + "'"};
    if (i > 0 && sorted[i] == sorted[i - 1])
      return error{errc::syntax_error, "regular expression flags '" + std::string{flags} + "': '"
                                         + sorted[i] + "' twice"};
  }
  if (sorted.find('u') != std::string::npos && sorted.find('v') != std::string::npos)
    return error{errc::syntax_error,
                 "regular expression flags '" + std::string{flags} + "': 'u' and 'v' together"};
  if (source.empty())
    return reg_exp{"(?:)", std::move(sorted)};
  std::string escaped;
  bool in_class = false;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const char letter = source[i];
    if (letter == '\\' && i + 1 < source.size() && source[i + 1] != '\n' && source[i + 1] != '\r') {
      escaped.append(source.substr(i++, 2));
    } else if (letter == '\n' || letter == '\r') {
      escaped.append(letter == '\n' ? "\\n" : "\\r");
    } else if (letter == '/' && !in_class) {
      escaped.append("\\/");
    } else {
      in_class = letter == '[' || (in_class && letter != ']');
      escaped.push_back(letter);
    }
  }
  return reg_exp{std::move(escaped), std::move(sorted)};
}

// WebIDL #dfn-error-names-table.
std::uint16_t dom_exception::code() const noexcept {
  static constexpr std::array<std::string_view, 25> names = {
    "IndexSizeError",
    "",
    "HierarchyRequestError",
    "WrongDocumentError",
    "InvalidCharacterError",
    "",
    "NoModificationAllowedError",
    "NotFoundError",
    "NotSupportedError",
    "InUseAttributeError",
    "InvalidStateError",
    "SyntaxError",
    "InvalidModificationError",
    "NamespaceError",
    "InvalidAccessError",
    "",
    "TypeMismatchError",
    "SecurityError",
    "NetworkError",
    "AbortError",
    "URLMismatchError",
    "QuotaExceededError",
    "TimeoutError",
    "InvalidNodeTypeError",
    "DataCloneError",
  };
  const auto found = name.empty() ? names.end() : std::ranges::find(names, name);
  return found == names.end() ? 0 : static_cast<std::uint16_t>(found - names.begin() + 1);
}

dom_exception dom_exception::from(const hawser::error& err) {
  return {std::string{to_string(err.code())}, err.what()};
}

} // namespace hawser
