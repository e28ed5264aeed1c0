#pragma once

#include <optional>
#include <string>

#include "hawser/limits.hpp"

namespace hawser {

/// HTML #workeroptions, without what concerns fetching a script.
struct worker_options {
  /// For logs and graphs; with the script's name it says which shared worker is meant.
  std::string name;

  /// Instead of the configured ones. Those of a shared worker's first client count.
  std::optional<hawser::limits> limits;
};

} // namespace hawser
