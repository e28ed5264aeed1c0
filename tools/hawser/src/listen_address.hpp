#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hawser::tool {

/// Where a node listens. Port 0 lets the operating system choose.
struct listen_address {
  std::string host;
  std::uint16_t port = 0;
};

/// Reads `host:port`; an IPv6 address stands in brackets.
std::optional<listen_address> parse_listen_address(std::string_view text);

/// `hawser://host:port`, as other nodes write it.
std::string to_url(const listen_address& at);

} // namespace hawser::tool
