#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor_system.hpp>

#include "context_directory.hpp"
#include "hawser/broadcast_channel.hpp"
#include "hawser/config.hpp"
#include "hawser/open_options.hpp"
#include "hawser/origin.hpp"
#include "log.hpp"
#include "port_tracker.hpp"
#include "shared_worker_directory.hpp"
#include "worker_scripts.hpp"

namespace hawser::detail {

class node_actor;
class system_state;

/// The same limits. Throws `std::invalid_argument` for such as would let nothing happen.
const limits& usable(const limits& configured);

/// What every global scope is made of.
struct scope_setup {
  std::shared_ptr<system_state> system;
  scope_kind kind;
  hawser::origin origin;
  std::string name;
  std::string url; ///< Of a worker, the name of its script.
  std::optional<hawser::limits> limits;
  std::uint64_t parent_id = 0;
  std::stop_source termination{std::nostopstate}; ///< Ends a worker from outside.
  std::optional<agent_cluster> cluster = {};      ///< Unless it is that of its origin.
};

/// What a context is made of.
struct context_setup {
  scope_setup scope;
  start_function start;
  start_failure on_start_failure;
  window_proxy parent;
  window_proxy opener;
  window_proxy* made; ///< Where the new context's window goes.
};

/// Who opens a context.
struct context_creator {
  const hawser::origin* origin = nullptr; ///< What `about:blank` inherits, if anything.
  std::uint64_t id = 0;
  window_proxy window;
};

/// What the contexts of one system share. They keep it alive.
class system_state : public std::enable_shared_from_this<system_state> {
public:
  system_state(caf::actor_system& on, const config& settings)
    : actors(on),
      log(settings),
      default_limits(usable(settings.limits)),
      strict(settings.strict_html ? strictness::strict_html : strictness::extended),
      open_ports(settings.track_ports) {}

  window_proxy open(std::string_view url, start_function start, open_options options,
                    const context_creator& creator);

  void close_all();

  /// Logs the ports that nobody has closed, every context having ended.
  void report_open_ports();

  /// The node of this system; null if it has none.
  std::shared_ptr<node_actor> network() const;

  /// Throws `std::logic_error` if there is one already.
  void join_network(const std::shared_ptr<node_actor>& as);
  void leave_network();

  caf::actor_system& actors;
  logs log;
  const limits default_limits;
  const strictness strict;
  context_directory directory;
  port_tracker open_ports;
  const std::shared_ptr<broadcast_hub> broadcasts = std::make_shared<broadcast_hub>();
  shared_worker_directory shared_workers;
  worker_scripts scripts;
  hawser::system::channel_listener channel_made; ///< Set before the first context is opened.

private:
  mutable std::mutex network_lock_;
  std::weak_ptr<node_actor> network_; // guarded by network_lock_
};

/// What is inside a `system`.
class system_access {
public:
  static std::shared_ptr<system_state> state(const hawser::system& of) { return of.state_; }
};

/// The origin of a context at `url`. HTML #determining-the-origin. Throws `std::invalid_argument`.
origin origin_of(std::string_view url, const origin* inherited);

/// The exception in words.
std::string describe(const std::exception_ptr& exception);

/// Tells contexts and workers to end; null for one that is gone. What their end makes of events
/// reaches none of them, in whatever order they end.
void end_contexts(const std::vector<caf::actor>& which);

} // namespace hawser::detail
