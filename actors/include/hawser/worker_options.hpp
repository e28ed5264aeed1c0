#pragma once

#include <optional>
#include <string>

#include "hawser/limits.hpp"

namespace hawser {

/// HTML #workeroptions, without what concerns fetching a script.
struct worker_options {
  /// For logs and graphs; with the script's name it says which shared worker is meant.
  std::string name;

  /// Instead of the configured ones. Those of a shared worker's first client count. At another node
  /// they are always that node's.
  std::optional<hawser::limits> limits;

  /// The node that shall run it: the name of one that is connected or will soon be
  /// (`node_options::patience`), or `hawser://host:port`. None given: this process.
  ///
  /// Of the script only the name goes there, for `system::define_worker_script` at that node. The
  /// node must start workers for this one (`node_options::workers_for`). When it cannot be reached
  /// or will not, the worker object gets an `error` event that says why; when it is lost, the
  /// channels to the worker end as all do, and the worker with them.
  std::string node = {};
};

} // namespace hawser
