// What every command does that runs a topology, or a part of it.

#include "start.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "read_topology.hpp"

namespace hawser::tool {
namespace {

// A context may be the hub of a large star: it gets all its ports in one message.
std::size_t most_ports(const topology& of) {
  std::vector<std::size_t> ports(of.contexts(), 0);
  for (const auto& channel : of.channels)
    for (const auto& end : channel.ends)
      ++ports[end.context];
  return *std::ranges::max_element(ports);
}

} // namespace

std::optional<topology> read_or_explain(const std::string& file,
                                        const behaviour_catalogue& behaviours) {
  problems found{file};
  auto made = read_topology(file, behaviours, found);
  if (!made) {
    found.print(stderr);
    std::fprintf(stderr, "hawser: %zu %s in %s\n", found.size(),
                 found.size() == 1 ? "problem" : "problems", file.c_str());
  }
  return made;
}

settings::settings(const std::string& wanted_log_level, const topology& what) {
  if (auto err = read(0, nullptr))
    throw std::invalid_argument(err.what());
  if (!wanted_log_level.empty())
    log_level = wanted_log_level;
  limits.transfers_per_message_max =
    std::max(limits.transfers_per_message_max, most_ports(what) + 1);
}

} // namespace hawser::tool
