#pragma once

#include <optional>
#include <string>
#include <vector>

#include <hawser/behaviour.hpp>

namespace hawser::tool {

/// Seconds a run may take when neither the topology nor the command line says.
inline constexpr double default_deadline_s = 60;

/// A node that shall be killed, so many seconds after all contexts have begun.
struct planned_kill {
  std::string node;
  double after_s = 0;
};

struct run_options {
  std::string file;
  std::string graph; ///< Where to draw; nowhere if empty.
  std::string log_level;
  std::optional<double> deadline_s;
  std::vector<std::string> libraries; ///< For the nodes; this process has loaded them itself.
  std::vector<std::string> kill;      ///< `NAME@SECONDS`, as it was given,
  std::vector<planned_kill> kills;    ///< These, as they were read, and those of the topology.
  bool print_commands = false;
  bool json = false;
  bool no_table = false;
};

/// Validates a topology. Returns what the process exits with.
int check_topology(const std::string& file, const behaviour_catalogue& behaviours);

/// Validates a topology, runs it and reports. Returns what the process exits with.
int run_topology(const run_options& options, const behaviour_catalogue& behaviours);

} // namespace hawser::tool
