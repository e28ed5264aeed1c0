#pragma once

#include <string>
#include <string_view>

#include "hawser/error.hpp"

namespace hawser::detail {

/// The host of a special URL in its one canonical spelling: a domain in lower-case ASCII, an IPv4
/// address as four decimal numbers, or an IPv6 address between brackets. URL #concept-host-parser.
/// The error says what is wrong, without the URL.
result<std::string> parse_host(std::string_view text);

/// Is it a host for a scheme that is not special? URL #concept-opaque-host-parser.
error check_opaque_host(std::string_view text);

} // namespace hawser::detail
