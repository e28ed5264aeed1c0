#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <hawser/event.hpp>
#include <hawser/node.hpp>
#include <hawser/transfer_list.hpp>
#include <hawser/window_proxy.hpp>

#include "topology.hpp"

namespace hawser::tool {

/// The other nodes of a topology, as the runner of one sees them. Runners find each other's window
/// under a name that no context can have, say hello, and from then on post each other ports. A
/// hello is believed because a node may only speak for its own origin, `hawser://NAME`.
///
/// Used on the runner's thread.
class fellow_nodes {
public:
  struct listener {
    std::function<void(std::uint32_t node)> known;
    std::function<void(std::uint32_t channel, const message_port& port)> arrived;
    std::function<void(std::uint32_t node, const std::string& why)> unfit;
  };

  /// Node `which` of the topology runs on `own`, and connects with the nodes at these URLs.
  fellow_nodes(node& own, const topology& what, std::uint32_t which,
               std::vector<std::string> connect);

  std::uint32_t which() const noexcept { return which_; }

  const std::string& name() const { return topology_.nodes[which_].name; }

  hawser::node& own() noexcept { return own_; }

  void listen_with(listener callbacks) { callbacks_ = std::move(callbacks); }

  /// Lets the others find this runner. Before the node listens, so that nobody asks too early.
  void publish(const window_proxy& runner);

  /// True if the message came from another runner; then it has been dealt with.
  bool receive(const message_event& ev);

  /// Connects with whoever has not been reached yet. Call it again and again.
  void connect();

  /// Hands a fellow that is known the ports of its ends of these channels.
  error post_ports(std::uint32_t to, const std::vector<std::uint32_t>& channels,
                   transfer_list ports);

  /// This node's part is done; the others are told, and whoever says hello later.
  void tell_done();

  /// Every other node is done and knows that this one is.
  bool all_done() const;

  /// The nodes that were lost before they said that they were done; each is told once.
  std::vector<std::uint32_t> newly_lost();

  /// Who has not been heard of, and why, as far as is known.
  std::vector<std::string> missing() const;

private:
  struct fellow {
    window_proxy runner;
    bool known = false;
    bool done = false;
    bool heard = false; ///< It knows that this node is done.
    bool lost = false;
  };

  struct attempt {
    std::string url;
    std::string trouble;
    window_proxy runner; ///< Once there is a connection.
  };

  void say_hello(const window_proxy& to) const;
  void hear_hello(std::uint32_t from, const message_event& ev);
  void take_ports(const message_event& ev);

  node& own_;
  const topology& topology_;
  std::uint32_t which_;
  listener callbacks_;
  std::vector<fellow> fellows_; // one for each node, this one included
  std::vector<attempt> attempts_;
  bool done_ = false;
};

/// What the nodes of a topology may speak for beside themselves: the origins of their contexts.
std::map<std::string, std::vector<std::string>> grants_of(const topology& what);

} // namespace hawser::tool
