// The connections of a node: bytes in and out, who is on the other side, and the time.

#include <algorithm>

#include <caf/io/middleman.hpp>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/detail/context_messages.hpp"
#include "node/node_actor.hpp"

namespace hawser::detail {
namespace {

// Given to CAF at a time; what is more stays where it can still be told apart.
constexpr std::size_t unsent_bytes_max = std::size_t{1} << 18;

// Read at a time.
constexpr std::size_t read_bytes_max = std::size_t{1} << 18;

} // namespace

std::uint64_t node_actor::now_ms() const {
  return static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::milliseconds>(clock::now().time_since_epoch()).count());
}

void node_actor::add(handle at, link::side side, std::string address) {
  node_facts own{id, options.name, routes_contact_, {}};
  auto& made = connections_
                 .emplace(at, connection{at, link{side, std::move(own), now_ms(), options.links},
                                         std::move(address), side})
                 .first->second;
  self_->configure_read(at, caf::io::receive_policy::at_most(read_bytes_max));
  self_->ack_writes(at, true);
  flush(made);
}

void node_actor::on_data(handle at, std::span<const std::byte> bytes) {
  const auto found = connections_.find(at);
  if (found == connections_.end())
    return;
  found->second.peer_link.receive(bytes, now_ms());
  take_events(found->second);
  settle();
}

void node_actor::on_closed(handle at) {
  const auto found = connections_.find(at);
  if (found == connections_.end())
    return;
  found->second.peer_link.disconnect("the connection was closed by the other side");
  take_events(found->second);
  settle();
}

void node_actor::on_tick() {
  const auto now = now_ms();
  std::vector<handle> all;
  for (const auto& [at, each] : connections_)
    all.push_back(at);
  for (const auto& at : all)
    if (const auto found = connections_.find(at); found != connections_.end()) {
      found->second.peer_link.tick(now);
      dirty_.insert(at);
      take_events(found->second);
    }
  retry();
  settle();
}

// May end with the connection gone.
void node_actor::take_events(connection& from) {
  const auto at = from.at;
  for (;;) {
    const auto found = connections_.find(at);
    if (found == connections_.end())
      return;
    auto& current = found->second;
    auto next = current.peer_link.next_event();
    if (!next)
      return;
    dirty_.insert(at);
    if (auto* who = std::get_if<link_event::introduced>(&next->what))
      on_introduced(current, std::move(who->peer));
    else if (const auto* up = std::get_if<link_event::opened>(&next->what))
      on_opened(current, up->session);
    else if (auto* arrived = std::get_if<link_event::frames>(&next->what))
      for (auto& each : *arrived)
        on_frame(current, std::move(each));
    else if (const auto* time = std::get_if<link_event::measured>(&next->what))
      current.round_trip = std::chrono::milliseconds{time->round_trip_ms};
    else
      on_ended(current, std::get<link_event::ended>(next->what));
  }
}

void node_actor::on_introduced(connection& from, node_facts peer) {
  from.peer = std::move(peer);
  from.introduced = true;
  if (settled_with_other(from))
    from.peer_link.accept(routes_.newest_session(from.peer.id));
}

// Two nodes need one connection. An older one that is alive stays; of two that are being made, the
// one that the node with the smaller id has begun.
bool node_actor::settled_with_other(connection& newcomer) {
  for (auto& [at, other] : connections_) {
    if (&other == &newcomer || !other.introduced || other.peer.id != newcomer.peer.id
        || other.peer_link.over())
      continue;
    const auto begun_by = [this, &newcomer](const connection& each) {
      return each.side == link::side::initiator ? id : newcomer.peer.id;
    };
    const auto alive_ms = 2 * options.links.heartbeat_ms;
    const bool other_stays = other.opened ? other.peer_link.silent_ms(now_ms()) < alive_ms
                                          : begun_by(other) < begun_by(newcomer);
    auto& loser = other_stays ? newcomer : other;
    loser.peer_link.end(link_end::duplicate, "the nodes " + options.name + " and "
                                               + newcomer.peer.name + " are connected already");
    dirty_.insert(loser.at);
    if (other_stays)
      return false;
    take_events(other);
    return true;
  }
  return true;
}

