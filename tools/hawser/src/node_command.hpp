#pragma once

#include <optional>
#include <string>
#include <vector>

#include <hawser/behaviour.hpp>
#include <hawser/node.hpp>

namespace hawser::tool {

struct node_command_options {
  std::string name;
  std::string file;
  std::string listen;               ///< Instead of what the topology says.
  std::vector<std::string> connect; ///< URLs of other nodes.
  std::string log_level;
  std::optional<double> deadline_s;
  tls_files tls; ///< Instead of what the topology says, all or none.
  exposure to = exposure::loopback;
  bool events = false; ///< JSON for whoever has started it, who also judges the run.
  bool no_table = false;
};

/// Runs the contexts of one node of a topology. Returns what the process exits with.
int run_node(const node_command_options& options, const behaviour_catalogue& behaviours);

} // namespace hawser::tool
