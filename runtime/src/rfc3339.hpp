#pragma once

#include <optional>
#include <string_view>

namespace hawser::detail {

/// Milliseconds since 1970-01-01 UTC of a date and time such as `2026-11-21T11:22:34.5+01:00`; none
/// if it is none. A leap second counts as the second after it. RFC 3339 section 5.6.
std::optional<double> rfc3339_time(std::string_view text) noexcept;

} // namespace hawser::detail
