#include "node_events.hpp"

#include <nlohmann/json.hpp>

#include "report_json.hpp"

namespace hawser::tool {
namespace {

using nlohmann::ordered_json;

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

ordered_json to_json(const node_event::routes& from) {
  auto ways = ordered_json::array();
  for (const auto& each : from.ways)
    ways.push_back({{"from", each.from}, {"to", each.to}, {"successor", each.successor}});
  return {{"routes", std::move(ways)}};
}

any_node_event read(const ordered_json& from) {
  if (from.contains("line"))
    return node_event::line{from["line"]};
  if (from.contains("listening"))
    return node_event::listening{from["listening"]};
  if (from.contains("progress"))
    return node_event::progress{from["progress"]};
  if (from.contains("ended"))
    return node_event::ended{from["ended"]};
  if (from.contains("begun"))
    return node_event::begun{};
  if (from.contains("all_ended"))
    return node_event::all_ended{};
  if (from.contains("looked"))
    return node_event::looked{};
  if (from.contains("closed")) {
    const auto& what = from["closed"];
    return node_event::closed{what["channel"], what["side"], what["reason"]};
  }
  if (from.contains("routes")) {
    node_event::routes made;
    for (const auto& each : from["routes"])
      made.ways.push_back({each["from"], each["to"], each["successor"]});
    return made;
  }
  return node_event::reported{report_from_json(from.at("report"))};
}

std::string as_text(const link_address& from) {
  char text[66];
  std::snprintf(text, sizeof text, "%016llx%016llx.%016llx%016llx",
                static_cast<unsigned long long>(from.node.high),
                static_cast<unsigned long long>(from.node.low),
                static_cast<unsigned long long>(from.waypoint.high),
                static_cast<unsigned long long>(from.waypoint.low));
  return text;
}

} // namespace

std::string to_json_line(const any_node_event& from) {
  const auto made = std::visit(
    overloaded{[](const node_event::listening& it) {
                 return ordered_json{{"listening", it.url}};
               },
               [](const node_event::begun&) {
                 return ordered_json{{"begun", true}};
               },
               [](const node_event::line& it) {
                 return ordered_json{{"line", it.text}};
               },
               [](const node_event::progress& it) {
                 return ordered_json{{"progress", it.done}};
               },
               [](const node_event::closed& it) {
                 return ordered_json{
                   {"closed", {{"channel", it.channel}, {"side", it.side}, {"reason", it.reason}}}};
               },
               [](const node_event::ended& it) {
                 return ordered_json{{"ended", it.context}};
               },
               [](const node_event::all_ended&) {
                 return ordered_json{{"all_ended", true}};
               },
               [](const node_event::looked&) {
                 return ordered_json{{"looked", true}};
               },
               [](const node_event::routes& it) { return to_json(it); },
               [](const node_event::reported& it) {
                 return ordered_json{{"report", to_json(it.what)}};
               }},
    from);
  // Lines may hold bytes that are no UTF-8.
  return made.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::optional<any_node_event> parse_node_event(std::string_view line) {
  try {
    return read(ordered_json::parse(line));
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

node_event::routes to_routes(node_id self, const std::vector<waypoint_snapshot>& waypoints) {
  node_event::routes made;
  for (const auto& each : waypoints)
    made.ways.push_back({as_text({self, each.id}), each.out ? as_text(*each.out) : std::string{},
                         each.successor ? as_text(*each.successor) : std::string{}});
  return made;
}

} // namespace hawser::tool
