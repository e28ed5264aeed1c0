#include "hawser/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/system.hpp"

namespace hawser {
namespace {

constexpr std::string_view option_names[] = {
  "log-level",
  "log-components",
  "log-file",
  "queue-bytes-max",
  "queue-messages-max",
  "transfers-per-message-max",
  "value-depth-max",
  "ports-per-context-max",
  "deliveries-per-port-max",
  "deliveries-per-turn-max",
};

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
  for (const auto option : option_names)
    if (const char* content = std::getenv(environment_name(option).c_str()))
      all.push_back("--hawser." + std::string{option} + "=" + content);
  for (int i = 1; i < argc; ++i)
    all.emplace_back(argv[i]);
  return all;
}

// Not every CAF names the option it could not read, least of all one from the environment.
std::string environment_text() {
  std::string text;
  for (const auto option : option_names)
    if (const char* content = std::getenv(environment_name(option).c_str()))
      text += (text.empty() ? "; the environment says " : ", ") + environment_name(option) + "="
              + content;
  return text;
}

} // namespace

config::config() {
  detail::set_config_file(*this, "hawser.conf");
  opt_group{custom_options_, "hawser"}
    .add(log_level, "log-level", "trace, debug, info, warning, error, critical or off")
    .add(log_components, "log-components", "levels of components: system=..,context=..,port=..")
    .add(log_file, "log-file", "where to log instead of standard error")
    .add(limits.queue_bytes_max, "queue-bytes-max", "bytes waiting in one port")
    .add(limits.queue_messages_max, "queue-messages-max", "messages waiting in one port")
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
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (auto& argument : arguments)
    pointers.push_back(argument.data());
  if (auto err = parse(static_cast<int>(pointers.size()), pointers.data()))
    return {errc::syntax_error,
            "the configuration cannot be read: " + to_string(err) + environment_text()};
  return {};
}

} // namespace hawser
