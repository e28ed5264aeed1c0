#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor_system.hpp>

#include "hawser/config.hpp"
#include "hawser/error.hpp"
#include "hawser/open_options.hpp"
#include "hawser/open_port.hpp"
#include "hawser/port_registry.hpp"

namespace hawser {

class node;
struct peer_snapshot;
class scoped_context;
class worker_script;

namespace detail {
class system_state;
class system_access;
} // namespace detail

/// What all contexts of a system have done together.
struct system_statistics {
  std::uint64_t contexts_opened = 0;
  std::uint64_t contexts_open = 0;
  std::uint64_t contexts_crashed = 0;
  registry_statistics registries; ///< Summed over all contexts, ended ones included.
};

/// What sort of global scope a context is.
enum class scope_kind : std::uint8_t { window, dedicated_worker, shared_worker };

/// One context that has not ended.
struct context_snapshot {
  scope_kind kind = scope_kind::window;
  std::uint64_t id = 0;     ///< As `window_proxy::id`.
  std::uint64_t parent = 0; ///< 0 at the top.
  std::string name;
  std::string url; ///< Of a worker, the name of its script.
  direction_statistics window_inbound;
};

/// Prepares CAF for hawser's message types. `system` does it; a program that makes its own
/// `caf::actor_system` calls this before. May be called more than once.
void init_global_meta_objects();

/// A set of contexts and what they run on. Made by `main`, used from any thread.
///
/// The destructor waits until every context has ended, as CAF's does for actors.
class system {
public:
  /// Reads `hawser.conf`, the environment and nothing from a command line.
  system();

  /// Throws `std::invalid_argument` for a configuration that cannot be read.
  system(int argc, char** argv);

  /// `settings` must outlive the system.
  explicit system(config& settings);

  /// Works on a CAF system that exists already and outlives this one.
  explicit system(caf::actor_system& existing, const config& settings = {});

  ~system();

  system(const system&) = delete;
  system& operator=(const system&) = delete;

  /// Opens a context at `url`, at the top unless `options` name a parent. It can be posted to at
  /// once. `about:blank` and `javascript:` give it its parent's origin, or an opaque one. Throws
  /// `std::invalid_argument` if `url` is no absolute URL.
  window_proxy open(std::string_view url, start_function start, open_options options = {});

  /// Puts a script where workers find it by its name alone. Throws `std::invalid_argument` if it
  /// has no name, no start function, or a name that is taken.
  void define_worker_script(worker_script script);

  // -- the network (hawser/node.hpp) ------------------------------------------------------------

  /// The node that this system is on the network. One with the options that nobody has changed is
  /// made by the first call, and ends once every context has. A program that wants others makes a
  /// `hawser::node` of its own instead, and before; then this throws `std::logic_error`.
  hawser::node& own_node();

  /// As those of the node: the program's own, or else `own_node`.
  result<std::uint16_t> listen(const std::string& host, std::uint16_t port);
  result<std::string> connect(std::string_view url);

  /// The nodes that are connected.
  std::vector<peer_snapshot> nodes() const;

  // -- its end ----------------------------------------------------------------------------------

  /// Asks every context to end after its current event.
  void close_all();

  /// Waits until every context has ended.
  void await_all_closed();

  /// The same with a deadline; false when it passed.
  [[nodiscard]] bool await_all_closed_until(std::chrono::steady_clock::time_point deadline);

  system_statistics statistics() const;

  std::vector<context_snapshot> contexts() const;

  /// The ports that nobody has closed: all that are open now, and those that were closed only
  /// because their context ended or the message that carried them was lost. Empty unless
  /// `config::track_ports` is on. The destructor logs the same list, as `port_never_closed`.
  std::vector<open_port> open_ports() const;

  /// Called for every channel a context makes from then on, in that context, before anybody uses
  /// it; what it keeps of the observer keeps the channel's counts alive. For tools that draw what
  /// goes on: set it before the first context is opened, and make it quick.
  using channel_listener =
    std::function<void(const window_proxy& maker, const channel_observer& made)>;
  void on_channel_made(channel_listener callback);

  caf::actor_system& actors() noexcept;

private:
  friend class detail::system_access;
  friend class scoped_context;

  std::unique_ptr<config> own_config_;
  std::unique_ptr<caf::actor_system> own_actors_;
  std::shared_ptr<detail::system_state> state_;
  std::mutex node_lock_;
  std::unique_ptr<hawser::node> own_node_; // guarded by node_lock_
};

} // namespace hawser
