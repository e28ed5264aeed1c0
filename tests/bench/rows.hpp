#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <hawser/system.hpp>

#include "idle_channels.hpp"
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

/// A row about memory: a figure in bytes.
struct memory_row {
  std::string name;
  std::string what;
  std::uint64_t count; ///< Channels per run.
  std::uint64_t quick_count;
  idle_port kind;
};

const std::vector<speed_row>& speed_rows();
const std::vector<memory_row>& memory_rows();

} // namespace bench
