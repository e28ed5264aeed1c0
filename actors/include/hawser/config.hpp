#pragma once

#include <string>

#include <caf/actor_system_config.hpp>

#include "hawser/error.hpp"
#include "hawser/limits.hpp"

namespace hawser {

/// CAF's configuration with hawser's options beside it, all under `hawser`.
///
/// Read in CAF's way: from the file `hawser.conf` (or `--config-file=PATH`), then from environment
/// variables (`HAWSER_LOG_LEVEL` for `hawser.log-level` and so on), then from the command line
/// (`--hawser.log-level=debug`); later ones win.
class config : public caf::actor_system_config {
public:
  config();

  /// Reads all three sources. `syntax_error` names the option or the line that is wrong.
  error read(int argc, char** argv);

  /// `trace`, `debug`, `info`, `warning`, `error`, `critical` or `off`.
  std::string log_level = "warning";

  /// Other levels for single components: `context=debug,port=trace`. The components are `system`,
  /// `context`, `port` and `node`.
  std::string log_components;

  /// Log to this file instead of standard error.
  std::string log_file;

  /// Ports get no `close` events, as in browsers.
  bool strict_html = false;

  /// Keep track of ports, so that `system::open_ports` knows them and their former owners, and log
  /// those that were never closed when the system ends. Costs memory for every channel.
  bool track_ports = false;

  /// The bounds of every context that is not opened with its own.
  hawser::limits limits;
};

} // namespace hawser
