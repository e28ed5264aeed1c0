#include "node/node_address.hpp"

#include <charconv>

namespace hawser::detail {

result<node_address> parse_node_address(std::string_view url) {
  const auto wrong = [url](std::string_view what) {
    return error{errc::syntax_error, "'" + std::string{url} + "' is no address of a node: "
                                       + std::string{what} + " (hawser://host:port/name)"};
  };
  constexpr std::string_view scheme = "hawser://";
  if (!url.starts_with(scheme))
    return wrong("it does not begin with hawser://");
  auto rest = url.substr(scheme.size());
  node_address found;
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    found.name = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  const auto colon = rest.rfind(':');
  const bool bracketed = rest.starts_with('[');
  if (colon == std::string_view::npos || (bracketed && (colon == 0 || rest[colon - 1] != ']')))
    return wrong("there is no port");
  const auto port = rest.substr(colon + 1);
  const auto end = port.data() + port.size();
  const auto parsed = std::from_chars(port.data(), end, found.port);
  if (parsed.ec != std::errc{} || parsed.ptr != end || found.port == 0)
    return wrong("the port is no number from 1 to 65535");
  auto host = rest.substr(0, colon);
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return wrong("an IPv6 address must stand in brackets");
  if (host.empty())
    return wrong("there is no host");
  found.host = host;
  return found;
}

std::string in_small_letters(std::string text) {
  for (char& each : text)
    if (each >= 'A' && each <= 'Z')
      each = static_cast<char>(each - 'A' + 'a');
  return text;
}

std::string to_string(const node_address& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return "hawser://" + (ipv6 ? "[" + address.host + "]" : address.host) + ":"
         + std::to_string(address.port);
}

} // namespace hawser::detail
