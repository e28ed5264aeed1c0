#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawser::tool {

/// How a run ended.
enum class outcome : std::uint8_t {
  held,        ///< What was expected has happened.
  unmet,       ///< It has not, and cannot any more; or something else has.
  failed,      ///< A context failed.
  late,        ///< The deadline passed.
  interrupted, ///< Somebody pressed Ctrl-C.
};

struct context_failure {
  std::string context;
  std::string what;
};

/// Messages that waited for somebody when a run ended.
struct waiting_messages {
  std::string where;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

struct channel_report {
  struct end {
    std::string context; ///< Who holds it now, or held it last.
    std::string port;    ///< Its name in the topology, for the context that had it first.
    std::uint64_t posted_messages = 0; ///< From this end to the other.
    std::uint64_t posted_bytes = 0;
  };

  std::string name;
  bool planned = true;      ///< It stands in the topology,
  std::uint32_t number = 0; ///< as the how manieth, from 0.
  std::array<end, 2> ends;
};

/// One node's part in a run of several.
struct node_report {
  std::string name;
  bool killed = false; ///< It could report nothing.
  std::uint64_t contexts = 0;
  std::uint64_t ports = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

/// A connection of two nodes, as one of them has seen it.
struct link_report {
  std::string from;
  std::string to;
  std::optional<std::uint64_t> round_trip_ms; ///< None if there was no time to measure it.
  std::uint64_t bytes_out = 0;
  std::uint64_t bytes_in = 0;
};

/// What there is to say about a run.
struct run_report {
  outcome how = outcome::held;
  int signal = 0; ///< That interrupted it.
  double deadline_s = 0;
  std::vector<context_failure> failures;
  std::vector<std::string> missing;     ///< Lines that were expected.
  std::vector<std::string> unexpected;  ///< Lines that were not.
  std::vector<std::string> open;        ///< Contexts that had not ended, unless all was well.
  std::vector<waiting_messages> queued; ///< What waited then.
  std::vector<std::string> stuck;       ///< Contexts that did not even end when told to.
  std::vector<std::string> unreached;   ///< Nodes that were not heard of.

  std::uint64_t contexts = 0;
  std::uint64_t ports = 0;
  std::uint64_t channels_made = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t posts_refused = 0;
  double opening_s = 0;
  double run_s = 0;
  std::vector<channel_report> channels;

  std::vector<node_report> nodes; ///< None if all was in one process.
  std::vector<link_report> links;
  /// Connections on the longest way between two ends, after all else; none if there was no way.
  std::optional<std::uint64_t> hops;
  /// Ports to contexts of killed nodes whose owners, on other nodes, saw `close`: how many, by
  /// reason.
  std::map<std::string, std::uint64_t> closes;
};

std::string_view to_string(outcome how) noexcept;

/// Messages in a second.
double rate_of(const run_report& of) noexcept;

/// What the process exits with.
int exit_code(const run_report& of) noexcept;

/// Says what went wrong, where and what was waiting; nothing when all is well.
void print_trouble(const run_report& of, std::FILE* to);

void print_table(const run_report& of, std::FILE* to);

void print_json(const run_report& of, std::FILE* to);

} // namespace hawser::tool
