#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hawser/frame.hpp"
#include "hawser/limits.hpp"
#include "hawser/node_id.hpp"
#include "hawser/registry_host.hpp"
#include "hawser/window_proxy.hpp"
#include "hawser/wire_limits.hpp"

namespace hawser {

namespace detail {
class router_core;
} // namespace detail

/// Every bound of a router. Zero is not "unlimited" anywhere.
struct router_limits {
  /// What an end lets its peer post before it has taken anything; doubled while its owner keeps up,
  /// until the larger ones. A single message may be larger.
  flow_tally window_initial = {256, std::uint64_t{1} << 20};
  flow_tally window_max = {std::uint64_t{1} << 14, std::uint64_t{1} << 24};

  /// Small messages that leave one after the other and share a frame; 1: none do. At most what
  /// `frame_limits` have, whatever is said here.
  std::size_t run_messages_max = 256;

  /// How many nodes may pass on one message or announcement.
  std::uint32_t hops_max = 64;

  /// Links into one waypoint, but for one of them, and ENDs there that wait for earlier messages.
  /// While there are more, it follows no announcement but the newest, later.
  std::size_t unsettled_links_max = 8;

  /// Waypoints that one other node has brought here and that still exist. A port beyond is refused
  /// with close reason `limit`.
  std::size_t waypoints_per_node_max = std::size_t{1} << 20;

  /// What may follow a port on its way: unread messages, or posts without a number. A port that
  /// brings more is refused with close reason `limit`.
  flow_tally brought_max = {std::uint64_t{1} << 24, std::uint64_t{1} << 31};

  /// Windows of one other node of which there are handles here. A message from one more is refused
  /// and its ports closed with reason `limit`.
  std::size_t windows_per_node_max = std::size_t{1} << 16;

  /// Nodes that are not connected any more and whose last connection is remembered.
  std::size_t absent_nodes_max = std::size_t{1} << 16;

  /// For the data of messages.
  wire_limits values = node_wire_limits;

  /// For the local end of each channel that arrives.
  limits ports = {};
};

/// Something a neighbour sent that no honest node makes up, or that it may by accident only seldom.
struct incident {
  node_id neighbour;
  enum class kind : std::uint8_t {
    stray,   ///< A frame for something that is not the neighbour's to speak to. Ignored.
    rule,    ///< A broken rule which the neighbour knows. The channel has been closed.
    relayed, ///< One that it may have passed on without knowing better. The same.
    limit,   ///< Too much of something. Refused.
  } what;
  std::string text; ///< What it was, in a sentence.
};

/// What a router wants done.
struct router_output {
  std::vector<std::pair<node_id, frame>> frames;             ///< To be sent in this order.
  std::vector<std::pair<node_id, std::string>> wanted_links; ///< With the contact.
  std::vector<incident> incidents;
};

/// One waypoint as reports and tests see it.
struct waypoint_snapshot {
  enum class state : std::uint8_t { open, moved, closing };

