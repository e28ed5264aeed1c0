#include "hawser/config.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/config_value.hpp>
#include <caf/io/middleman.hpp>
#include <caf/settings.hpp>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/system.hpp"

namespace hawser {
namespace {

constexpr const char* file_name = "hawser.conf";

constexpr std::string_view text_options[] = {"log-level", "log-components", "log-file"};

constexpr std::string_view number_options[] = {
  "queue-bytes-max",           "queue-messages-max",      "posted-bytes-per-context-max",
  "transfers-per-message-max", "value-depth-max",         "ports-per-context-max",
  "deliveries-per-port-max",   "deliveries-per-turn-max",
};

constexpr std::string_view flag_options[] = {"strict-html", "track-ports"};

template <class Visit>
void for_each_option(Visit visit) {
  std::ranges::for_each(text_options, visit);
  std::ranges::for_each(number_options, visit);
  std::ranges::for_each(flag_options, visit);
}

std::string environment_name(std::string_view option) {
  std::string name{"HAWSER_"};
  for (const char letter : option)
    name += letter == '-' ? '_' : static_cast<char>(letter - 'a' + 'A');
  return name;
}

// The environment as if it stood at the front of the command line, where later arguments win. CAF
// 0.18 does not read it by itself. The first entry is the program's name even if nobody gave one.
std::vector<std::string> with_environment(int argc, char** argv) {
  std::vector<std::string> all;
  all.emplace_back(argc > 0 ? argv[0] : "hawser");
  for_each_option([&all](std::string_view option) {
    if (const char* content = std::getenv(environment_name(option).c_str()))
      all.push_back("--hawser." + std::string{option} + "=" + content);
  });
  for (int i = 1; i < argc; ++i)
    all.emplace_back(argv[i]);
  return all;
}

// CAF wants a flag without a value, and then it can only be set. Ours are `true` or `false`, and
// the last one wins.
error take_flag(std::vector<std::string>& arguments, std::string_view name,
                std::optional<bool>& chosen) {
  const auto option = "--hawser." + std::string{name};
  std::string wrong;
  std::erase_if(arguments, [&](const std::string& given) {
    if (given != option && !given.starts_with(option + "="))
      return false;
    const auto text = given == option ? "true" : given.substr(option.size() + 1);
    if (text == "true" || text == "false")
      chosen = text == "true";
    else
      wrong = text;
    return true;
  });
  if (wrong.empty())
    return {};
  return {errc::syntax_error,
          "hawser." + std::string{name} + " must be true or false, not '" + wrong + "'"};
}

// Not every CAF names the option it could not read, least of all one from the environment.
std::string environment_text() {
  std::string text;
  for_each_option([&text](std::string_view option) {
    if (const char* content = std::getenv(environment_name(option).c_str()))
      text += (text.empty() ? "; the environment says " : ", ") + environment_name(option) + "="
              + content;
  });
  return text;
}

// CAF 0.18 passes over options it does not know in a file, and over values of another type. A file
// that cannot be opened was refused before if somebody named it.
error check_file(const std::string& path) {
  const auto all = caf::actor_system_config::parse_config_file(path.c_str());
  if (!all)
    return {};
  const auto* own = caf::get_if<caf::settings>(&*all, "hawser");
  if (own == nullptr)
    return {};
  for (const auto& [name, given] : *own) {
    const bool is_text = std::ranges::find(text_options, name) != std::end(text_options);
    const bool is_number = std::ranges::find(number_options, name) != std::end(number_options);
    const bool is_flag = std::ranges::find(flag_options, name) != std::end(flag_options);
    if (!is_text && !is_number && !is_flag) {
      std::string known;
      for_each_option([&known](std::string_view option) {
        known.append(known.empty() ? "" : ", ").append(option);
      });
      return {errc::syntax_error,
              "there is no option hawser." + std::string{name} + "; there are: " + known};
    }
    if (is_text && !caf::holds_alternative<std::string>(given))
      return {errc::syntax_error, "hawser." + std::string{name} + " must be a text"};
    if (is_number && !caf::holds_alternative<std::int64_t>(given))
      return {errc::syntax_error, "hawser." + std::string{name} + " must be a whole number"};
    if (is_flag && !caf::holds_alternative<bool>(given))
      return {errc::syntax_error, "hawser." + std::string{name} + " must be true or false"};
  }
  return {};
}

} // namespace

config::config() {
  load<caf::io::middleman>(); // Connections of nodes; without one it costs a thread that sleeps.
  detail::set_config_file(*this, file_name);
  opt_group{custom_options_, "hawser"}
    .add(log_level, "log-level", "trace, debug, info, warning, error, critical or off")
    .add(log_components, "log-components", "levels of components: system=..,context=..,port=..")
    .add(log_file, "log-file", "where to log instead of standard error")
    .add(strict_html, "strict-html", "no close events at ports, as in browsers")
    .add(track_ports, "track-ports", "know every port, and log those that were never closed")
    .add(limits.queue_bytes_max, "queue-bytes-max", "bytes waiting in one port")
    .add(limits.queue_messages_max, "queue-messages-max", "messages waiting in one port")
    .add(limits.posted_bytes_per_context_max, "posted-bytes-per-context-max",
         "bytes one context may have posted that nobody has taken")
    .add(limits.transfers_per_message_max, "transfers-per-message-max",
         "ports and buffers transferred in one message")
    .add(limits.value_depth_max, "value-depth-max", "levels of nesting in one message")
    .add(limits.ports_per_context_max, "ports-per-context-max", "ports one context may own")
    .add(limits.deliveries_per_port_max, "deliveries-per-port-max",
         "events of one port before the next has its chance")
    .add(limits.deliveries_per_turn_max, "deliveries-per-turn-max",
         "events of one context before its other work");
}

error config::read(int argc, char** argv) {
  init_global_meta_objects(); // CAF's errors, and parsing meets some, need it.
  auto arguments = with_environment(argc, argv);
  std::optional<bool> strict;
  std::optional<bool> tracked;
  for (const auto& [name, chosen] :
       {std::pair{"strict-html", &strict}, std::pair{"track-ports", &tracked}})
    if (auto err = take_flag(arguments, name, *chosen))
      return {err.code(), "the configuration cannot be read: " + err.what() + environment_text()};
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (auto& argument : arguments)
    pointers.push_back(argument.data());
  if (auto err = parse(static_cast<int>(pointers.size()), pointers.data()))
    return {errc::syntax_error,
            "the configuration cannot be read: " + to_string(err) + environment_text()};
  strict_html = strict.value_or(strict_html);
  track_ports = tracked.value_or(track_ports);
  const auto file = caf::get_or(content, "config-file", std::string{file_name});
  if (auto err = check_file(file))
    return {err.code(), "the configuration cannot be read: " + file + ": " + err.what()};
  return {};
}

} // namespace hawser
