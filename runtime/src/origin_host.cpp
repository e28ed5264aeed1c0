// Hosts of URLs. The one place that knows libidn2.

#include "origin_host.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <idn2.h>

#include "origin_address.hpp"

namespace hawser::detail {
namespace {

error wrong(std::string_view why) {
  return {errc::syntax_error, std::string{why}};
}

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// URL #forbidden-host-code-point.
bool is_forbidden_in_hosts(char c) noexcept {
  return std::string_view{"\0\t\n\r #/:<>?@[\\]^|", 17}.find(c) != std::string_view::npos;
}

// URL #forbidden-domain-code-point.
bool is_forbidden_in_domains(char c) noexcept {
  return is_forbidden_in_hosts(c) || is_control(c) || c == '%';
}

error forbidden(char c) {
  if (c == ' ' || is_control(c))
    return wrong("its host holds a space or control character");
  return wrong(std::string{"its host holds a forbidden character, '"} + c + "'");
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// URL #string-percent-decode.
std::string percent_decoded(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0
                        && hex_digit(text[i + 2]) >= 0;
    if (escape) {
      made += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      made += text[i];
    }
  }
  return made;
}

std::string lowered(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return made;
}

// Unicode ToASCII, non-transitional. `text` holds no NUL. DEVIATION(D8): what is outside ASCII must
// be allowed by IDNA2008 too, which libidn2 looks at; what already is in the xn-- form need not.
result<std::string> to_ascii(const std::string& text) {
  char* made = nullptr;
  const auto outcome =
    idn2_to_ascii_8z(text.c_str(), &made, IDN2_NONTRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP);
  const std::unique_ptr<char, void (*)(void*)> owned{made, idn2_free};
  if (outcome != IDN2_OK)
    return wrong(std::string{"its host is not an internationalised domain name ("}
                 + idn2_strerror(outcome) + ")");
  return std::string{made};
}

// URL #concept-domain-to-ascii.
result<std::string> domain_to_ascii(const std::string& domain) {
  // It would end the text for libidn2, and is forbidden anyway.
  if (domain.find('\0') != std::string::npos)
    return forbidden('\0');
  auto made = is_ascii(domain) ? result<std::string>{lowered(domain)} : to_ascii(domain);
  if (made && made->empty())
    return wrong("it has no host");
  return made;
}

} // namespace

result<std::string> parse_host(std::string_view text) {
  if (text.empty())
    return wrong("it has no host");
  if (text.front() == '[') {
    if (text.back() != ']')
      return wrong("its host is an IPv6 address without a closing bracket");
    auto inner = canonical_ipv6(text.substr(1, text.size() - 2));
    return inner ? result<std::string>{"[" + *inner + "]"} : inner;
  }
  auto domain = domain_to_ascii(percent_decoded(text));
  if (!domain)
    return domain;
  if (const auto found = std::ranges::find_if(*domain, is_forbidden_in_domains);
      found != domain->end())
    return forbidden(*found);
  return ends_in_a_number(*domain) ? canonical_ipv4(*domain) : domain;
}

error check_opaque_host(std::string_view text) {
  if (text.starts_with('[')) {
    auto parsed = parse_host(text);
    return parsed ? error{} : parsed.error();
  }
  const auto found = std::ranges::find_if(text, is_forbidden_in_hosts);
  return found == text.end() ? error{} : forbidden(*found);
}

} // namespace hawser::detail
