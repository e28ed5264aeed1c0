#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <hawser/system.hpp>

#include "workload.hpp"

namespace bench {

/// How thoroughly to measure.
struct effort {
  unsigned repetitions = 7;
  bool quick = false; ///< Fewer operations per run, and smaller worlds.
};

/// Makes one side of a row. Throws `peer_absent` where that is not possible on this machine.
using load_factory = std::function<std::unique_ptr<workload>(hawser::system&, const effort&)>;

/// What a ratio compares. Both sides are measured in operations per second.
enum class ratio_of {
  rates, ///< Subject over peer: above 1 where hawser is faster.
  costs, ///< Time per operation of the subject over that of the peer: above 1 where it is slower.
};

/// A row about speed. With a peer it is a ratio, without one a figure in operations per second.
struct speed_row {
  std::string name;
  std::string what;
  std::string operation; ///< One of what is counted: "message".
  std::uint64_t count;   ///< Operations per run, the same on both sides.
  std::uint64_t quick_count;
  load_factory subject;
  load_factory peer;             ///< Empty for a figure.
  std::string peer_name = "CAF"; ///< What the peer is.
  ratio_of of = ratio_of::rates;
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

/// The geometric mean of all speed rows whose names begin with this one's name and a dot.
struct mean_row {
  std::string name;
  std::string what;
};

const std::vector<speed_row>& speed_rows();
const std::vector<figure_row>& figure_rows();
const std::vector<mean_row>& mean_rows();

enum class bound { at_least, at_most };

/// What a row has to reach.
struct target {
  bench::bound bound;
  double value;
};

/// None for rows that only inform.
std::optional<target> target_of(std::string_view row);

} // namespace bench
