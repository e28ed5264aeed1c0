#include "hawser/origin.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>

namespace hawser {
namespace {

struct known_scheme {
  std::string_view name;
  std::optional<std::uint16_t> default_port;
};

// URL #special-scheme, and our own for node origins: IMPLEMENTATION-DEFINED(I3).
constexpr std::array known_schemes{
  known_scheme{"http", 80}, known_scheme{"https", 443}, known_scheme{"ws", 80},
  known_scheme{"wss", 443}, known_scheme{"ftp", 21},    known_scheme{"hawser", {}},
};

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::string lowered(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return made;
}

error bad(std::string_view url, std::string_view why) {
  std::string what{"'"};
  what.append(url).append("' is not an absolute URL: ").append(why);
  return {errc::syntax_error, std::move(what)};
}

// URL #scheme-state.
std::optional<std::string> scheme_of(std::string_view url) {
  const auto colon = url.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(url.front()))
    return std::nullopt;
  const auto scheme = url.substr(0, colon);
  const bool fits = std::ranges::all_of(
    scheme, [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
  return fits ? std::optional{lowered(scheme)} : std::nullopt;
}

// Only what a literal IPv6 address may hold between its brackets.
bool is_ipv6(std::string_view host) noexcept {
  if (host.size() < 4 || host.front() != '[' || host.back() != ']')
    return false;
  const auto inner = host.substr(1, host.size() - 2);
  return inner.find(':') != std::string_view::npos && std::ranges::all_of(inner, [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
         });
}

// URL #forbidden-domain-code-point. DEVIATION(D8): names outside ASCII are refused.
std::string_view host_trouble(std::string_view host) noexcept {
  if (host.empty())
    return "it has no host";
  if (host.front() == '[')
    return is_ipv6(host) ? "" : "its host is not an IPv6 address";
  for (const char c : host) {
    if (static_cast<unsigned char>(c) >= 0x80)
      return "its host is not ASCII; give the xn-- form";
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f)
      return "its host holds a space or control character";
    if (std::string_view{"#%/:<>?@[\\]^|"}.find(c) != std::string_view::npos)
      return "its host holds a forbidden character";
  }
  return "";
}

} // namespace

origin origin::opaque() {
  static std::atomic<std::uint64_t> last{0};
  origin made;
  made.opaque_id_ = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return made;
}

result<origin> origin::parse(std::string_view url) {
  const auto scheme = scheme_of(url);
  if (!scheme)
    return bad(url, "it has no scheme");
  const auto known = std::ranges::find(known_schemes, *scheme, &known_scheme::name);
  if (known == known_schemes.end())
    return opaque();
  // URL #special-authority-ignore-slashes-state: any number of slashes, either way round.
  auto rest = url.substr(scheme->size() + 1);
  const auto authority_begin = rest.find_first_not_of("/\\");
  if (authority_begin == std::string_view::npos)
    return bad(url, "it has no host");
  rest.remove_prefix(authority_begin);
  auto authority = rest.substr(0, rest.find_first_of("/\\?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);

  std::string_view port_text;
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon)) {
    port_text = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }

  origin made;
  made.scheme_ = *scheme;
  made.host_ = lowered(authority);
  if (const auto trouble = host_trouble(made.host_); !trouble.empty())
    return bad(url, trouble);
  if (!port_text.empty()) {
    std::uint16_t port = 0;
    const auto* last = port_text.data() + port_text.size();
    const auto [end, failure] = std::from_chars(port_text.data(), last, port);
    if (failure != std::errc{} || end != last)
      return bad(url, "its port is not a number from 0 to 65535");
    if (port != known->default_port)
      made.port_ = port;
  }
  return made;
}

std::string to_string(const origin& from) {
  if (from.is_opaque())
    return "null";
  auto text = from.scheme() + "://" + from.host();
  if (from.port())
    text += ":" + std::to_string(*from.port());
  return text;
}

} // namespace hawser
