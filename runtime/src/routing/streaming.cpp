// The two streams of a channel: in by number, out one after the other.

#include <algorithm>
#include <tuple>

#include "channel_state.hpp"
#include "hawser/frame_codec.hpp"
#include "routing/frame_format.hpp"
#include "routing/router_core.hpp"
#include "transit.hpp"

namespace hawser::detail {
namespace {

bool larger_than_it_says(const route_item& item) {
  return item.msg.encoded.size() > item.msg.bytes;
}

} // namespace

void router_core::emit(const waypoint& from, const link_address& to, std::uint64_t number,
                       route_item&& item) {
  if (item.fin) {
    auto last = *item.fin;
    last.number = number;
    last.hops = item.hops;
    send(to, from, last);
  } else if (to.node == self) {
    local_.push_back({to.waypoint, from.id, std::nullopt, number, std::move(item)});
  } else {
    if (!item.msg.extras && join_last(from, to, number, item))
      return;
    auto message = pack(std::move(item.msg), to.node, item.hops);
    if (!linked(to.node))
      return;
    last_run_bytes_ = message.data.size();
    // In its place at once: a frame is large, and most are these.
    auto& routed = std::get<routed_frame>(
      output.frames
        .emplace_back(std::piecewise_construct, std::forward_as_tuple(to.node), std::tuple{})
        .second);
    routed.target = to.waypoint;
    routed.origin = from.id;
    auto& made = std::get<data_frame>(routed.what);
    made.number = number;
    made.message = std::move(message);
  }
}

// Small messages that follow each other over one link share a frame.
bool router_core::join_last(const waypoint& from, const link_address& to, std::uint64_t number,
                            route_item& item) {
  constexpr std::size_t message_bytes_max = std::size_t{1} << 10;
  constexpr std::size_t run_bytes_max = std::size_t{1} << 14;
  const auto messages_max = std::min(bounds.run_messages_max, frame_limits{}.run_messages_max);
  const auto fits = [](const encoded_data& data) {
    return data.size() >= frame_format::run_data_bytes_min && data.size() <= message_bytes_max;
  };
  if (messages_max < 2 || output.frames.empty() || output.frames.back().first != to.node)
    return false;
  auto* last = std::get_if<routed_frame>(&output.frames.back().second);
  if (last == nullptr || last->target != to.waypoint || last->origin != from.id)
    return false;
  auto* run = std::get_if<run_frame>(&last->what);
  if (run != nullptr
        ? run->messages.size() >= messages_max || number != run->number + run->messages.size()
        : !std::holds_alternative<data_frame>(last->what))
    return false;
  encode(item.msg);
  auto& data = item.msg.encoded;
  if (!fits(data) || last_run_bytes_ + data.size() > run_bytes_max)
    return false;
  if (run == nullptr) {
    auto& single = std::get<data_frame>(last->what);
    auto& first = single.message;
    if (number != single.number + 1 || !first.ports.empty() || !fits(first.data))
      return false;
    run_frame made{single.number, {}};
    made.messages.push_back({std::move(first.data), first.bytes, first.hops});
    run = &last->what.emplace<run_frame>(std::move(made));
  }
  last_run_bytes_ += data.size();
  run->messages.push_back({std::move(data), item.msg.bytes, item.hops});
  return true;
}

// Two ends that travel inside each other's messages would follow each other for ever.
bool router_core::too_far(waypoint& w, const route_item& item) {
  if (item.hops <= bounds.hops_max)
    return false;
  break_route(w, close_reason::loop);
  return true;
}

// -- in -------------------------------------------------------------------------------------------

void router_core::on_item(waypoint& w, const link_address& link, std::uint64_t number,
                          route_item&& item) {
  if (w.state == waypoint_state::moved && link == w.successor)
    return relay_outward(w, number, std::move(item));
  auto* over = w.find_in(link);
  if (over == nullptr) {
    dropped_.push_back(std::move(item.msg));
    return stray(link, "a message");
  }
  take_up(w, *over, number, std::move(item));
}

void router_core::on_run(waypoint& w, const link_address& link, run_frame&& f) {
  for (auto i = hand_over_next(w, link, f); i < f.messages.size() && !w.gone; ++i) {
    auto& next = f.messages[i];
    route_item item;
    item.msg.encoded = std::move(next.data);
    item.msg.bytes = next.bytes;
    item.hops = next.hops;
    on_item(w, link, f.number + i, std::move(item));
  }
}

// As many as are simply the next for an end that is here; returns their number. Whatever is to be
// said about the others `take_up` says.
std::size_t router_core::hand_over_next(waypoint& w, const link_address& link, run_frame& f) {
  auto* over = w.find_in(link);
  if (w.state != waypoint_state::open || over == nullptr || !over->active || over->next != f.number
      || w.next_in.messages != f.number || f.number < w.brought_until || !w.early.empty()
      || !w.ends.empty())
    return 0;
  const auto end = std::min(over->fence, w.granted.messages);
  for (auto& next : f.messages) {
    if (w.next_in.messages >= end
        || static_cast<std::int64_t>(w.granted.bytes - w.next_in.bytes) <= 0
        || next.data.size() > next.bytes)
      break;
    w.next_in.messages += 1;
    w.next_in.bytes += next.bytes;
    auto& msg = run_.emplace_back();
    msg.encoded = std::move(next.data);
    msg.bytes = next.bytes;
    msg.hops = next.hops;
  }
  const auto count = run_.size();
  if (count == 0)
    return 0;
  over->next += count;
  statistics.messages_received += count;
  const bool taken = w.end.peer_inbox().push_all(run_);
  run_.clear();
  if (!taken) {
    w.discarding = true;
    offer_credit(w, telling::news);
  }
  return count;
}

void router_core::take_up(waypoint& w, in_link& over, std::uint64_t number, route_item&& item) {
  const auto by = over.from;
  const auto refuse = [&](std::string_view rule, incident::kind blame = incident::kind::rule) {
    dropped_.push_back(std::move(item.msg));
    rule_broken(w, by, rule, blame);
  };
  if (!over.active || number != over.next)
    return refuse("a number that is not the next");
  if (number >= over.fence)
    return refuse("a number that a newer link carries", incident::kind::relayed);
  if (number < w.next_in.messages || w.early.contains(number))
    return refuse("a number that has been there", incident::kind::relayed);
  if (larger_than_it_says(item))
    return refuse("a message larger than it says");
  // What is early is bounded by credit, which only an end that is here has given.
  const bool allowed = w.state == waypoint_state::moved || item.fin
                       || number < std::max(w.granted.messages, w.brought_until);
  constexpr std::uint64_t factor = 2; // A relay does not see the newest credit.
  if (!allowed || w.early.size() > factor * bounds.window_max.messages
      || w.early_bytes > factor * bounds.window_max.bytes + bounds.brought_max.bytes)
    return refuse("more than was allowed", incident::kind::relayed);
  ++over.next;
  if (number == w.next_in.messages) {
    next_in_order(w, number, std::move(item)); // The rule: nothing is early.
    if (w.gone || (w.early.empty() && w.ends.empty() && w.state != waypoint_state::moved))
      return;
  } else {
    w.early_bytes += item.msg.bytes;
    w.early.emplace(number, std::move(item));
  }
  merge(w);
}

// Everything before it has been passed on.
void router_core::next_in_order(waypoint& w, std::uint64_t number, route_item&& item) {
  bool over =
    number >= w.brought_until && static_cast<std::int64_t>(w.granted.bytes - w.next_in.bytes) <= 0;
  if (number < w.brought_until && !item.fin && w.state == waypoint_state::open) {
    over = item.msg.bytes > w.brought_to_come.bytes;
    w.brought_to_come.messages -= 1;
    w.brought_to_come.bytes -= std::min(item.msg.bytes, w.brought_to_come.bytes);
  }
  w.next_in.messages += 1;
  w.next_in.bytes += item.msg.bytes;
  switch (w.state) {
    case waypoint_state::open:
      if (item.fin) {
        on_fin(w, *item.fin);
      } else if (over) {
        dropped_.push_back(std::move(item.msg));
        rule_broken(w, w.in.empty() ? link_address{self, {}} : w.in.front().from,
                    "more bytes than were allowed", incident::kind::relayed);
      } else {
        hand_over(w, std::move(item));
      }
      break;
    case waypoint_state::moved:
      pass_on(w, number, std::move(item));
      break;
    case waypoint_state::closing:
      if (item.fin)
        return retire(w);
      dropped_.push_back(std::move(item.msg));
      break;
  }
  if (!w.gone && !w.ends.empty())
    look_at_ends(w);
}

void router_core::merge(waypoint& w) {
  while (!w.gone && !w.early.empty() && w.early.begin()->first == w.next_in.messages) {
    auto item = std::move(w.early.begin()->second);
    w.early.erase(w.early.begin());
    w.early_bytes -= item.msg.bytes;
    next_in_order(w, w.next_in.messages, std::move(item));
  }
  if (!w.gone)
    look_at_ends(w);
  if (!w.gone)
    retire_if_done(w);
}

void router_core::hand_over(waypoint& w, route_item&& item) {
  ++statistics.messages_received;
  bool passengers = false;
  item.msg.hops = item.hops;
  if (item.msg.extras) {
    auto& extras = *item.msg.extras;
    extras.carried_bytes = 0;
    for (auto& end : extras.ports) {
      if (!end)
        continue;
      extras.carried_bytes += end.inbox().detach(w.end.peer_side());
      passengers = true;
    }
  }
  const auto outcome = w.end.peer_inbox().push(std::move(item.msg));
  if (outcome == pushed::adrift && passengers)
    sink_if_circling(w.end.peer_carrier());
  if (outcome == pushed::discarded) {
    w.discarding = true;
    offer_credit(w, telling::news);
  }
}

void router_core::pass_on(waypoint& w, std::uint64_t number, route_item&& item) {
  ++item.hops;
  if (too_far(w, item)) {
    dropped_.push_back(std::move(item.msg));
    return;
  }
  ++statistics.messages_relayed;
  const bool last = item.fin.has_value();
  emit(w, *w.successor, number, std::move(item));
  if (last)
    w.in_done = true;
}

// What an END foretold happens when everything before it has been passed on.
void router_core::look_at_ends(waypoint& w) {
  for (std::size_t i = 0; i < w.ends.size() && !w.gone;) {
    if (w.ends[i].what.number > w.next_in.messages) {
      ++i;
      continue;
    }
    const auto [f, over] = w.ends[i];
    w.ends.erase(w.ends.begin() + static_cast<std::ptrdiff_t>(i));
    const bool past_us = f.peer_epoch > w.epoch;
    if (past_us && f.number == w.next_in.messages && w.state == waypoint_state::moved) {
      if (!std::exchange(w.in_done, true))
        send(*w.successor, w, f);
    } else if (f.peer_epoch != w.epoch) {
      rule_broken(w, over, "an END that fits no link", incident::kind::relayed);
    }
  }
  follow_deferred(w);
}

void router_core::on_end(waypoint& w, const link_address& link, const end_frame& f) {
  if (w.state == waypoint_state::moved && link == w.successor) {
    // Somebody behind this relay may have announced it as a new place: then an honest end switches
    // to where it posts already, and ends that link twice.
    if (w.out_done)
      return rule_broken(w, link, "a second END", incident::kind::relayed);
    if (f.number != w.sent.messages)
      return rule_broken(w, link, "an END at the wrong number");
    send(*w.out, w, f);
    w.out_done = true;
    return retire_if_done(w);
  }
  auto* over = w.find_in(link);
  if (over == nullptr)
    return stray(link, "an END");
  if (!over->active || over->next != f.number)
    return rule_broken(w, link, "an END at the wrong number");
  w.in.erase(w.in.begin() + (over - w.in.data()));
  if (f.peer_epoch == w.epoch && f.binder_epoch >= w.bound_epochs)
    expect(w, f);
  w.ends.push_back({f, link});
  merge(w);
  if (!w.gone)
    check_lost(w);
}

// The sender is about to come to us directly. Should it die before, nobody else will tell.
void router_core::expect(waypoint& w, const end_frame& f) {
  auto* from = w.find_in(f.binder);
  if (from == nullptr)
    from = &w.in.emplace_back(in_link{f.binder});
  if (from->active)
    return;
  from->expected = true;
  from->session = f.session;
  // Over a connection that this node has yet to hear of.
  if (f.binder.node != self && f.session > newest_session(f.binder.node))
    awaiting_.insert(w.id);
}

// -- out ------------------------------------------------------------------------------------------

void router_core::relay_outward(waypoint& w, std::uint64_t number, route_item&& item) {
  if (w.out_done || number != w.sent.messages) {
    dropped_.push_back(std::move(item.msg));
    return rule_broken(w, *w.successor, "a number that is not the next");
  }
  if (larger_than_it_says(item)) {
    dropped_.push_back(std::move(item.msg));
    return rule_broken(w, *w.successor, "a message larger than it says");
  }
  ++item.hops;
  if (too_far(w, item)) {
    dropped_.push_back(std::move(item.msg));
    return;
  }
  ++w.sent.messages;
  ++statistics.messages_relayed;
  const bool last = item.fin.has_value();
  emit(w, *w.out, number, std::move(item));
  if (last) {
    w.out_done = true;
    retire_if_done(w);
  }
}

void router_core::on_outbox(waypoint& w, const link_address& link, route_item&& item) {
  if (!w.awaits_outbox_from(link)) {
    dropped_.push_back(std::move(item.msg));
    return stray(link, "a post without a number");
  }
  const auto size = item.msg.encoded.size();
  if (size > item.msg.bytes || item.msg.bytes > w.outbox_bytes_to_come) {
    dropped_.push_back(std::move(item.msg));
    return rule_broken(w, link, "more posts than were to follow");
  }
  w.outbox_bytes_to_come -= item.msg.bytes;
  --w.outbox_to_come;
  switch (w.state) {
    case waypoint_state::open:
      w.outbox.push_back(std::move(item));
      if (w.outbox_to_come == 0)
        resume(w);
      break;
    case waypoint_state::moved:
      ship(w, {w.id, *w.successor, std::nullopt, std::move(item)});
      if (w.outbox_to_come == 0)
        for (auto& own : std::exchange(w.outbox, {}))
          ship(w, {w.id, *w.successor, std::nullopt, std::move(own)});
      if (!w.gone)
        retire_if_done(w);
      break;
    case waypoint_state::closing:
      dropped_.push_back(std::move(item.msg));
      break;
  }
}

} // namespace hawser::detail
