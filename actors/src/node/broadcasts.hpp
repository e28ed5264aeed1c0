#pragma once

// Broadcast channels between nodes.
//
// What a context posts reaches the contexts of its own process through the hub, and the hub's relay
// encodes it once more for other nodes, still on the sender's thread. The node's thread posts it
// over a channel of its own to the lobby of every node that is connected and may speak for that
// origin, where it is brought to the hub there, and no further: nodes that shall all hear one
// another must all be connected with one another. Order, credit and the end when a node is lost
// are those of channels.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hawser/broadcast_channel.hpp"
#include "hawser/event.hpp"
#include "hawser/message_port.hpp"
#include "hawser/node_id.hpp"
#include "hawser/origin.hpp"
#include "hawser/value.hpp"

namespace hawser::detail {

class node_actor;

/// Origin and name of broadcast channels.
using broadcast_topic = std::pair<std::string, std::string>;

/// How many messages were lost, of which channels.
using broadcast_losses = std::map<broadcast_topic, std::uint64_t>;

/// What was posted in this process and waits for the node's thread. Used by any thread.
class broadcast_outbox final : public broadcast_relay {
public:
  /// `wake` is called whenever there is something to `take`, and not again before that.
  broadcast_outbox(std::function<void()> wake, std::uint64_t bytes_max)
    : wake_(std::move(wake)), bytes_max_(bytes_max) {}

  /// A message for other nodes, ready to be posted to them.
  struct parcel {
    broadcast_topic topic;
    value content;
    std::uint64_t bytes = 0;
  };

  struct contents {
    std::vector<parcel> parcels;
    broadcast_losses missed; ///< After them.
  };

  void carry(const origin& from, const std::string& name, const value& data) override;

  contents take();

  /// Nodes that are connected. While there are none, nothing is kept.
  std::atomic<std::size_t> audience = 0;

private:
  const std::function<void()> wake_;
  const std::uint64_t bytes_max_;
  std::mutex lock_;
  contents waiting_;                // guarded by lock_
  std::uint64_t waiting_bytes_ = 0; // guarded by lock_
  bool asked_ = false;              // guarded by lock_
};

/// The node's part, for its thread.
class far_broadcasts {
public:
  far_broadcasts(node_actor& on, std::function<void()> wake);
  ~far_broadcasts();

  far_broadcasts(const far_broadcasts&) = delete;
  far_broadcasts& operator=(const far_broadcasts&) = delete;

  void reached(const node_id& which, const std::string& name);
  void lost(const node_id& which);

  /// Sends what waits in the outbox.
  void send_waiting();

  /// A node will say over `port` what is broadcast there.
  void listen_to(const node_id& which, message_port port);

private:
  /// The way to a node.
  struct outlet {
    std::string name;
    message_port port = {};              ///< Made with the first message.
    bool refused = false;                ///< The node takes no broadcasts.
    broadcast_losses missed = {};        ///< Those that it has not been told of.
    std::set<std::string> withheld = {}; ///< Origins that it has no part in, once logged.
  };

  void send(const node_id& which, outlet& to, const broadcast_outbox::parcel& next);
  void miss(const node_id& which, outlet& to, const broadcast_topic& topic, std::uint64_t messages);
  void tell_missed(const node_id& which);
  bool may_hear(outlet& to, const std::string& origin);
  void connect(const node_id& which, outlet& to);
  void channel_closed(const node_id& which, const std::string& name, const message_port& port,
                      const close_event& ev);
  void take_in(const node_id& from, const std::string& peer, const value& said);

  node_actor& node_;
  const std::shared_ptr<broadcast_outbox> outbox_;
  std::map<node_id, outlet> outlets_;
  std::map<node_id, message_port> inlets_; // one for each node
};

} // namespace hawser::detail
