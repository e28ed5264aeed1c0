// Links, frames in and out, and the public class.

#include "hawser/router.hpp"

#include <algorithm>

#include "routing/router_core.hpp"

namespace hawser {
namespace detail {

router_core::router_core(node_id own, std::shared_ptr<waker> waker, entropy bits,
                         router_limits own_bounds)
  : self(own),
    bounds(own_bounds),
    bits_(std::move(bits)),
    port_bounds_(shared_limits::of(own_bounds.ports)),
    ready_(ref<ready_list>::adopt(new ready_list{std::move(waker)})),
    known_(own_bounds.absent_nodes_max),
    encoder_({bounds.values, wire_scope::message, 0}) {
  HAWSER_ASSERT(self, "a router needs the id of its node");
}

router_core::~router_core() {
  close(close_reason::context_closed);
}

// -- links ---------------------------------------------------------------------------------------

void router_core::link_up(node_id peer, link_session session) {
  HAWSER_ASSERT(peer != self && !linked(peer), "a node was connected twice");
  if (closed_)
    return;
  HAWSER_ASSERT(session > newest_session(peer), "a session came back");
  links_[peer] = {};
  known_.connected(peer, session);
  look_after_awaiting();
  follow_all_deferred();
  settle();
}

void router_core::link_down(node_id peer) {
  if (links_.erase(peer) == 0)
    return;
  known_.disconnected(peer);
  lose_windows(peer);
  published_.forget(peer);
  // In the order of their ids, so that a run can be repeated.
  std::vector<waypoint*> all;
  for (const auto& [id, w] : waypoints_)
    all.push_back(w.get());
  std::ranges::sort(all, {}, &waypoint::id);
  for (auto* w : all)
    check_lost(*w);
  settle();
}

void router_core::hold(node_id peer) {
  if (const auto found = links_.find(peer); found != links_.end())
    found->second.held = true;
}

void router_core::release(node_id peer) {
  const auto found = links_.find(peer);
  if (found == links_.end() || !std::exchange(found->second.held, false))
    return;
  for (const auto& id : std::exchange(found->second.waiting, {}))
    if (auto* w = find(id))
      resume(*w);
  for (const auto& from : std::exchange(found->second.waiting_windows, {}))
    from->stand_in->inbox.enable();
}

void router_core::link_failed(node_id peer, link_session session) {
  if (session <= newest_session(peer) || linked(peer))
    return;
  // Word of it may come later than this, from somebody who takes the connection for made.
  known_.failed(peer, session);
  look_after_awaiting();
  settle();
}

bool router_core::held(const node_id& node) const {
  const auto found = links_.find(node);
  return found != links_.end() && found->second.held;
}

// -- frames --------------------------------------------------------------------------------------

void router_core::send(const link_address& to, const waypoint& from, waypoint_frame what) {
  send_to(to, from.id, std::move(what));
}

void router_core::send_to(const link_address& to, const waypoint_id& origin, waypoint_frame what) {
  if (to.node == self)
    local_.push_back({to.waypoint, origin, std::move(what), 0, {}});
  else if (linked(to.node))
    output.frames.emplace_back(to.node, routed_frame{to.waypoint, origin, std::move(what)});
}

void router_core::receive(node_id from, frame&& what) {
  if (closed_ || !linked(from))
    return;
  if (auto* routed = std::get_if<routed_frame>(&what))
    dispatch(from, routed->target, routed->origin, routed->what);
  else if (auto* to_window = std::get_if<window_frame>(&what))
    on_window(from, std::move(*to_window));
  else if (const auto* watch = std::get_if<window_watch_frame>(&what))
    on_watch(from, *watch);
  else
    on_closed(from, std::get<window_closed_frame>(what));
  settle();
}

// What follows from an input is finished before the next: what goes along with moved ends first, so
// that nothing overtakes it, then what waypoints of this node have told each other.
void router_core::settle() {
  ship_all();
  while (!local_.empty()) {
    auto next = std::move(local_.front());
    local_.pop_front();
    if (next.what)
      dispatch(self, next.target, next.origin, *next.what);
    else if (auto* w = find(next.target))
      on_item(*w, {self, next.origin}, next.number, std::move(next.item));
    else {
      dropped_.push_back(std::move(next.item.msg));
      send_to({self, next.origin}, next.target, gone_frame{});
    }
    ship_all();
  }
  graveyard_.clear();
  if (!dropped_.empty())
    bury(std::exchange(dropped_, {}));
}

void router_core::dispatch(const node_id& from, const waypoint_id& target,
                           const waypoint_id& origin, waypoint_frame& what) {
  const link_address link{from, origin};
  // The ends in a message exist from now on, whatever becomes of the message.
  route_item item;
  if (auto* data = std::get_if<data_frame>(&what)) {
    item.hops = data->message.hops;
    unpack(std::move(data->message), from, item.msg);
  } else if (auto* outbox = std::get_if<outbox_frame>(&what)) {
    item.hops = outbox->message.hops;
    unpack(std::move(outbox->message), from, item.msg);
  }
  auto* w = find(target);
  if (w == nullptr) {
    dropped_.push_back(std::move(item.msg));
    const bool answered =
      std::holds_alternative<data_frame>(what) || std::holds_alternative<run_frame>(what)
      || std::holds_alternative<fin_frame>(what) || std::holds_alternative<bind_frame>(what);
    if (answered)
      send_to(link, target, gone_frame{});
    return;
  }
  struct visitor {
    router_core& core;
    waypoint& w;
    const link_address& link;
    route_item& item;

    void operator()(const data_frame& f) { core.on_item(w, link, f.number, std::move(item)); }

    void operator()(const fin_frame& f) {
      item = {{}, f.hops, f};
      core.on_item(w, link, f.number, std::move(item));
    }

    void operator()(const outbox_frame&) { core.on_outbox(w, link, std::move(item)); }

    void operator()(const end_frame& f) { core.on_end(w, link, f); }

    void operator()(announce_frame& f) { core.on_announce(w, link, std::move(f)); }

    void operator()(const bind_frame& f) { core.on_bind(w, link, f); }

    void operator()(const start_frame& f) { core.on_start(w, link, f); }

    void operator()(const decline_frame&) { core.on_decline(w, link); }

    void operator()(const credit_frame& f) { core.on_credit(w, link, f); }

    void operator()(const broken_frame& f) { core.on_broken(w, link, f.reason); }

    void operator()(const gone_frame&) { core.on_gone(w, link); }

    void operator()(run_frame& f) { core.on_run(w, link, std::move(f)); }
  };
  std::visit(visitor{*this, *w, link, item}, what);
}

// -- waypoints -----------------------------------------------------------------------------------

waypoint* router_core::find(const waypoint_id& id) {
  const auto found = waypoints_.find(id);
  return found == waypoints_.end() ? nullptr : found->second.get();
}

waypoint& router_core::add(const waypoint_id& id) {
  auto made = std::make_unique<waypoint>();
  made->id = id;
  ++statistics.waypoints;
  return *(waypoints_[id] = std::move(made));
}

// Whoever works on the waypoint may do so to the end of its step.
void router_core::retire(waypoint& w) {
  if (std::exchange(w.gone, true))
    return;
  --statistics.waypoints;
  if (w.state == waypoint_state::moved)
    --statistics.relays;
  awaiting_.erase(w.id);
  wait_no_more(w);
  if (w.owner)
    w.owner->at = nullptr;
  if (w.end) {
    by_channel_.erase(w.end.identity());
    w.end.inbox().detach();
    w.end.sever(close_reason::undeliverable);
  }
  if (w.brought_by && --brought_[*w.brought_by] == 0)
    brought_.erase(*w.brought_by);
  for (auto& [number, item] : w.early)
    dropped_.push_back(std::move(item.msg));
  for (auto& item : w.outbox)
    dropped_.push_back(std::move(item.msg));
  const auto found = waypoints_.find(w.id);
  graveyard_.push_back(std::move(found->second));
  waypoints_.erase(found);
}

void router_core::retire_if_done(waypoint& w) {
  if (w.state == waypoint_state::moved && w.in_done && w.out_done && w.outbox_to_come == 0)
    retire(w);
}

bool router_core::run_turn(std::size_t messages_max) {
  if (closed_)
    return false;
  constexpr std::size_t per_turn = 4096;
  constexpr std::size_t per_end = 64;
  auto left = messages_max == 0 ? per_turn : messages_max;
  ready_->begin_turn();
  ready_->move_to(turns_);
  while (left > 0 && !turns_.empty()) {
    auto next = turns_.pop_front();
    const auto quantum = std::min(left, per_end);
    bool more = false;
    if (auto* end = dynamic_cast<twin*>(next.get()))
      more = end->at != nullptr && serve(*end->at, quantum);
    else if (auto* elsewhere = dynamic_cast<window_twin*>(next.get()))
      more = serve_window(*elsewhere, quantum);
    else
      tell_closed(static_cast<published_window&>(*next));
    settle();
    left -= quantum;
    ready_->move_to(turns_);
    if (more)
      turns_.push_back(std::move(next));
  }
  return !turns_.empty() || !ready_->end_turn();
}

void router_core::close(close_reason reason) {
  if (std::exchange(closed_, true))
    return;
  while (!waypoints_.empty()) {
    auto& w = *waypoints_.begin()->second;
    break_route(w, reason);
  }
  settle();
  for (const auto& each : twins_.all())
    lose_window(*each, reason);
  published_.clear();
  turns_.clear();
  ready_->close();
}

} // namespace detail

router::router(node_id self, std::shared_ptr<waker> waker, entropy bits, router_limits bounds)
  : core_(std::make_unique<detail::router_core>(self, std::move(waker), std::move(bits), bounds)) {}

router::~router() = default;

node_id router::self() const noexcept {
  return core_->self;
}

void router::contact(std::string text) {
  core_->contact = std::move(text);
}

void router::refuse(node_id from, window_frame&& what) {
  core_->refuse(from, std::move(what));
}

void router::link_up(node_id peer, link_session session) {
  core_->link_up(peer, session);
}

void router::link_down(node_id peer) {
  core_->link_down(peer);
}

void router::link_failed(node_id peer, link_session session) {
  core_->link_failed(peer, session);
}

link_session router::newest_session(node_id peer) const {
  return core_->newest_session(peer);
}

void router::hold(node_id peer) {
  core_->hold(peer);
}

void router::release(node_id peer) {
  core_->release(peer);
}

void router::receive(node_id from, frame&& what) {
  core_->receive(from, std::move(what));
}

bool router::run_turn(std::size_t messages_max) {
  return core_->run_turn(messages_max);
}

router_output router::take_output() {
  return std::exchange(core_->output, {});
}

void router::take_output(router_output& into) {
  into.frames.clear();
  into.wanted_links.clear();
  into.incidents.clear();
  std::swap(into, core_->output);
}

void router::close(close_reason reason) {
  core_->close(reason);
}

window_id router::publish(const window_proxy& local) {
  return core_->publish(local);
}

void router::publish_as(window_id id, const window_proxy& local) {
  core_->publish_as(id, local);
}

std::optional<node_id> router::node_of(const window_proxy& window) const {
  return core_->node_of(window);
}

window_proxy router::promise_window(std::string name) {
  return core_->promise_window(std::move(name));
}

void router::fulfil(const window_proxy& promised, node_id at, window_id id) {
  core_->fulfil(promised, at, id);
}

void router::refuse(const window_proxy& promised, close_reason why) {
  core_->refuse(promised, why);
}

window_proxy router::remote_window(node_id at, window_id id, std::string name) {
  return core_->remote_window(at, id, std::move(name));
}

router_statistics router::statistics() const {
  return core_->all_statistics();
}

std::vector<waypoint_snapshot> router::waypoints() const {
  return core_->snapshot();
}

} // namespace hawser
