// Windows of this node that others may post to, and what stands here for windows of other nodes.

#include <algorithm>

#include "hawser/frame_codec.hpp"
#include "routing/router_core.hpp"

namespace hawser::detail {
namespace {

std::uint64_t text_bytes(const window_facts& of) {
  return of.origin.size() + of.source_name.size()
         + (of.target_origin ? of.target_origin->size() : 0);
}

// Opaque origins are equal to nothing elsewhere, so a message for one is lost on the way. So is one
// whose origins no frame can tell.
bool can_match_elsewhere(const std::string& sender, const std::optional<std::string>& target) {
  constexpr auto bytes_max = frame_limits{}.text_bytes_max;
  return sender.size() <= bytes_max
         && (!target || (*target != "null" && target->size() <= bytes_max));
}

} // namespace

window_id router_core::publish(const window_proxy& local) {
  auto* target = window::get(local);
  if (target == nullptr)
    return {};
  if (const auto* known = published_.find(target))
    return known->id;
  const auto made = draw<window_id>(bits_);
  publish_as(made, local);
  return made;
}

void router_core::publish_as(window_id id, const window_proxy& local) {
  auto* target = window::get(local);
  HAWSER_ASSERT(target != nullptr && published_.find(id) == nullptr, "a window id was used twice");
  published_.add(ref<published_window>::adopt(new published_window{ready_, id, ref{target}}));
}

window_proxy router_core::remote_window(node_id at, window_id id, std::string name) {
  auto known = twins_.find(at, id);
  if (!known) {
    known = ref<window_twin>::adopt(new window_twin{ready_});
    known->stand_in = ref<window>::adopt(new window{port_bounds_, std::move(name)});
    stand_in_for(known, at, id);
  }
  return window::make_proxy(known->stand_in);
}

std::optional<node_id> router_core::node_of(const window_proxy& which) const {
  const auto* found = twins_.find(window::get(which));
  return found == nullptr ? std::nullopt : std::optional{found->node};
}

// Any thread: the window is nobody else's yet.
window_proxy router_core::promise_window(std::string name) const {
  return window::make_proxy(ref<window>::adopt(new window{port_bounds_, std::move(name)}));
}

void router_core::fulfil(const window_proxy& promised, node_id at, window_id id) {
  auto* target = window::get(promised);
  HAWSER_ASSERT(target != nullptr, "no promise was kept");
  auto made = ref<window_twin>::adopt(new window_twin{ready_});
  made->stand_in = ref{target};
  made->promise = ++promises_kept_;
  stand_in_for(made, at, id);
}

void router_core::stand_in_for(const ref<window_twin>& made, node_id at, window_id id) {
  made->node = at;
  made->at_node = id;
  made->stand_in->inbox.attach(*made, 0);
  made->stand_in->inbox.enable();
  sweep_twins();
  twins_.add(made);
  if (linked(at))
    output.frames.emplace_back(at, window_watch_frame{id});
  else
    lose_window(*made, close_reason::node_lost);
}

void router_core::refuse(const window_proxy& promised, close_reason why) {
  auto* target = window::get(promised);
  HAWSER_ASSERT(target != nullptr, "no promise was refused");
  target->closed = true;
  drop_all(target->inbox.close(mailbox::rest::drop, nullptr, why), why);
  settle();
}

// Its ports end for the same reason.
void router_core::drop(message msg, close_reason why) {
  if (msg.extras)
    for (auto& end : msg.extras->ports)
      end.close(why);
  dropped_.push_back(std::move(msg));
}

void router_core::drop_all(std::vector<message> messages, close_reason why) {
  for (auto& each : messages)
    drop(std::move(each), why);
}

bool router_core::serve_window(window_twin& from, std::size_t messages_max) {
  auto& inbox = from.stand_in->inbox;
  for (std::size_t posted = 0;; ++posted) {
    if (posted == messages_max)
      return true;
    if (held(from.node)) {
      links_[from.node].waiting_windows.emplace_back(&from);
      inbox.disable();
    }
    message msg;
    close_notice notice;
    if (inbox.take(msg, notice, nullptr) != taken::message)
      return false;
    if (!linked(from.node)) {
      dropped_.push_back(std::move(msg));
      continue;
    }
    auto sender = *std::move(msg.extras->window);
    msg.extras->window.reset();
    window_frame f;
    f.target = from.at_node;
    f.facts.origin = std::move(sender.origin);
    if (sender.target_origin)
      f.facts.target_origin = to_string(*sender.target_origin);
    if (!can_match_elsewhere(f.facts.origin, f.facts.target_origin)) {
      dropped_.push_back(std::move(msg));
      continue;
    }
    f.facts.source = publish(sender.source);
    f.facts.source_name = sender.source.name();
    f.message = pack(std::move(msg), from.node, 0);
    output.frames.emplace_back(from.node, std::move(f));
    ship_all();
  }
}

void router_core::on_window(const node_id& from, window_frame&& f) {
  message msg;
  unpack(std::move(f.message), from, msg);
  // Others may say that a message counts more than it is long, but not less.
  msg.bytes = std::max(msg.bytes, std::uint64_t{msg.encoded.size()} + text_bytes(f.facts));
  const auto* found = published_.find(f.target);
  if (found == nullptr) {
    dropped_.push_back(std::move(msg));
    return report(from, incident::kind::stray, "a message for a window that is not published");
  }
  window_message sender{std::move(f.facts.origin), {}, {}};
  if (f.facts.target_origin) {
    auto parsed = origin::parse(*f.facts.target_origin);
    if (!parsed) {
      dropped_.push_back(std::move(msg));
      return report(from, incident::kind::rule, "a target origin that does not parse");
    }
    sender.target_origin = *std::move(parsed);
  }
  auto& inbox = found->target->inbox;
  std::string why_not;
  if (!inbox.has_room(msg.bytes))
    why_not = "window " + found->target->name() + " has no room for another message";
  else if (f.facts.source && !may_stand_in(from, f.facts.source))
    why_not = "messages from more windows than one node may have handles of here";
  if (!why_not.empty()) {
    drop(std::move(msg), close_reason::limit);
    return report(from, incident::kind::limit, std::move(why_not));
  }
  if (f.facts.source)
    sender.source = remote_window(from, f.facts.source, std::move(f.facts.source_name));
  msg.with_extras().window = std::move(sender);
  inbox.push(std::move(msg));
}

bool router_core::may_stand_in(const node_id& at, window_id id) {
  if (twins_.find(at, id) || twins_.count(at) < bounds.windows_per_node_max)
    return true;
  sweep_twins();
  return twins_.count(at) < bounds.windows_per_node_max;
}

void router_core::refuse(node_id from, window_frame&& what) {
  if (closed_ || !linked(from))
    return;
  message msg;
  unpack(std::move(what.message), from, msg);
  drop(std::move(msg), close_reason::refused);
  settle();
}

// Whoever asks too late is told at once: nobody is left waiting, however the two cross.
void router_core::on_watch(const node_id& from, const window_watch_frame& f) {
  auto* found = published_.find(f.window);
  if (found == nullptr || found->target->closed.load())
    output.frames.emplace_back(from, window_closed_frame{f.window});
  else
    found->watchers.insert(from);
}

void router_core::tell_closed(published_window& which) {
  for (const auto& each : std::exchange(which.watchers, {}))
    output.frames.emplace_back(each, window_closed_frame{which.id});
}

// A node can end what stands in for its own windows and nothing else, however it came by an id.
void router_core::on_closed(const node_id& from, const window_closed_frame& f) {
  for (const auto& each : twins_.of(from, f.window))
    lose_window(*each, close_reason::undeliverable);
}

void router_core::lose_windows(const node_id& of) {
  for (const auto& each : twins_.of(of))
    lose_window(*each, close_reason::node_lost);
}

void router_core::lose_window(window_twin& which, close_reason why) {
  const ref<window_twin> alive{&which};
  which.stand_in->closed = true;
  which.stand_in->inbox.detach();
  drop_all(which.stand_in->inbox.close(mailbox::rest::drop, nullptr, why), why);
  twins_.erase(which);
}

// Nobody holds on to what these stand for, and nothing is left to be sent.
void router_core::sweep_twins() {
  for (const auto& each : twins_.unused()) {
    each->stand_in->inbox.detach();
    twins_.erase(*each);
  }
}

} // namespace hawser::detail
