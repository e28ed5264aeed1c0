// Who posts where. Only a waypoint whose end is here ever switches.

#include <algorithm>

#include "routing/router_core.hpp"

namespace hawser::detail {
namespace {

// No end moves that often; whoever says so wants the counter to run out.
constexpr auto epoch_jump_max = std::uint64_t{1} << 32;
constexpr auto epoch_max = std::uint64_t{1} << 62;

} // namespace

void router_core::on_announce(waypoint& w, const link_address& link, announce_frame f) {
  const bool from_successor = w.state == waypoint_state::moved && link == w.successor;
  if (!from_successor && w.find_in(link) == nullptr)
    return stray(link, "an announcement");
  switch (w.state) {
    case waypoint_state::moved:
      // A stream that has ended was ended by somebody who knows better already.
      if (from_successor ? w.out_done : w.in_done)
        return;
      if (++f.hops > bounds.hops_max)
        return break_route(w, close_reason::loop);
      return send(from_successor ? *w.out : *w.successor, w, std::move(f));
    case waypoint_state::open:
      if (f.epoch > epoch_max || f.epoch > w.out_epoch + epoch_jump_max)
        return rule_broken(w, link, "an epoch out of reach", incident::kind::relayed);
      return consider(w, std::move(f));
    case waypoint_state::closing:
      return; // The last this end had to say is on its way already.
  }
}

// All of its links but one will end, and all ENDs be reached, whether or not it switches.
bool router_core::crowded(const waypoint& w) const {
  return w.in.size() + w.ends.size() > bounds.unsettled_links_max;
}

void router_core::consider(waypoint& w, announce_frame f) {
  if (w.fin_sent || f.epoch <= w.out_epoch)
    return;
  if (linked(f.at.node) && !crowded(w))
    return follow(w, f);
  // Nothing is lost meanwhile: the way there is only longer. The newest is enough.
  if (!linked(f.at.node))
    output.wanted_links.emplace_back(f.at.node, f.contact);
  if (!w.deferred || f.epoch > w.deferred->epoch)
    w.deferred = std::move(f);
}

void router_core::follow_deferred(waypoint& w) {
  if (w.gone || !w.deferred || w.state != waypoint_state::open || crowded(w)
      || !linked(w.deferred->at.node))
    return;
  consider(w, *std::exchange(w.deferred, std::nullopt));
}

void router_core::follow_all_deferred() {
  std::vector<waypoint*> waiting;
  for (const auto& [id, w] : waypoints_)
    if (w->deferred)
      waiting.push_back(w.get());
  std::ranges::sort(waiting, {}, &waypoint::id);
  for (auto* w : waiting)
    follow_deferred(*w);
}

void router_core::follow(waypoint& w, const announce_frame& f) {
  switch_to(w, f.at, f.epoch);
  auto* back = w.find_in(f.at);
  if (back == nullptr)
    back = &w.in.emplace_back(in_link{f.at});
  back->pending = true;
  send(f.at, w, bind_frame{f.key, w.epoch, w.sent.messages, w.key});
  offer_credit(w, telling::anyway);
  resume(w);
  check_lost(w);
}

void router_core::switch_to(waypoint& w, const link_address& to, std::uint64_t epoch) {
  send(*w.out, w,
       end_frame{w.sent.messages, epoch, {self, w.id}, w.epoch, newest_session(to.node)});
  wait_no_more(w);
  w.out = to;
  w.out_epoch = epoch;
}

// The peer's end at that epoch carries its numbers itself. Whoever carried them before, and should
// have nothing left to say when it has passed on what it was sent, must not invent any.
void router_core::fence_older(waypoint& w, const link_address& bound, std::uint64_t epoch) {
  const auto first = w.find_in(bound)->next;
  w.find_in(bound)->epochs = epoch + 1;
  w.bound_epochs = std::max(w.bound_epochs, epoch + 1);
  for (auto& each : w.in)
    if (each.from != bound && each.epochs <= epoch)
      each.fence = std::min(each.fence, first);
}

void router_core::on_bind(waypoint& w, const link_address& link, const bind_frame& f) {
  if (!w.key || f.key != w.key)
    return stray(link, "a key that opens nothing");
  w.key = {};
  auto* from = w.find_in(link);
  if (from == nullptr)
    from = &w.in.emplace_back(in_link{link});
  const bool crossed = std::exchange(from->pending, false);
  from->active = true;
  from->expected = false;
  from->next = f.number;
  fence_older(w, link, f.epoch);
  if (crossed) {
    // Each has switched to the other already.
  } else if (w.state == waypoint_state::open && !w.fin_sent && f.epoch >= w.out_epoch) {
    switch_to(w, link, f.epoch);
    send(link, w, start_frame{w.epoch, w.sent.messages});
    offer_credit(w, telling::anyway);
    resume(w);
  } else {
    send(link, w, decline_frame{});
    // The peer has found the old place only; whoever went on from here must learn where it is.
    if (w.state == waypoint_state::moved && f.own_key && !w.in_done)
      send(*w.successor, w, announce_frame{link, f.epoch, f.own_key, {}, 0});
  }
  merge(w);
}

void router_core::on_start(waypoint& w, const link_address& link, const start_frame& f) {
  auto* from = w.find_in(link);
  if (from == nullptr || !from->pending)
    return stray(link, "a START");
  from->pending = false;
  from->expected = false;
  from->active = true;
  from->next = f.number;
  fence_older(w, link, f.epoch);
  w.key = {}; // The peer is here: nobody else may introduce itself any more.
  merge(w);
}

void router_core::on_decline(waypoint& w, const link_address& link) {
  auto* from = w.find_in(link);
  if (from == nullptr || !from->pending)
    return stray(link, "a refusal");
  if (from->expected)
    from->pending = false;
  else
    w.in.erase(w.in.begin() + (from - w.in.data()));
  follow_deferred(w);
}

} // namespace hawser::detail
