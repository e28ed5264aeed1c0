#pragma once

#include <string>
#include <vector>

#include "report.hpp"
#include "topology.hpp"

namespace hawser::tool {

/// Larger pictures are refused: nobody could read them, and drawing them takes for ever.
inline constexpr std::size_t contexts_drawn_max = 500;

/// Channels that are drawn; the picture says how many more there are.
inline constexpr std::size_t channels_drawn_max = 1000;

/// The contexts, how they nest, and every channel between whoever holds its ends, with the messages
/// posted at each end. For Graphviz.
std::string to_dot(const topology& what, const std::vector<channel_report>& channels);

/// The same as a Mermaid flowchart.
std::string to_mermaid(const topology& what, const std::vector<channel_report>& channels);

} // namespace hawser::tool
