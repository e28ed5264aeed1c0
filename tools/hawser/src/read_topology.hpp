#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "problems.hpp"
#include "topology.hpp"

namespace hawser {
class behaviour_catalogue;
} // namespace hawser

namespace hawser::tool {

/// Larger files are refused before they are read.
inline constexpr std::size_t topology_bytes_max = std::size_t{64} << 20;

/// Contexts of one topology, all groups together.
inline constexpr std::size_t topology_contexts_max = 1'000'000;

/// Channels of one topology, all patterns together.
inline constexpr std::size_t topology_channels_max = 4'000'000;

/// Reads a topology file as TOPOLOGY.md describes it. Everything that is wrong with it goes to
/// `found`, and then there is no topology. It refers to `behaviours`.
std::optional<topology> read_topology(const std::string& file,
                                      const behaviour_catalogue& behaviours, problems& found);

} // namespace hawser::tool
