#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hawser/error.hpp"

namespace hawser::detail {

/// `hawser://host:port/name`; an IPv6 host stands in brackets there and without them here.
struct node_address {
  std::string host;
  std::uint16_t port = 0;
  std::string name; ///< Of a window; may be empty.
};

result<node_address> parse_node_address(std::string_view url);

/// Names of nodes are hosts in origins, where capitals make no difference.
std::string in_small_letters(std::string text);

/// Without the window's name.
std::string to_string(const node_address& address);

} // namespace hawser::detail
