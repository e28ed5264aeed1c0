#pragma once

// Numbered messages, for whoever wants to see that none is lost, repeated or overtaken while the
// ports they come through change hands.

#include <cstdint>
#include <optional>
#include <utility>

#include <hawser/value.hpp>

namespace hawser::tool {

/// What has come of the numbers from 0 on.
struct number_sequence {
  std::int64_t due = 0;

  /// Was that number due? It goes on behind it in any case.
  bool take(std::int64_t number) noexcept { return std::exchange(due, number + 1) == number; }
};

/// What is no number is one that is never due.
inline std::int64_t number_in(const value& data) {
  return data.as<std::int64_t>().value_or(-1);
}

/// What comes behind the last of so many.
inline value end_mark(std::int64_t posted) {
  return object{{"end_after", posted}};
}

/// How many there were; none if it is no end mark.
inline std::optional<std::int64_t> end_in(const value& data) {
  return data["end_after"].as<std::int64_t>();
}

} // namespace hawser::tool
