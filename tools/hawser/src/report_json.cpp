#include "report_json.hpp"

#include <algorithm>
#include <cinttypes>

#include <nlohmann/json.hpp>

namespace hawser::tool {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const channel_report& from) {
  auto ends = ordered_json::array();
  for (const auto& end : from.ends)
    ends.push_back({{"context", end.context},
                    {"port", end.port},
                    {"posted_messages", end.posted_messages},
                    {"posted_bytes", end.posted_bytes}});
  ordered_json made{{"name", from.name}, {"planned", from.planned}, {"ends", std::move(ends)}};
  if (from.planned)
    made["number"] = from.number;
  return made;
}

channel_report channel_from_json(const ordered_json& from) {
  channel_report made;
  made.name = from.at("name");
  made.planned = from.at("planned");
  made.number = from.value("number", 0U);
  for (std::size_t side = 0; side < 2; ++side) {
    const auto& end = from.at("ends").at(side);
    made.ends[side] = {end.at("context"), end.at("port"), end.at("posted_messages"),
                       end.at("posted_bytes")};
  }
  return made;
}

outcome outcome_from(const std::string& text) {
  for (const auto each : {outcome::held, outcome::unmet, outcome::failed, outcome::late})
    if (text == to_string(each))
      return each;
  return outcome::interrupted;
}

} // namespace

ordered_json to_json(const run_report& from) {
  ordered_json made;
  made["outcome"] = to_string(from.how);
  made["exit_code"] = exit_code(from);
  made["contexts"] = from.contexts;
  made["ports"] = from.ports;
  made["messages"] = from.messages;
  made["bytes"] = from.bytes;
  made["rate_per_s"] = rate_of(from);
  made["time_s"] = from.run_s;
  made["opening_s"] = from.opening_s;
  made["posts_refused"] = from.posts_refused;
  made["failed"] = ordered_json::array();
  for (const auto& each : from.failures)
    made["failed"].push_back({{"context", each.context}, {"what", each.what}});
  made["missing"] = from.missing;
  made["unexpected"] = from.unexpected;
  made["open"] = from.open;
  made["queued"] = ordered_json::array();
  for (const auto& each : from.queued)
    made["queued"].push_back(
      {{"where", each.where}, {"messages", each.messages}, {"bytes", each.bytes}});
  made["stuck"] = from.stuck;
  if (!from.unreached.empty())
    made["unreached"] = from.unreached;
  if (!from.nodes.empty()) {
    made["processes"] = from.nodes.size();
    made["final_hops"] = from.hops ? ordered_json(*from.hops) : ordered_json(nullptr);
    made["closes"] = from.closes;
    made["nodes"] = ordered_json::array();
    for (const auto& each : from.nodes)
      made["nodes"].push_back({{"name", each.name},
                               {"killed", each.killed},
                               {"contexts", each.contexts},
                               {"ports", each.ports},
                               {"messages", each.messages},
                               {"bytes", each.bytes}});
  }
  if (!from.links.empty())
    made["links"] = ordered_json::array();
  for (const auto& each : from.links)
    made["links"].push_back(
      {{"from", each.from},
       {"to", each.to},
       {"round_trip_ms",
        each.round_trip_ms ? ordered_json(*each.round_trip_ms) : ordered_json(nullptr)},
       {"bytes_out", each.bytes_out},
       {"bytes_in", each.bytes_in}});
  made["channels"] = ordered_json::array();
  for (const auto& each : from.channels)
    made["channels"].push_back(to_json(each));
  return made;
}

run_report report_from_json(const ordered_json& from) {
  run_report made;
  made.how = outcome_from(from.at("outcome"));
  made.contexts = from.at("contexts");
  made.ports = from.at("ports");
  made.messages = from.at("messages");
  made.bytes = from.at("bytes");
  made.run_s = from.at("time_s");
  made.opening_s = from.at("opening_s");
  made.posts_refused = from.at("posts_refused");
  for (const auto& each : from.at("failed"))
    made.failures.push_back({each.at("context"), each.at("what")});
  made.open = from.at("open").get<std::vector<std::string>>();
  for (const auto& each : from.at("queued"))
    made.queued.push_back({each.at("where"), each.at("messages"), each.at("bytes")});
  made.stuck = from.at("stuck").get<std::vector<std::string>>();
  if (from.contains("unreached"))
    made.unreached = from.at("unreached").get<std::vector<std::string>>();
  if (from.contains("links"))
    for (const auto& each : from.at("links")) {
      link_report link{
        each.at("from"), each.at("to"), {}, each.at("bytes_out"), each.at("bytes_in")};
      if (!each.at("round_trip_ms").is_null())
        link.round_trip_ms = each.at("round_trip_ms").get<std::uint64_t>();
      made.links.push_back(std::move(link));
    }
  for (const auto& each : from.at("channels"))
    made.channels.push_back(channel_from_json(each));
  return made;
}

} // namespace hawser::tool
