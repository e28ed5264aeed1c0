#pragma once

// What a node keeps of one end of a channel that reaches over nodes.
//
// Every link carries consecutive numbers. A waypoint merges what its links bring by number and
// passes on one consecutive stream: to the local end if the end is here, to the successor if it has
// moved on. Only waypoints whose end is here ever change where they post to; a relay's links stay
// as they are until both streams through it have ended.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "channel_state.hpp"
#include "hawser/channel.hpp"
#include "hawser/frame.hpp"
#include "mailbox_facts.hpp"
#include "message.hpp"
#include "receiver.hpp"

namespace hawser::detail {

struct waypoint;

/// Owns the mailbox in which a local end posts to its peer elsewhere.
class twin : public mailbox_owner {
public:
  using mailbox_owner::mailbox_owner;

  waypoint* at = nullptr; ///< None once the end has gone.
};

/// A link that may feed a waypoint.
struct in_link {
  link_address from;
  bool active = false;   ///< Carries numbers, `next` is the next.
  bool pending = false;  ///< We have bound ourselves there and wait for the answer.
  bool expected = false; ///< We were told that it will bind itself here.
  std::uint64_t next = 0;
  link_session session = 0; ///< Expected: over which connection.
  std::uint64_t epochs =
    0; ///< Of the peer that has bound itself here, and one more; 0: nobody has.
  std::uint64_t fence = ~std::uint64_t{0}; ///< From here on a newer link carries the numbers.
};

/// A message, or the end of a stream, on its way through a waypoint.
struct route_item {
  message msg; ///< Once it has a number, its bytes are what it counts against credit.
  std::uint32_t hops = 0;
  std::optional<fin_frame> fin; ///< Instead of a message.
};

enum class waypoint_state : std::uint8_t {
  open,    ///< The end is here.
  moved,   ///< The end has moved on: a relay.
  closing, ///< The end has been closed and the peer has not answered yet.
};

/// Something for this same node: for another waypoint that is here too.
struct local_frame {
  waypoint_id target;
  waypoint_id origin;
  std::optional<waypoint_frame> what; ///< None: a numbered message.
  std::uint64_t number = 0;
  route_item item;
};

/// What follows an end on its way: to be sent right after its carrier.
struct shipment {
  waypoint_id from;
  link_address to;
  std::optional<std::uint64_t> number; ///< None: a post without a number.
  route_item item;
};

/// An END that has come.
struct foretold_end {
  end_frame what;
  link_address over; ///< The link that it has ended.
};

struct waypoint {
  waypoint_id id;
  channel_id channel;
  std::uint8_t side = 0;
  std::uint64_t epoch = 0;
  waypoint_state state = waypoint_state::open;
  bool gone = false; ///< About to be destroyed.
  std::optional<node_id> brought_by;

  // -- what the end posts
  std::optional<link_address> out;
  std::uint64_t out_epoch = 0;
  flow_tally sent; ///< Open: the next number is `sent.messages`. Moved: expected from successor.
  flow_tally allowed;
  std::deque<flow_tally> open_posts; ///< The newest ones, in runs, none of which is known taken.
  std::uint64_t open_messages = 0;
  bool fin_sent = false;
  bool out_done = false;         ///< Moved: the successor has said END or FIN.
  std::deque<route_item> outbox; ///< To be sent before what is in the mailbox.
  std::uint64_t outbox_to_come = 0;
  std::uint64_t outbox_bytes_to_come = 0;
  link_address predecessor;            ///< Where the rest of the outbox comes from.
  bool paused = false;                 ///< The mailbox is disabled until something may be sent.
  std::optional<close_notice> parting; ///< The end has been closed; to be told after the outbox.

  // -- what comes for it
  std::vector<in_link> in;
  flow_tally next_in; ///< Open: handed to the local end. Moved: passed on.
  std::map<std::uint64_t, route_item> early;
  std::uint64_t early_bytes = 0;
  std::uint64_t brought_until = 0; ///< What comes along with the end needs no credit,
  flow_tally brought_to_come;      ///< and this much of it has not arrived.
  std::vector<foretold_end> ends;  ///< Whose numbers have not been reached.
  bool in_done = false;            ///< Moved: everything has been passed on.
  flow_tally granted;
  flow_tally window;
  std::uint64_t taken_told = 0; ///< What the peer knows to be taken.
  bool discarding = false;      ///< The local end takes nothing any more.

  // -- switching
  std::optional<link_address> successor;  ///< Moved.
  bind_key key;                           ///< None when the peer's end is bound to this one.
  std::uint64_t bound_epochs = 0;         ///< One more than the newest peer that has bound itself.
  std::optional<announce_frame> deferred; ///< To be followed when its node can be reached.

  // -- the local end: this one's peer in the process
  endpoint end;
  ref<twin> owner;
  flow_tally inbox_start;  ///< What the local end's inbox had been posted when numbers began,
  flow_tally number_start; ///< and the number of what came next.

  bool awaits_outbox_from(const link_address& from) const noexcept {
    return outbox_to_come > 0 && from == predecessor;
  }

  in_link* find_in(const link_address& from) noexcept {
    for (auto& each : in)
      if (each.from == from)
        return &each;
    return nullptr;
  }
};

} // namespace hawser::detail
