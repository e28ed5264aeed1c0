#include "listen_address.hpp"

#include <charconv>

namespace hawser::tool {

std::optional<listen_address> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return std::nullopt;
  listen_address made;
  const auto digits = text.substr(colon + 1);
  const auto* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, made.port);
  if (parsed.ec != std::errc{} || parsed.ptr != end)
    return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']') && host.size() > 2)
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return std::nullopt;
  made.host = host;
  return made;
}

std::string to_url(const listen_address& at) {
  const bool ipv6 = at.host.find(':') != std::string::npos;
  return "hawser://" + (ipv6 ? "[" + at.host + "]" : at.host) + ":" + std::to_string(at.port);
}

} // namespace hawser::tool
