#include "list.hpp"

#include <nlohmann/json.hpp>

namespace hawser::tool {
namespace {

std::string shown(const value& content) {
  const auto text = to_string(content);
  return content.type() == value_type::string ? "\"" + text + "\"" : text;
}

std::string notes(const behaviour_argument& of) {
  std::string text{to_string(of.type)};
  if (of.at_least)
    text += ", at least " + to_string(value{*of.at_least});
  if (of.at_most)
    text += ", at most " + to_string(value{*of.at_most});
  return text + (of.fallback.is_undefined() ? ", required" : ", default " + shown(of.fallback));
}

nlohmann::ordered_json to_json(const value& from) {
  if (const auto* text = from.get_if<std::string_view>())
    return *text;
  if (const auto* boolean = from.get_if<bool>())
    return *boolean;
  if (const auto integer = from.as<std::int64_t>())
    return *integer;
  if (const auto number = from.as<double>())
    return *number;
  return nullptr;
}

nlohmann::ordered_json to_json(const behaviour_argument& from) {
  nlohmann::ordered_json made{{"name", from.name},
                              {"type", to_string(from.type)},
                              {"required", from.fallback.is_undefined()},
                              {"help", from.help}};
  if (!from.fallback.is_undefined())
    made["default"] = to_json(from.fallback);
  if (from.at_least)
    made["at_least"] = *from.at_least;
  if (from.at_most)
    made["at_most"] = *from.at_most;
  return made;
}

} // namespace

void print_behaviours(const behaviour_catalogue& all, std::FILE* to) {
  for (const auto& each : all.all()) {
    std::fprintf(to, "%s\n    %s\n", each.name.c_str(), each.help.c_str());
    for (const auto& port : each.ports)
      std::fprintf(to, "    port %-12s %s (%s)\n", port.name.c_str(), port.help.c_str(),
                   std::string{to_string(port.arity)}.c_str());
    for (const auto& argument : each.arguments)
      std::fprintf(to, "    arg  %-12s %s (%s)\n", argument.name.c_str(), argument.help.c_str(),
                   notes(argument).c_str());
    std::fputc('\n', to);
  }
}

void print_behaviours_json(const behaviour_catalogue& all, std::FILE* to) {
  auto made = nlohmann::ordered_json::array();
  for (const auto& each : all.all()) {
    auto ports = nlohmann::ordered_json::array();
    for (const auto& port : each.ports)
      ports.push_back({{"name", port.name}, {"arity", to_string(port.arity)}, {"help", port.help}});
    auto arguments = nlohmann::ordered_json::array();
    for (const auto& argument : each.arguments)
      arguments.push_back(to_json(argument));
    made.push_back({{"name", each.name},
                    {"help", each.help},
                    {"ports", std::move(ports)},
                    {"arguments", std::move(arguments)}});
  }
  std::fprintf(to, "%s\n",
               made.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

} // namespace hawser::tool
