#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <hawser/system.hpp>

#include "workload.hpp"

namespace bench {

/// A row about speed. With a peer it is a ratio, without one a figure in operations per second.
struct speed_row {
  std::string name;
  std::string what;
  std::string operation; ///< One of what is counted: "message".
  std::uint64_t count;   ///< Operations per run, the same on both sides.
  std::uint64_t quick_count;
  std::unique_ptr<workload> (*subject)(hawser::system&);
  std::unique_ptr<workload> (*peer)(hawser::system&); ///< Null for a figure.
  std::string peer_name = "CAF";                      ///< What the peer is.
};

/// A row about something else. Each run is in a process of its own.
struct figure_row {
  std::string name;
  std::string what;
  std::string unit;
  std::uint64_t count; ///< Channels, moves, and the like per run.
  std::uint64_t quick_count;
  double (*figure)(std::uint64_t count);
};

const std::vector<speed_row>& speed_rows();
const std::vector<figure_row>& figure_rows();

} // namespace bench
