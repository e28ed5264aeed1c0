#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/agent_cluster.hpp"
#include "hawser/broadcast_channel.hpp"
#include "hawser/channel.hpp"
#include "hawser/event_target.hpp"
#include "hawser/limits.hpp"
#include "hawser/message_port.hpp"
#include "hawser/origin.hpp"
#include "hawser/registry_host.hpp"
#include "hawser/strictness.hpp"
#include "hawser/transfer_list.hpp"
#include "hawser/value.hpp"
#include "hawser/window_proxy.hpp"

namespace hawser {

namespace detail {
class registry_core;
} // namespace detail

/// Enforces entanglement for one context: which ports it owns, their listeners and queues, what may
/// be transferred, and whose turn it is.
///
/// A port works only through the registry that owns it. Everything here belongs to the context's
/// thread of control; only posting from elsewhere and the `waker` cross threads. It knows no
/// actors: a host gives it a waker and calls `run_turn` when woken.
class port_registry {
public:
  /// `host` must outlive the registry.
  port_registry(registry_host& host, std::shared_ptr<waker> waker, hawser::origin origin,
                hawser::limits bounds = {}, std::string name = {});

  /// Closes every port with reason `context_closed`.
  ~port_registry();

  port_registry(const port_registry&) = delete;
  port_registry& operator=(const port_registry&) = delete;

  const hawser::origin& origin() const noexcept;

  const hawser::limits& bounds() const noexcept;

  /// This context for others. HTML #the-window-object.
  window_proxy window() const;

  /// Where `message` and `messageerror` events of `window_proxy::post_message` arrive. Its queue is
  /// always enabled; what arrives without a listener is lost.
  event_target& window_events() noexcept;

  /// Creates a channel whose two ports this context owns, both disabled.
  /// HTML #dom-messagechannel. Reports show where it was called.
  message_channel make_channel(const char* file = __builtin_FILE(),
                               std::uint32_t line = __builtin_LINE());

  /// Creates a broadcast channel of this context's origin, which listens at once. Any name will do.
  /// HTML #dom-broadcastchannel.
  broadcast_channel make_broadcast_channel(std::string name);

  /// Whose broadcast channels those of this context reach; called before the first is made. Without
  /// it they reach only one another.
  void share_broadcasts(std::shared_ptr<broadcast_hub> hub);

  /// Broadcast channels neither send nor receive from now on, whenever they were made; posting
  /// succeeds. For a worker that has asked to close itself.
  void stop_broadcasts();

  /// Makes this context the owner of an endpoint, disabled.
  message_port adopt(endpoint end);

  /// Takes the endpoint out of a port, which is detached by it. Empty if it was detached already.
  endpoint release(const message_port& port);

  /// Watches the channel of a port; an empty observer if the port is detached.
  channel_observer observe(const message_port& port) const;

  /// Takes the next message of a port at once, without an event; none if nothing waits. The port is
  /// used in this way only from then on: it runs no listeners of messages or `close` any more.
  ///
  /// `invalid_state_error` when the port is detached or its channel has ended;
  /// `data_decode_error` where an event would have been a `messageerror`.
  std::optional<result<received_message>> receive(const message_port& port);

  /// Rebuilds platform objects that arrive under `interface_name`. A message that holds one this
  /// context does not expose becomes a `messageerror`. HTML #structureddeserialize.
  using rebuild = std::function<result<std::shared_ptr<const platform_object>>(const value&)>;
  void expose(std::string interface_name, rebuild how);

  /// Makes this context part of another agent cluster than that of its origin in group 0. Before
  /// the first post.
  void join(agent_cluster cluster);

  agent_cluster cluster() const;

  /// May this context post shared memory? Yes unless told otherwise.
  void isolate(cross_origin_isolation isolation);

  /// Delivers what is ready, each event as a task of its own, ports taking turns: at most
  /// `deliveries_max` events, or the configured bound per turn if that is 0. Returns whether more
  /// is ready; then the caller must come back without waiting for the waker.
  bool run_turn(std::size_t deliveries_max = 0);

  /// No event is delivered any more once the current one is done; everything else still works. For
  /// a context that has asked to close itself.
  void stop_deliveries() noexcept;

  /// The same from outside, by whoever holds the token's source, on any thread: once a stop is
  /// requested the current event is the last one, and what it still posts reaches nobody. For a
  /// worker that is terminated. HTML #terminate-a-worker.
  void stop_on(std::stop_token termination) noexcept;

  /// Has either happened?
  bool stopped() const noexcept;

  /// Delivers nothing until `resume`: `run_turn` has nothing to do, what arrives at ports and the
  /// window waits in order, and nobody is woken for it. Everything else works, `receive` included.
  /// HTML #fully-active.
  void suspend();

  /// Asks for a turn, in which what has waited is delivered first. Does nothing unless suspended.
  void resume();

  bool suspended() const noexcept;

  /// Whether ports of this context get events that HTML does not have. At first they do.
  void strict_html(strictness how) noexcept;

  /// This port hears of its channel's end all the same. For hosts that use ports for themselves.
  void always_tell_close(const message_port& port);

  /// Whether the channels it makes from now on remember who owned their ends. At first they do not.
  void keep_history(history owners) noexcept;

  /// Ends the context: closes every port with `reason`, drops every listener and what waits.
  /// Handles that still exist are detached. Nothing is delivered any more; ports that are made or
  /// received from now on are dead.
  void close(close_reason reason);

  bool closed() const noexcept;

  std::vector<port_snapshot> ports() const;

  /// What waits for the window.
  direction_statistics window_inbound() const;

  /// From any thread.
  registry_statistics statistics() const noexcept;

  /// The registry whose context runs on this thread right now, null outside of any.
  static port_registry* current() noexcept;

private:
  friend class registry_scope;

  std::unique_ptr<detail::registry_core> core_;
};

/// Marks this thread as running a context, for as long as the object lives. Scopes nest.
class registry_scope {
public:
  explicit registry_scope(port_registry& registry) noexcept;
  ~registry_scope();

  registry_scope(const registry_scope&) = delete;
  registry_scope& operator=(const registry_scope&) = delete;

private:
  detail::registry_core* previous_;
};

} // namespace hawser
