#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <hawser/router.hpp>

#include "report.hpp"

namespace hawser::tool {

/// What `hawser node --events` tells whoever has started it: one line of JSON each, described in
/// TOPOLOGY.md.
namespace node_event {

struct listening {
  std::string url;
};

/// `context | text`.
struct line {
  std::string text;
};

struct progress {
  double done = 0;
};

/// Every context has its ports and has begun.
struct begun {};

/// A context saw `close` at a port it was given.
struct closed {
  std::uint32_t channel = 0;
  std::uint32_t side = 0;
  std::string reason;
};

struct ended {
  std::uint32_t context = 0;
};

/// Every context of the node has ended, and nothing more will be printed.
struct all_ended {};

/// The node knows now what it has to report of an end that is not a good one.
struct looked {};

/// One end of a channel that reaches over nodes: where it is, and where its end posts to.
struct way {
  std::string from;
  std::string to;        ///< Empty: it posts to nobody.
  std::string successor; ///< Where the end has gone; then this only passes on.
};

struct routes {
  std::vector<way> ways;
};

/// The last one.
struct reported {
  run_report what;
};

} // namespace node_event

using any_node_event =
  std::variant<node_event::listening, node_event::begun, node_event::line, node_event::progress,
               node_event::closed, node_event::ended, node_event::all_ended, node_event::looked,
               node_event::routes, node_event::reported>;

/// Without the end of the line.
std::string to_json_line(const any_node_event& from);

std::optional<any_node_event> parse_node_event(std::string_view line);

node_event::routes to_routes(node_id self, const std::vector<waypoint_snapshot>& waypoints);

} // namespace hawser::tool