  waypoint_id id;
  channel_id channel;
  std::uint8_t side = 0;
  std::uint64_t epoch = 0;
  state now = state::open;
  std::optional<link_address> out;       ///< Where its end posts to.
  std::optional<link_address> successor; ///< Where its end has gone.
  std::vector<link_address> in;          ///< What may feed it.
  std::uint64_t sent = 0;                ///< The next number out,
  std::uint64_t received = 0;            ///< and the next in.
  std::size_t early = 0;                 ///< Messages that wait for earlier ones,
  std::size_t ends = 0;                  ///< and ENDs.
  bool announced = false;                ///< Its peer has not bound itself to it yet.
};

/// One line for people.
std::string to_string(const waypoint_snapshot& from);

struct router_statistics {
  std::uint64_t waypoints = 0;
  std::uint64_t relays = 0;    ///< Waypoints whose end has moved on.
  std::uint64_t ends_sent = 0; ///< Moves from here to other nodes.
  std::uint64_t ends_received = 0;
  std::uint64_t messages_sent = 0; ///< By ends that are here.
  std::uint64_t messages_received = 0;
  std::uint64_t messages_relayed = 0;
  std::uint64_t frames_stray = 0;
  std::uint64_t nodes_known = 0;        ///< Connected now, or remembered.
  std::uint64_t waypoints_awaiting = 0; ///< Somebody over a connection that is yet to be made.
  std::uint64_t waypoints_held = 0;    ///< That have something for a connection that takes no more.
  std::uint64_t windows_elsewhere = 0; ///< Of which there are handles here.
  std::uint64_t windows_published = 0;
};

/// The ports of one node that reach, or have reached, other nodes.
///
/// In one process a port is handed over by pointer and no router is asked. When one is posted
/// to another node, the router becomes the owner of what is left behind: for the end that stays it
/// plays the peer. It takes what that end posts, gives it a number and makes a frame of it; it
/// posts what comes back. The application's end never notices, and may be handed on inside the
/// process as before.
///
/// A pure state machine: it sends nothing and waits for nothing. All its functions are for one
/// thread; only the mailboxes it shares with ports are touched by others. `runtime/ROUTING.md`
/// describes the protocol.
class router {
public:
  /// `waker` asks for `run_turn`.
  router(node_id self, std::shared_ptr<waker> waker, entropy bits, router_limits bounds = {});
  router(const router&) = delete;
  router& operator=(const router&) = delete;
  ~router();

  node_id self() const noexcept;

  /// What other nodes are told of how to reach this one from here on; may be empty.
  void contact(std::string text);

  // -- links ------------------------------------------------------------------------------------

  /// There is a connection, a newer one than any before. A node that was connected must have been
  /// reported lost.
  void link_up(node_id peer, link_session session);

  /// An attempt to connect, by either side, has come to nothing. `session` is the one that this
  /// node had agreed to, 0 if it did not get so far: the peer may have told others of it already.
  void link_failed(node_id peer, link_session session);

  /// The newest connection there has been with that node; 0 if none.
  link_session newest_session(node_id peer) const;

  /// There is none any more, and every frame that came over it has been handed in.
  void link_down(node_id peer);

  /// The connection takes no more for a while: what local ends post to that node waits.
  void hold(node_id peer);
  void release(node_id peer);

  /// A frame has come from `from`; its ends belong to this router from now on.
  void receive(node_id from, frame&& what);

  /// The same for a message that is not to be delivered: its ends are closed as `refused`.
  void refuse(node_id from, window_frame&& what);

  /// Takes up what was posted to ends at other nodes. True if there is more to do.
  [[nodiscard]] bool run_turn(std::size_t messages_max = 0);

  /// What has to be done since the last call.
  router_output take_output();

  /// The same, in the memory of an output that has been worked off.
  void take_output(router_output& into);

  /// Closes everything: the ends in this process get `close` with `reason`.
  void close(close_reason reason);

  // -- windows ----------------------------------------------------------------------------------

  /// Lets other nodes that are told the id post to this window; the same id each time.
  window_id publish(const window_proxy& local);

  /// The same under an id that others know beforehand.
  void publish_as(window_id id, const window_proxy& local);

  /// A handle for a window at another node. Posting to it reaches that window.
  window_proxy remote_window(node_id at, window_id id, std::string name);

  /// At which node a window is that has posted here, or was opened; none for one of this process.
  std::optional<node_id> node_of(const window_proxy& window) const;

  /// A handle for a window that has yet to be found: what is posted to it waits. Any thread.
  window_proxy promise_window(std::string name);

  /// It has been found, or never will be: then what waits is dropped, and the handle closed.
  void fulfil(const window_proxy& promised, node_id at, window_id id);
  void refuse(const window_proxy& promised, close_reason why);

  router_statistics statistics() const;

  /// In the order of their ids.
  std::vector<waypoint_snapshot> waypoints() const;

private:
  std::unique_ptr<detail::router_core> core_;
};

} // namespace hawser