void node_actor::on_opened(connection& from, link_session session) {
  from.opened = true;
  peers_[from.peer.id] = from.at;
  system_->log.write(component::node, spdlog::level::info, "node_connected",
                     "node {} is connected with node {} at {}", options.name, from.peer.name,
                     from.address);
  routes_.link_up(from.peer.id, session);
  for (const auto& then : std::exchange(from.waiting, {}))
    then(from.peer.name);
}

bool node_actor::may_speak_for(const std::string& peer_name, const std::string& origin) const {
  if (origin == "null" || origin == "hawser://" + peer_name)
    return true;
  const auto granted = options.grants.find(peer_name);
  return granted != options.grants.end()
         && std::ranges::any_of(granted->second, [&origin](const std::string& each) {
              return each == "*" || each == origin;
            });
}

void node_actor::on_frame(connection& from, frame&& what) {
  auto* to_window = std::get_if<window_frame>(&what);
  if (to_window != nullptr && !may_speak_for(from.peer.name, to_window->facts.origin)) {
    system_->log.write(component::node, spdlog::level::warn, "origin_refused",
                       "node {} may not speak for {}: its message was refused", from.peer.name,
                       to_window->facts.origin);
    return routes_.refuse(from.peer.id, std::move(*to_window));
  }
  routes_.receive(from.peer.id, std::move(what));
}

void node_actor::on_ended(connection& from, const link_event::ended& how) {
  const auto text = from.opened ? "the connection with node " + from.peer.name + " at "
                                    + from.address + " has ended: " + how.text
                                : "cannot connect to " + from.address + ": " + how.text;
  const bool expected = how.why == link_end::closed || how.why == link_end::duplicate;
  system_->log.write(component::node, expected ? spdlog::level::info : spdlog::level::warn,
                     "node_disconnected", "{} ({})", text, to_string(how.why));
  const auto at = from.at;
  const auto peer = from.peer.id;
  const bool known = how.why == link_end::duplicate && peers_.contains(peer);
  const auto waiting = std::exchange(from.waiting, {});
  const auto name = from.peer.name;
  if (from.opened) {
    peers_.erase(peer);
    std::erase_if(reached_, [&peer](const auto& each) { return each.second == peer; });
    routes_.link_down(peer);
  } else if (from.introduced && !known) {
    routes_.link_failed(peer, 0);
  }
  flush(from);
  self_->close(at);
  connections_.erase(at);
  dirty_.erase(at);
  for (const auto& then : waiting)
    if (known)
      then(name);
    else
      then(error{errc::not_found_error, text});
}

// Does what follows from an event: frames to connections, connections to be made.
void node_actor::settle() {
  for (;;) {
    while (lobby_ && lobby_->run_turn()) {}
    auto output = routes_.take_output();
    if (output.frames.empty() && output.wanted_links.empty() && output.incidents.empty())
      break;
    for (const auto& [to, what] : output.frames) {
      const auto found = peers_.find(to);
      if (found == peers_.end())
        continue;
      connections_.at(found->second).peer_link.send(what);
      dirty_.insert(found->second);
    }
    for (const auto& [which, contact] : output.wanted_links)
      want(which, contact);
    for (const auto& each : output.incidents) {
      const auto found = peers_.find(each.neighbour);
      const auto name =
        found == peers_.end() ? std::string{"unknown"} : connections_.at(found->second).peer.name;
      system_->log.write(component::node, spdlog::level::warn, "peer_misbehaved", "node {} sent {}",
                         name, each.text);
      if (each.what == incident::kind::rule && found != peers_.end()) {
        auto& guilty = connections_.at(found->second);
        guilty.peer_link.end(link_end::rule, each.text);
        dirty_.insert(guilty.at);
        take_events(guilty);
      }
    }
  }
  for (const auto& at : std::exchange(dirty_, {}))
    if (const auto found = connections_.find(at); found != connections_.end())
      flush(found->second);
}

void node_actor::flush(connection& to) {
  std::vector<std::byte> bytes;
  while (to.unsent < unsent_bytes_max && to.peer_link.take_output(bytes, unsent_bytes_max)) {
    self_->write(to.at, bytes.size(), bytes.data());
    to.unsent += bytes.size();
    bytes.clear();
  }
  self_->flush(to.at);
  if (!to.opened)
    return;
  if (to.peer_link.congested())
    routes_.hold(to.peer.id);
  else
    routes_.release(to.peer.id);
}

} // namespace hawser::detail
