#pragma once

#include <optional>
#include <string>

#include <hawser/behaviour.hpp>
#include <hawser/config.hpp>

#include "topology.hpp"

namespace hawser::tool {

/// What the process exits with when something given to it was wrong and nothing was run.
inline constexpr int exit_refused = 2;

/// Reads a topology; says what is wrong with it if there is none.
std::optional<topology> read_or_explain(const std::string& file,
                                        const behaviour_catalogue& behaviours);

/// hawser's configuration as a run of that topology needs it. Throws `std::invalid_argument`.
struct settings : config {
  settings(const std::string& wanted_log_level, const topology& what);
};

} // namespace hawser::tool
