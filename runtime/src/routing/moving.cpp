// Ends that leave this node and ends that arrive.

#include <algorithm>
#include <limits>

#include "channel_state.hpp"
#include "routing/post_runs.hpp"
#include "routing/router_core.hpp"

namespace hawser::detail {
namespace {

flow_tally operator+(const flow_tally& a, const flow_tally& b) {
  return {a.messages + b.messages, a.bytes + b.bytes};
}

flow_tally operator-(const flow_tally& a, const flow_tally& b) {
  return {a.messages - b.messages, a.bytes - b.bytes};
}

bool within(const flow_tally& a, const flow_tally& bound) {
  return a.messages <= bound.messages && a.bytes <= bound.bytes;
}

} // namespace

// -- leaving -------------------------------------------------------------------------------------

port_descriptor router_core::export_end(endpoint end, const node_id& to,
                                        std::uint32_t carrier_hops) {
  if (!end)
    return {}; // It was detached when it was posted.
  ++statistics.ends_sent;
  const auto found = by_channel_.find(end.identity());
  return found == by_channel_.end()
           ? export_fresh(std::move(end), to)
           : export_again(std::move(end), to, *found->second, carrier_hops);
}

// The peer is in this process: the end that leaves becomes, with all that waits in it, what the
// peer goes on posting to. Nothing is copied, nothing follows the carrier, and the two are one hop
// apart from the start.
port_descriptor router_core::export_fresh(endpoint end, const node_id& to) {
  auto& w = add(draw<waypoint_id>(bits_));
  w.channel = draw<channel_id>(bits_);
  w.side = static_cast<std::uint8_t>(1 - end.side());
  const auto posted_by_peer = end.inbox().statistics();
  const auto posted_by_end = end.peer_inbox().statistics();

  port_descriptor d;
  d.id = draw<waypoint_id>(bits_);
  d.channel = w.channel;
  d.side = static_cast<std::uint8_t>(end.side());
  d.epoch = 1;
  d.predecessor = w.id;
  d.direct = true;

  w.sent = {posted_by_peer.taken_messages, 0};
  w.allowed = w.sent + bounds.window_initial;
  d.taken = w.sent;
  d.granted = w.allowed;

  w.next_in = {posted_by_end.posted_messages, 0};
  w.number_start = w.next_in;
  w.inbox_start = {posted_by_end.posted_messages, posted_by_end.posted_bytes};
  w.granted = w.next_in + bounds.window_initial;
  w.window = bounds.window_initial;
  w.taken_told = posted_by_end.taken_messages;
  d.sent = w.next_in;
  d.allowed = w.granted;
  append_run(d.open_posts, {posted_by_end.posted_messages - posted_by_end.taken_messages,
                            posted_by_end.posted_bytes - posted_by_end.taken_bytes});

  w.out = link_address{to, d.id};
  w.out_epoch = d.epoch;
  w.in.push_back({*w.out, true, false, false, w.next_in.messages, 0});
  give_twin(w, std::move(end));
  return d;
}

// The peer is elsewhere: what waited for the end and what it has posted and nobody has sent go with
// it; this waypoint becomes a relay.
//
// What goes with an end counts no more hops than what carries the end: an owner may move its end as
// often as it likes before it reads. Ends that follow each other are carried by each other, and all
// of them count.
port_descriptor router_core::export_again(endpoint end, const node_id& to, waypoint& w,
                                          std::uint32_t carrier_hops) {
  auto unread = end.inbox().close(mailbox::rest::drop, nullptr, close_reason::undeliverable);
  auto unsent = w.end.inbox().close(mailbox::rest::drop, nullptr, close_reason::undeliverable);
  by_channel_.erase(end.identity());
  w.owner->at = nullptr;
  w.end.inbox().detach();
  w.end.close(close_reason::undeliverable); // There is nobody left to be told.

  port_descriptor d;
  d.id = draw<waypoint_id>(bits_);
  d.channel = w.channel;
  d.side = w.side;
  d.epoch = w.epoch + 1;
  d.peer_epoch = w.out_epoch;
  d.predecessor = w.id;
  d.sent = w.sent;
  d.allowed = w.allowed;
  for (const auto& run : w.open_posts)
    append_run(d.open_posts, run);
  const link_address successor{to, d.id};

  for (auto& msg : unread) {
    encode(msg);
    d.unread = d.unread + flow_tally{1, msg.bytes};
  }
  d.taken = w.next_in - d.unread;
  d.unread = d.unread + w.brought_to_come;
  d.granted = w.granted;
  auto number = d.taken.messages;
  for (auto& msg : unread) {
    const auto hops = std::min(msg.hops, carrier_hops);
    shipments_.push_back({w.id, successor, number++, {std::move(msg), hops, {}}});
  }

  // What was brought here and has not arrived yet comes before what was posted here.
  const auto already = w.outbox.size();
  for (auto& msg : unsent)
    w.outbox.push_back({std::move(msg), 0, {}});
  d.outbox = {w.outbox.size() + w.outbox_to_come, w.outbox_bytes_to_come};
  for (auto& item : w.outbox) {
    encode(item.msg); // What it counts is known only then.
    d.outbox.bytes += item.msg.bytes;
    item.hops = std::min(item.hops, carrier_hops);
  }
  const auto now = w.outbox_to_come == 0 ? w.outbox.size() : already;
  for (std::size_t i = 0; i < now; ++i) {
    shipments_.push_back({w.id, successor, std::nullopt, std::move(w.outbox.front())});
    w.outbox.pop_front();
  }

  w.state = waypoint_state::moved;
  w.successor = successor;
  ++statistics.relays;
  w.owner = {};
  return d;
}

void router_core::ship_all() {
  while (!shipments_.empty()) {
    auto next = std::move(shipments_.front());
    shipments_.pop_front();
    if (auto* w = find(next.from))
      ship(*w, std::move(next));
    else
      dropped_.push_back(std::move(next.item.msg));
  }
}

void router_core::ship(waypoint& w, shipment next) {
  auto& item = next.item;
  ++item.hops;
  if (w.gone || too_far(w, item))
    dropped_.push_back(std::move(item.msg));
  else if (next.number)
    emit(w, next.to, *next.number, std::move(item));
  else
    send(next.to, w, outbox_frame{pack(std::move(item.msg), next.to.node, item.hops)});
}

// -- arriving ------------------------------------------------------------------------------------

std::string router_core::objection(const port_descriptor& from) const {
  constexpr auto number_max = std::uint64_t{1} << 62;
  constexpr flow_tally most{number_max - 1, number_max - 1};
  if (from.epoch == 0 || from.epoch >= number_max || from.peer_epoch >= number_max || from.side > 1
      || !from.predecessor)
    return "a port without a way";
  flow_tally open;
  for (const auto& run : from.open_posts) {
    if (run.messages == 0 || !within(run, most) || !within(open, most))
      return "a port with posts that cannot be";
    open = open + run;
  }
  if (from.open_posts.size() > bounds.window_max.messages || open.messages > from.sent.messages
      || from.sent.messages >= number_max || from.taken.messages >= number_max)
    return "a port with posts that cannot be";
  if (!within(from.unread, bounds.brought_max) || !within(from.outbox, bounds.brought_max))
    return "a port that brings too much";
  const auto ahead = from.granted - from.taken - from.unread;
  if (static_cast<std::int64_t>(ahead.messages)
        > static_cast<std::int64_t>(bounds.window_max.messages)
      || static_cast<std::int64_t>(ahead.bytes)
           > static_cast<std::int64_t>(bounds.window_max.bytes))
    return "a port whose peer may post too much";
  return {};
}

// What its receiver gets instead is closed from the start.
endpoint router_core::refused(const port_descriptor& from, const node_id& carrier_sender) {
  send_to({carrier_sender, from.predecessor}, from.id, broken_frame{close_reason::refused});
  auto [mine, theirs] = channel_state::make_pair(port_bounds_);
  mine.close(close_reason::limit);
  return std::move(theirs);
}

endpoint router_core::import_end(const port_descriptor& from, const node_id& carrier_sender) {
  if (!from.id)
    return {};
  if (find(from.id) != nullptr) {
    report(carrier_sender, incident::kind::rule, "a port that is here already");
    auto [mine, theirs] = channel_state::make_pair(port_bounds_);
    mine.close(close_reason::protocol);
    return std::move(theirs);
  }
  auto why_not = objection(from);
  if (why_not.empty() && brought_[carrier_sender] >= bounds.waypoints_per_node_max)
    why_not = "more ports than one node may bring";
  if (!why_not.empty()) {
    report(carrier_sender, incident::kind::limit, std::move(why_not));
    return refused(from, carrier_sender);
  }
  ++statistics.ends_received;
  auto& w = add(from.id);
  w.brought_by = carrier_sender;
  ++brought_[carrier_sender];
  w.channel = from.channel;
  w.side = from.side;
  w.epoch = from.epoch;
  w.out = link_address{carrier_sender, from.predecessor};
  w.out_epoch = from.peer_epoch;
  w.sent = from.sent;
  w.allowed = from.allowed;
  flow_tally waiting = from.outbox;
  for (const auto& run : from.open_posts) {
    w.open_posts.push_back(run);
    w.open_messages += run.messages;
    waiting = waiting + run;
  }
  w.outbox_to_come = from.outbox.messages;
  w.outbox_bytes_to_come = from.outbox.bytes;
  w.predecessor = *w.out;
  w.next_in = from.taken;
  w.number_start = from.taken;
  w.taken_told = from.taken.messages;
  w.brought_until = from.taken.messages + from.unread.messages;
  w.brought_to_come = from.unread;
  w.granted = from.granted;
  w.window = bounds.window_initial;
  w.in.push_back({*w.out, true, false, false, from.taken.messages, 0});
  auto [mine, theirs] = channel_state::make_pair(port_bounds_);
  mine.inbox().begin_with(waiting.messages, waiting.bytes);
  give_twin(w, std::move(mine));
  if (!from.direct) {
    w.key = draw<bind_key>(bits_);
    send(*w.out, w, announce_frame{{self, w.id}, w.epoch, w.key, contact, 0});
  }
  return std::move(theirs);
}

void router_core::give_twin(waypoint& w, endpoint end) {
  w.owner = ref<twin>::adopt(new twin{ready_});
  w.owner->at = &w;
  w.end = std::move(end);
  by_channel_[w.end.identity()] = &w;
  auto& theirs = w.end.peer_inbox();
  theirs.low_threshold(0);
  theirs.watch_low(bounds.window_initial.bytes / 4);
  w.end.inbox().attach(*w.owner, 0, mailbox::counting::when_acknowledged);
  w.end.inbox().enable();
}

// -- messages ------------------------------------------------------------------------------------

void router_core::encode(message& msg) {
  if (!msg.encoded) {
    if (const auto err = encoder_.encode(msg.data, encoding_))
      msg.encoded = encoded_data::unencodable(err.what());
    else
      msg.encoded = encoding_.take();
    encoding_.clear();
    msg.data = {};
  }
  msg.bytes = std::max(msg.bytes, std::uint64_t{msg.encoded.size()});
}

frame_message router_core::pack(message&& msg, const node_id& to, std::uint32_t hops) {
  encode(msg);
  frame_message packed;
  packed.data = std::move(msg.encoded);
  packed.bytes = msg.bytes;
  packed.hops = hops;
  if (!msg.extras)
    return packed;
  packed.ports.reserve(msg.extras->ports.size());
  for (auto& end : msg.extras->ports)
    packed.ports.push_back(export_end(std::move(end), to, hops));
  return packed;
}

void router_core::unpack(frame_message&& from, const node_id& sender, message& to) {
  to.bytes = from.bytes;
  to.encoded = std::move(from.data);
  if (from.ports.empty())
    return;
  auto& ports = to.with_extras().ports;
  ports.reserve(from.ports.size());
  for (const auto& each : from.ports)
    ports.push_back(import_end(each, sender));
}

} // namespace hawser::detail
