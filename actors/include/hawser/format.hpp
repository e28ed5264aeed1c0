#pragma once

// `fmt::format("{}", value)` for what hawser can show. Include it where that is wanted.

#include <concepts>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "hawser/broadcast_channel.hpp"
#include "hawser/error.hpp"
#include "hawser/message_port.hpp"
#include "hawser/origin.hpp"
#include "hawser/value.hpp"

namespace hawser::detail {

template <class T>
concept shown_by_to_string = std::same_as<T, value> || std::same_as<T, error> || std::same_as<
  T, origin> || std::same_as<T, message_port> || std::same_as<T, broadcast_channel>;

} // namespace hawser::detail

/// As text, with the options of a string: `{:>20}`, `{:.40}`.
template <hawser::detail::shown_by_to_string T>
struct fmt::formatter<T> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const T& from, Context& context) const {
    return fmt::formatter<std::string_view>::format(to_string(from), context);
  }
};
