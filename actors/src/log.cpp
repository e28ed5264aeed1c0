#include "log.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace hawser::detail {
namespace {

constexpr std::array<std::string_view, 4> component_names{"system", "context", "port", "node"};

spdlog::level::level_enum parse_level(std::string_view name) {
  const auto level = spdlog::level::from_str(std::string{name});
  // spdlog answers "off" for every name it does not know.
  if (level == spdlog::level::off && name != "off")
    throw std::invalid_argument("'" + std::string{name}
                                + "' is not a log level; these are: trace, debug, info, warning, "
                                  "error, critical, off");
  return level;
}

std::size_t parse_component(std::string_view name) {
  const auto found = std::ranges::find(component_names, name);
  if (found == component_names.end())
    throw std::invalid_argument(
      "'" + std::string{name} + "' is not a log component; these are: system, context, port, node");
  return static_cast<std::size_t>(found - component_names.begin());
}

spdlog::sink_ptr make_sink(const std::string& file) {
  if (file.empty())
    return std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  } catch (const spdlog::spdlog_ex& failure) {
    throw std::invalid_argument("the log file cannot be written: " + std::string{failure.what()});
  }
}

} // namespace

logs::logs(const config& settings) {
  const auto sink = make_sink(settings.log_file);
  const auto level = parse_level(settings.log_level);
  for (std::size_t i = 0; i < component_names.size(); ++i) {
    loggers_[i] = std::make_shared<spdlog::logger>(std::string{component_names[i]}, sink);
    loggers_[i]->set_pattern("%Y-%m-%d %H:%M:%S.%e [%^%l%$] [%n] %v");
    loggers_[i]->set_level(level);
    loggers_[i]->flush_on(spdlog::level::warn);
  }
  std::string_view rest = settings.log_components;
  while (!rest.empty()) {
    const auto entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos)
      throw std::invalid_argument("'" + std::string{entry}
                                  + "' is not of the form component=level");
    loggers_[parse_component(entry.substr(0, equals))]->set_level(
      parse_level(entry.substr(equals + 1)));
  }
}

} // namespace hawser::detail
