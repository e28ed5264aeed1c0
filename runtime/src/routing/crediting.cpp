// How much may be on its way. The end that receives allows a number of messages and bytes; the
// end that posts stays below, and what it has not sent waits in its mailbox, where
// `buffered_amount` counts it together with what has been sent and not been taken.

#include <algorithm>

#include "channel_state.hpp"
#include "routing/post_runs.hpp"
#include "routing/router_core.hpp"

namespace hawser::detail {

bool router_core::has_credit(const waypoint& w) {
  const auto bytes_left = static_cast<std::int64_t>(w.allowed.bytes - w.sent.bytes);
  return w.state == waypoint_state::open && !w.fin_sent && w.out
         && w.sent.messages < w.allowed.messages && bytes_left > 0;
}

bool router_core::may_post(waypoint& w) {
  if (!has_credit(w))
    return false;
  const auto link = links_.find(w.out->node);
  if (link == links_.end() || !link->second.held)
    return true;
  link->second.waiting.insert(w.id);
  return false;
}

// It does not post there any more.
void router_core::wait_no_more(const waypoint& w) {
  if (!w.out)
    return;
  if (const auto link = links_.find(w.out->node); link != links_.end())
    link->second.waiting.erase(w.id);
}

// Posts what the local end has to say as far as it may. True if there is more for a next turn.
bool router_core::serve(waypoint& w, std::size_t messages_max) {
  for (std::size_t posted = 0; !w.gone && w.owner;) {
    auto& inbox = w.end.inbox();
    if (inbox.take_low()) {
      offer_credit(w, telling::news);
      continue;
    }
    if (posted == messages_max)
      return true;
    // A link that has just taken one takes the next, too.
    const bool may = posted != 0 ? has_credit(w) : may_post(w);
    if (may && w.outbox_to_come == 0 && !w.outbox.empty()) {
      auto item = std::move(w.outbox.front());
      w.outbox.pop_front();
      post(w, std::move(item.msg), item.hops);
      ++posted;
      continue;
    }
    const bool from_mailbox = may && w.outbox_to_come == 0;
    if (w.outbox.empty() && w.outbox_to_come == 0 && w.parting) {
      local_end_closed(w, *w.parting);
      return false;
    }
    if (!from_mailbox && !std::exchange(w.paused, true))
      inbox.disable();
    message msg;
    close_notice notice;
    switch (inbox.take(msg, notice, &w.end.peer_inbox())) {
      case taken::message:
        post(w, std::move(msg), 0);
        ++posted;
        break;
      case taken::close:
        w.parting = notice;
        break;
      case taken::low:
        offer_credit(w, telling::news);
        break;
      case taken::nothing:
        // A closed end takes nothing more. Its peer may be closed too, and each wait for the
        // other's leave to post what it had to say before.
        if (!w.discarding && inbox.ended()) {
          w.discarding = true;
          offer_credit(w, telling::news);
        }
        return false;
    }
  }
  return false;
}

void router_core::post(waypoint& w, message&& msg, std::uint32_t hops) {
  append_run(w.open_posts, {1, msg.bytes});
  ++w.open_messages;
  if (w.out->node != self)
    encode(msg);
  const auto number = w.sent.messages;
  w.sent.messages += 1;
  w.sent.bytes += msg.bytes;
  ++statistics.messages_sent;
  emit(w, *w.out, number, {std::move(msg), hops, {}});
}

// Something that kept the end from posting may be gone.
void router_core::resume(waypoint& w) {
  if (w.gone || w.state != waypoint_state::open || w.outbox_to_come != 0 || !may_post(w))
    return;
  if (std::exchange(w.paused, false))
    w.end.inbox().enable();
  if (!w.outbox.empty() && w.owner->mark_scheduled())
    w.owner->enlist();
}

void router_core::on_credit(waypoint& w, const link_address& link, credit_frame f) {
  const bool from_successor = w.state == waypoint_state::moved && link == w.successor;
  if (!from_successor && w.find_in(link) == nullptr)
    return stray(link, "credit");
  if (w.state == waypoint_state::moved) {
    if (from_successor ? w.out_done : w.in_done)
      return; // Whoever has switched past this relay is told again over there.
    if (++f.hops > bounds.hops_max)
      return break_route(w, close_reason::loop);
    return send(from_successor ? *w.out : *w.successor, w, f);
  }
  if (f.taken > w.sent.messages)
    return rule_broken(w, link, "credit for what was never sent", incident::kind::relayed);
  if (w.state == waypoint_state::closing)
    return;
  acknowledge(w, f.taken);
  w.allowed.messages = std::max(w.allowed.messages, f.limit.messages);
  if (static_cast<std::int64_t>(f.limit.bytes - w.allowed.bytes) > 0)
    w.allowed.bytes = f.limit.bytes;
  resume(w);
}

// The peer has taken every number below.
void router_core::acknowledge(waypoint& w, std::uint64_t taken) {
  const auto known = w.sent.messages - w.open_messages;
  if (taken <= known)
    return;
  flow_tally done;
  for (auto left = taken - known; left > 0;) {
    auto& run = w.open_posts.front();
    const auto part = std::min(left, run.messages);
    // Within a run all are taken to be of one size.
    const auto bytes = part == run.messages ? run.bytes : run.bytes / run.messages * part;
    done.messages += part;
    done.bytes += bytes;
    run.messages -= part;
    run.bytes -= bytes;
    if (run.messages == 0)
      w.open_posts.pop_front();
    left -= part;
  }
  w.open_messages -= done.messages;
  w.end.inbox().acknowledge(done.messages, done.bytes, &w.end.peer_inbox());
}

// What the local end has taken, in numbers of the channel.
flow_tally router_core::taken(const waypoint& w) const {
  const auto counted = w.end.peer_inbox().statistics();
  if (counted.taken_messages < w.inbox_start.messages) // What it had before goes first.
    return {w.number_start.messages - (w.inbox_start.messages - counted.taken_messages),
            w.number_start.bytes};
  return {w.number_start.messages + counted.taken_messages - w.inbox_start.messages,
          w.number_start.bytes + counted.taken_bytes - w.inbox_start.bytes};
}

void router_core::offer_credit(waypoint& w, telling when) {
  if (w.gone || w.state != waypoint_state::open || w.fin_sent || !w.out)
    return;
  // What is discarded makes room but has not been taken.
  const auto so_far = w.discarding ? w.next_in : taken(w);
  const auto told = w.discarding ? taken(w).messages : so_far.messages;
  const bool drained = so_far.messages == w.next_in.messages;
  // A peer that has used most of what it was allowed, all of which is taken already, may have more.
  if (drained && w.granted.messages - w.next_in.messages < w.window.messages / 2)
    w.window.messages = std::min(w.window.messages * 2, bounds.window_max.messages);
  if (drained
      && static_cast<std::int64_t>(w.granted.bytes - w.next_in.bytes)
           < static_cast<std::int64_t>(w.window.bytes / 2))
    w.window.bytes = std::min(w.window.bytes * 2, bounds.window_max.bytes);
  const flow_tally limit{so_far.messages + w.window.messages, so_far.bytes + w.window.bytes};
  if (when == telling::news && told <= w.taken_told && limit.messages <= w.granted.messages)
    return;
  w.taken_told = std::max(w.taken_told, told);
  w.granted.messages = std::max(w.granted.messages, limit.messages);
  if (static_cast<std::int64_t>(limit.bytes - w.granted.bytes) > 0)
    w.granted.bytes = limit.bytes;
  send(*w.out, w, credit_frame{w.taken_told, w.granted, 0});
}

} // namespace hawser::detail
