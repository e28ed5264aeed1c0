#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/error.hpp"
#include "hawser/link.hpp"
#include "hawser/router.hpp"
#include "hawser/system.hpp"
#include "hawser/window_proxy.hpp"

namespace hawser {

namespace detail {
class node_actor;
} // namespace detail

/// Files in PEM format that let two nodes trust each other.
struct tls_files {
  std::string certificate; ///< This node's, with the chain up to the authority.
  std::string key;
  std::string authorities; ///< Whose certificates are accepted.
};

/// What the other side of a plain connection may be.
enum class exposure : std::uint8_t {
  loopback, ///< Without TLS, other machines cannot connect.
  anybody,  ///< They can, and whoever is on the way can read and forge everything.
};

/// What a node is and whom it trusts.
struct node_options {
  /// What other nodes know it by, see `is_node_name`. None given: one that nobody else has.
  std::string name = {};

  /// What other nodes are told of how to reach this one, if not where it listens:
  /// `hawser://host:port`.
  std::string contact = {};

  /// The origins that a node may speak for beside its own, `hawser://name`; `*` is all. A message
  /// from any other origin is refused and logged.
  std::map<std::string, std::vector<std::string>> grants = {};

  /// With them, every connection uses TLS, both sides show a certificate, and a node's name must be
  /// one of those in its certificate: a DNS name or a URI `hawser://name` among its alternative
  /// names, or its common name if it has no alternative names.
  std::optional<tls_files> tls = {};

  /// Connections that others have begun and whose handshake is not done; more are refused.
  std::size_t strangers_max = 256;

  /// Between attempts to reach a node that was connected with `keep`.
  std::chrono::milliseconds retry_first{100};
  std::chrono::milliseconds retry_longest{5000};

  /// What may wait for one node of what is broadcast here, in bytes. What is beyond it is dropped
  /// for that node, which is told: its channels get `messageerror` in the place of what they
  /// missed. A message that is alone may be larger.
  std::uint64_t broadcast_bytes_max = std::uint64_t{1} << 26;

  /// The nodes for which this one starts workers, by name; `*` is every node. They may do so for
  /// the origins that they may speak for.
  std::vector<std::string> workers_for = {};

  /// Workers that one node has running here at a time; more are refused.
  std::size_t workers_per_node_max = 1024;

  /// So long waits the question for a window that nobody has published yet, and what is meant for a
  /// node, by its name, that is not connected yet: processes may start in any order.
  std::chrono::milliseconds patience{5000};

  /// Questions of one node that wait at a time; more are answered at once.
  std::size_t waiting_per_node_max = 1024;

  link_limits links = {};
  router_limits routes = {};
};

/// A node that this one is connected with.
struct peer_snapshot {
  node_id id;
  std::string name;
  std::string address;
  std::chrono::milliseconds round_trip{0}; ///< As of the last heartbeat; 0 before.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t channels = 0; ///< That lead there, from here or only by way of here.
};

/// This process on the network: contexts of other nodes can be found and posted to, and ports moved
/// to them and back.
///
/// Made once for a system and ended with it. Its functions may be called from any thread that is
/// not a context's, for most of them wait.
class node {
public:
  /// Throws `std::invalid_argument` for options that cannot be, files for TLS that cannot be used
  /// among them, and if the system runs on an actor system of the application that has not loaded
  /// `caf::io::middleman`.
  explicit node(system& on, node_options options = {});
  ~node();

  node(const node&) = delete;
  node& operator=(const node&) = delete;

  const std::string& name() const noexcept;
  node_id id() const noexcept;

  /// Lets nodes connect; port 0 lets the operating system choose. The port, or what was wrong.
  result<std::uint16_t> listen(const std::string& host, std::uint16_t port,
                               exposure to = exposure::loopback);

  /// Connects with the node at `hawser://host:port`, and waits until both sides are up, or for
  /// `link_limits::handshake_ms_max`. Its name, or what was wrong.
  result<std::string> connect(std::string_view url);

  /// The same without waiting, again and again: whenever the connection is lost, or could not be
  /// made, it is tried anew.
  error keep_connected(std::string_view url);

  /// Lets nodes find a window under a name; a second one takes the name over.
  void publish(const std::string& name, const window_proxy& window);

  /// The window that a node has published: `hawser://host:port/name`. At once: what is posted to it
  /// waits until it has been found. When it cannot be, the proxy becomes closed and ports that were
  /// posted end with reason `refused` or `node_lost`; the log tells why.
  window_proxy open(std::string_view url);

  std::vector<peer_snapshot> peers() const;

  /// What its router has done.
  router_statistics statistics() const;

  /// Where the ends of channels that reach over nodes are, and what has been left behind.
  std::vector<waypoint_snapshot> waypoints() const;

private:
  std::shared_ptr<detail::node_actor> core_;
};

} // namespace hawser
