#pragma once

#include <string>
#include <string_view>

#include "hawser/error.hpp"

namespace hawser::detail {

/// Must a host be read as an IPv4 address? URL #ends-in-a-number-checker.
bool ends_in_a_number(std::string_view host) noexcept;

/// An IPv4 address in any of its spellings (`127.1`, `0x7f000001`, `0177.0.0.1`), as four decimal
/// numbers. URL #concept-ipv4-parser. The error says what is wrong, without the URL.
result<std::string> canonical_ipv4(std::string_view host);

/// What stands between the brackets of an IPv6 address, in its one canonical spelling.
/// URL #concept-ipv6-parser, #concept-ipv6-serializer.
result<std::string> canonical_ipv6(std::string_view inner);

} // namespace hawser::detail
