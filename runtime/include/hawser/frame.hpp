#pragma once

// What routers tell each other. `runtime/ROUTING.md` explains the protocol, `runtime/WIRE.md` the
// bytes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hawser/close_reason.hpp"
#include "hawser/encoded_data.hpp"
#include "hawser/node_id.hpp"

namespace hawser {

/// Where one end of a link is.
struct link_address {
  node_id node;
  waypoint_id waypoint;

  friend bool operator==(const link_address&, const link_address&) noexcept = default;
};

/// Messages and bytes, counted since a channel first left its node.
struct flow_tally {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const flow_tally&, const flow_tally&) noexcept = default;
};

/// An end of a channel on its way to another node, inside a message.
struct port_descriptor {
  waypoint_id id; ///< Its new one, drawn by the node it leaves. None: the port was detached.
  channel_id channel;
  std::uint8_t side = 0;
  std::uint64_t epoch = 0;      ///< How often this end has moved between nodes.
  std::uint64_t peer_epoch = 0; ///< Of the peer it posts to.
  waypoint_id predecessor;      ///< At the node it leaves, which is the sender of the carrier.
  bool direct = false;          ///< The predecessor is the peer itself.
  flow_tally sent;              ///< What it has posted with a number; the next is this one.
  flow_tally allowed;           ///< Up to where it may.
  std::vector<flow_tally> open_posts; ///< Its newest ones, in runs, none of which is known taken.
  flow_tally taken;                   ///< What it has taken; the next to be read is this one.
  flow_tally unread;                  ///< What follows its carrier on the way in.
  flow_tally granted;                 ///< Up to where the peer may post.
  flow_tally outbox;                  ///< Posts without a number, which follow its carrier too.
};

/// What a window message carries beside its data, where it leaves its node.
struct window_facts {
  std::string origin;
  std::optional<std::string> target_origin; ///< None for `*`.
  window_id source;                         ///< At the node it comes from; none if nowhere.
  std::string source_name;
};

/// Data on its way and the ports that travel with it.
struct frame_message {
  encoded_data data;
  std::vector<port_descriptor> ports;
  std::uint64_t bytes = 0; ///< What it counts: numbered, against credit; else against limits.
  std::uint32_t hops = 0;  ///< How many nodes have passed it on.
};

/// A numbered message.
struct data_frame {
  std::uint64_t number = 0;
  frame_message message;
};

/// One message of a run.
struct run_message {
  encoded_data data;
  std::uint64_t bytes = 0; ///< As `frame_message` has it, as are the hops.
  std::uint32_t hops = 0;
};

/// Numbered messages, one after the other: what as many data frames would say. None brings a port
/// or is in trouble, and none is large.
struct run_frame {
  std::uint64_t number = 0;          ///< Of the first.
  std::vector<run_message> messages; ///< At least one.
};

/// The last of a stream: the end that sent it has been closed.
struct fin_frame {
  std::uint64_t number = 0;
  close_reason reason = close_reason::closed_by_peer;
  std::optional<std::uint64_t> taken; ///< How many of the other's messages it took.
  std::uint32_t hops = 0;
};

/// A message that was posted before its end moved and has no number yet.
struct outbox_frame {
  frame_message message;
};

/// No number from this one on will come over this link.
struct end_frame {
  std::uint64_t number = 0;
  std::uint64_t peer_epoch = 0; ///< Of the end the sender posts to from now on.
  link_address binder;          ///< The sender, which will bind itself to that end.
  std::uint64_t binder_epoch = 0;
  link_session session = 0; ///< Of the sender's node and that end's.
};

/// An end has come to rest on another node.
struct announce_frame {
  link_address at;
  std::uint64_t epoch = 0;
  bind_key key;
  std::string contact; ///< How to connect to that node, in the words of the shell.
  std::uint32_t hops = 0;
};

/// The first frame on a link to an end that announced itself.
struct bind_frame {
  bind_key key;
  std::uint64_t epoch = 0;
  std::uint64_t number = 0; ///< The first that will come over this link.
  bind_key own_key;         ///< None if it was used up.
};

/// The answer: the other posts over this link too.
struct start_frame {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
};

/// The answer: the other never will.
struct decline_frame {};

/// Allows more.
struct credit_frame {
  std::uint64_t taken = 0; ///< How many of the other's messages have been taken.
  flow_tally limit;
  std::uint32_t hops = 0;
};

/// The route is broken at the sender.
struct broken_frame {
  close_reason reason = close_reason::node_lost;
};

/// There is no such waypoint here.
struct gone_frame {};

using waypoint_frame =
  std::variant<data_frame, fin_frame, outbox_frame, end_frame, announce_frame, bind_frame,
               start_frame, decline_frame, credit_frame, broken_frame, gone_frame, run_frame>;

/// Over a link: from one waypoint to another.
struct routed_frame {
  waypoint_id target;
  waypoint_id origin;
  waypoint_frame what;
};

/// To a window of the receiving node.
struct window_frame {
  window_id target;
  window_facts facts;
  frame_message message;
};

/// Asks to be told when that window of the receiving node has ended.
struct window_watch_frame {
  window_id window;
};

/// That window of the sending node has ended.
struct window_closed_frame {
  window_id window;
};

using frame = std::variant<routed_frame, window_frame, window_watch_frame, window_closed_frame>;

/// One line for people and for traces.
std::string to_string(const frame& from);

} // namespace hawser
