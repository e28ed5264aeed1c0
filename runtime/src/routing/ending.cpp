// Ends of all kinds: closed in order, broken on the way, lost with a node.

#include <algorithm>

#include "channel_state.hpp"
#include "routing/router_core.hpp"

namespace hawser::detail {

// The local end has been closed, and everything it has posted is on its way.
void router_core::local_end_closed(waypoint& w, const close_notice& notice) {
  fin_frame last{0, notice.reason, std::nullopt, 0};
  if (notice.undelivered)
    last.taken = taken(w).messages;
  w.fin_sent = true;
  emit(w, *w.out, w.sent.messages, {{}, 0, last});
  by_channel_.erase(w.end.identity());
  w.owner->at = nullptr;
  w.owner = {};
  w.end.inbox().detach();
  w.end.close(close_reason::closed_by_peer); // Its peer is closed: nobody is told.
  // Until the peer has answered, whatever it posts is received and dropped.
  w.state = waypoint_state::closing;
}

// The peer has been closed, and everything it had posted has been handed over.
void router_core::on_fin(waypoint& w, const fin_frame& f) {
  const bool counted = f.taken && *f.taken <= w.sent.messages;
  if (counted)
    acknowledge(w, *f.taken);
  if (!w.fin_sent)
    emit(w, *w.out, w.sent.messages,
         {{}, 0, fin_frame{0, close_reason::closed_by_peer, std::nullopt, 0}});
  w.fin_sent = true;
  by_channel_.erase(w.end.identity());
  w.end.inbox().detach();
  if (counted)
    w.end.close(f.reason);
  else
    w.end.sever(f.reason);
  retire(w);
}

void router_core::on_broken(waypoint& w, const link_address& link, close_reason reason) {
  const bool neighbour = link == w.out || link == w.successor || w.find_in(link) != nullptr
                         || w.awaits_outbox_from(link);
  if (!neighbour)
    return stray(link, "a break");
  break_route(w, reason, &link);
}

void router_core::on_gone(waypoint& w, const link_address& link) {
  if (link == w.out || link == w.successor)
    return break_route(w, close_reason::undeliverable, &link);
  if (auto* from = w.find_in(link); from != nullptr && from->pending && !from->expected)
    w.in.erase(w.in.begin() + (from - w.in.data()));
  follow_deferred(w);
}

void router_core::break_route(waypoint& w, close_reason reason, const link_address* except) {
  if (w.gone)
    return;
  std::vector<link_address> neighbours;
  const auto tell = [&](const link_address& each) {
    if ((except == nullptr || each != *except)
        && std::ranges::find(neighbours, each) == neighbours.end())
      neighbours.push_back(each);
  };
  for (const auto& each : w.in)
    tell(each.from);
  if (w.out)
    tell(*w.out);
  if (w.successor)
    tell(*w.successor);
  for (const auto& each : neighbours)
    send(each, w, broken_frame{reason});
  if (w.end) {
    by_channel_.erase(w.end.identity());
    w.end.inbox().detach();
    w.end.sever(reason);
  }
  retire(w);
}

// A relay forwards what it has not the means to check, and is not to blame for it: what was
// allowed, which epochs there are, whether the streams of two links fit together. What each link
// carries by itself every relay checks before it passes it on.
void router_core::rule_broken(waypoint& w, const link_address& by, std::string_view rule,
                              incident::kind blame) {
  if (by.node != self)
    report(by.node, blame, std::string{rule});
  break_route(w, close_reason::protocol);
}

// Does the way still lead over connected nodes only?
void router_core::check_lost(waypoint& w) {
  if (w.gone)
    return;
  const auto unanswered = [this](const in_link& each) {
    return !linked(each.from.node) && each.pending && !each.expected;
  };
  std::erase_if(w.in, unanswered); // Nothing has come over it, and nothing was promised.
  const bool broken =
    (w.out && !w.out_done && !linked(w.out->node)) || (w.successor && !linked(w.successor->node))
    || (w.outbox_to_come > 0 && !linked(w.predecessor.node))
    || (!w.in_done
        && std::ranges::any_of(w.in, [this](const in_link& each) { return lost(each); }));
  if (broken)
    break_route(w, close_reason::node_lost);
  follow_deferred(w);
}

bool router_core::lost(const in_link& link) const {
  if (link.from.node == self)
    return false;
  const auto newest = newest_session(link.from.node);
  if (link.expected && !link.active
      && !link.pending) // It comes over that connection or not at all.
    return link.session < newest || (link.session == newest && !linked(link.from.node));
  return !linked(link.from.node);
}

// In the order of their ids, so that a run can be repeated.
void router_core::look_after_awaiting() {
  for (const auto& id : std::set{awaiting_}) {
    auto* w = find(id);
    if (w != nullptr)
      check_lost(*w);
    const auto awaits = [this](const in_link& each) {
      return each.expected && each.session > newest_session(each.from.node);
    };
    if (w == nullptr || w->gone || std::ranges::none_of(w->in, awaits))
      awaiting_.erase(id);
  }
}

} // namespace hawser::detail
