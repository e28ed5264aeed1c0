#include "hawser/origin.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <compare>
#include <tuple>

#include "origin_host.hpp"

namespace hawser {

struct detail::known_scheme {
  std::string_view name;
  std::optional<std::uint16_t> default_port;
};

namespace {

using detail::known_scheme;

// URL #special-scheme but for `file`, and our own for node origins: IMPLEMENTATION-DEFINED(I3).
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

error wrong(std::string_view why) {
  return {errc::syntax_error, std::string{why}};
}

// URL #concept-basic-url-parser, steps 1.2 and 3: what is not looked at.
std::string stripped(std::string_view url) {
  const auto is_edge = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!url.empty() && is_edge(url.front()))
    url.remove_prefix(1);
  while (!url.empty() && is_edge(url.back()))
    url.remove_suffix(1);
  std::string made{url};
  std::erase_if(made, [](char c) { return c == '\t' || c == '\n' || c == '\r'; });
  return made;
}

// URL #scheme-state.
std::optional<std::string> scheme_of(std::string_view url) {
  const auto colon = url.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(url.front()))
    return std::nullopt;
  std::string scheme{url.substr(0, colon)};
  for (char& c : scheme) {
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.')
      return std::nullopt;
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  }
  return scheme;
}

struct host_and_port {
  std::string_view host;
  std::string_view port;
  bool has_port = false;
};

// URL #authority-state and #host-state: without user and password, cut at the first colon that is
// not in brackets.
host_and_port split_authority(std::string_view authority) noexcept {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  bool in_brackets = false;
  for (std::size_t i = 0; i < authority.size(); ++i) {
    if (authority[i] == '[')
      in_brackets = true;
    else if (authority[i] == ']')
      in_brackets = false;
    else if (authority[i] == ':' && !in_brackets)
      return {authority.substr(0, i), authority.substr(i + 1), true};
  }
  return {authority, {}};
}

// URL #port-state. No digits are no port.
result<std::optional<std::uint16_t>> parse_port(std::string_view digits) {
  std::uint32_t number = 0;
  for (const char c : digits) {
    number = is_digit(c) ? number * 10 + static_cast<std::uint32_t>(c - '0') : 65536;
    if (number > 65535)
      return wrong("its port is not a number from 0 to 65535");
  }
  if (digits.empty())
    return std::optional<std::uint16_t>{};
  return std::optional{static_cast<std::uint16_t>(number)};
}

// URL #path-or-authority-state: what can be wrong in a URL whose scheme is not special.
error check_opaque_url(std::string_view rest) {
  if (!rest.starts_with("//"))
    return {};
  const auto authority = rest.substr(2, rest.find_first_of("/?#", 2) - 2);
  const auto parts = split_authority(authority);
  if (parts.host.empty() && (parts.has_port || authority.find('@') != std::string_view::npos))
    return wrong("it has no host");
  if (auto err = detail::check_opaque_host(parts.host))
    return err;
  const auto port = parse_port(parts.port);
  return port ? error{} : port.error();
}

bool is_drive_letter(std::string_view text) noexcept {
  return text.size() == 2 && is_letter(text[0]) && (text[1] == ':' || text[1] == '|');
}

// URL #file-host-state.
error check_file_url(std::string_view rest) {
  constexpr std::string_view slashes = "/\\";
  if (rest.size() < 2 || slashes.find(rest[0]) == std::string_view::npos
      || slashes.find(rest[1]) == std::string_view::npos)
    return {};
  const auto host = rest.substr(2, rest.find_first_of("/\\?#", 2) - 2);
  if (host.empty() || is_drive_letter(host))
    return {};
  const auto parsed = detail::parse_host(host);
  return parsed ? error{} : parsed.error();
}

error bad(std::string_view url, const error& why) {
  std::string what{"'"};
  what.append(url).append("' is not an absolute URL: ").append(why.what());
  return {errc::syntax_error, std::move(what)};
}

} // namespace

origin origin::opaque() {
  static std::atomic<std::uint64_t> last{0};
  origin made;
  made.opaque_id_ = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return made;
}

result<origin> origin::parse(std::string_view url) {
  const auto text = stripped(url);
  const auto scheme = scheme_of(text);
  if (!scheme)
    return bad(url, wrong("it has no scheme"));
  const auto rest = std::string_view{text}.substr(scheme->size() + 1);
  if (*scheme == "blob")
    return of_blob(url, rest);
  const auto known = std::ranges::find(known_schemes, *scheme, &known_scheme::name);
  if (known == known_schemes.end()) {
    if (auto err = *scheme == "file" ? check_file_url(rest) : check_opaque_url(rest))
      return bad(url, err);
    return opaque();
  }
  // URL #special-authority-ignore-slashes-state: any number of slashes, either way round.
  const auto begin = std::min(rest.find_first_not_of("/\\"), rest.size());
  const auto authority = rest.substr(begin, rest.find_first_of("/\\?#", begin) - begin);
  const auto parts = split_authority(authority);
  auto host = detail::parse_host(parts.host);
  if (!host)
    return bad(url, host.error());
  const auto port = parse_port(parts.port);
  if (!port)
    return bad(url, port.error());
  origin made;
  made.scheme_ = &*known;
  made.host_ = *std::move(host);
  if (*port != known->default_port)
    made.port_ = *port;
  return made;
}

// URL #concept-url-origin for `blob`: its path is a URL, and speaks for the origin of that one if
// it is of a kind that makes blobs.
result<origin> origin::of_blob(std::string_view url, std::string_view rest) {
  if (auto err = check_opaque_url(rest))
    return bad(url, err);
  const auto path = rest.substr(0, rest.find_first_of("?#"));
  const auto scheme = scheme_of(stripped(path));
  if (scheme != "http" && scheme != "https" && scheme != "hawser")
    return opaque();
  auto inner = parse(path);
  return inner ? *std::move(inner) : opaque();
}

bool origin::is_inherited(std::string_view url) {
  const auto text = stripped(url);
  const auto scheme = scheme_of(text);
  if (scheme != "about")
    return scheme == "javascript";
  // HTML #matches-about:blank: query and fragment do not count.
  const auto rest = std::string_view{text}.substr(scheme->size() + 1);
  const auto path = rest.substr(0, rest.find_first_of("?#"));
  return path == "blank" || path == "srcdoc";
}

std::string_view origin::scheme() const noexcept {
  return scheme_ == nullptr ? std::string_view{} : scheme_->name;
}

std::strong_ordering operator<=>(const origin& lhs, const origin& rhs) noexcept {
  const auto compare = std::compare_three_way{};
  if (const auto schemes = compare(lhs.scheme_, rhs.scheme_); std::is_neq(schemes))
    return schemes;
  return std::tie(lhs.host_, lhs.port_, lhs.opaque_id_)
         <=> std::tie(rhs.host_, rhs.port_, rhs.opaque_id_);
}

std::string to_string(const origin& from) {
  if (from.is_opaque())
    return "null";
  auto text = std::string{from.scheme()} + "://" + from.host();
  if (from.port())
    text += ":" + std::to_string(*from.port());
  return text;
}

} // namespace hawser
