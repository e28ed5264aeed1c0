#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <spdlog/logger.h>

#include "hawser/config.hpp"

namespace hawser::detail {

/// The parts of hawser whose log levels can be set apart.
enum class component : std::uint8_t { system, context, port, node };

/// One logger a component. Lines read
/// `2026-01-31 12:00:00.000 [warning] [context] listener_threw: ...`, with a stable event id.
class logs {
public:
  /// Throws `std::invalid_argument` for a level, component or file that is none.
  explicit logs(const config& settings);

  template <class... Args>
  void write(component from, spdlog::level::level_enum level, const char* event_id,
             spdlog::format_string_t<Args...> format, Args&&... args) {
    auto& logger = *loggers_[static_cast<std::size_t>(from)];
    if (logger.should_log(level))
      logger.log(level, "{}: {}", event_id, fmt::format(format, std::forward<Args>(args)...));
  }

private:
  std::array<std::shared_ptr<spdlog::logger>, 4> loggers_;
};

} // namespace hawser::detail
