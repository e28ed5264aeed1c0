// The connections of a node: what comes in, who is on the other side, and the time.

#include <algorithm>
#include <bit>
#include <iterator>

#include <caf/io/middleman.hpp>

#include "node/node_actor.hpp"

namespace hawser::detail {
namespace {

// How long a connection that is over may take to be closed.
constexpr std::uint64_t linger_ms = 1000;

// Read at a time. CAF clears what a read has left of it, byte by byte: with 64 KiB that was a tenth
// of the processor's time of a ping-pong.
constexpr std::size_t read_bytes_min = std::size_t{1} << 10;
constexpr std::size_t read_bytes_max = std::size_t{1} << 16;

// Twice what came, so that a stream of large frames is read in large pieces after a few small ones.
std::size_t read_bytes_after(std::size_t came) {
  return std::clamp(2 * std::bit_ceil(came), read_bytes_min, read_bytes_max);
}

} // namespace

void node_actor::on_accepted(handle at) {
  const auto address = self_->remote_addr(at) + ":" + std::to_string(self_->remote_port(at));
  const auto strangers = std::ranges::count_if(connections_, [](const auto& each) {
    return each.second.side == link::side::acceptor && !each.second.opened;
  });
  if (!stopping_ && static_cast<std::size_t>(strangers) < options.strangers_max)
    return add(at, link::side::acceptor, address, now_ms());
  self_->close(at);
  if (!stopping_)
    system_->log.write(component::node, spdlog::level::warn, "connection_refused",
                       "a connection from {} was refused: {} are in the handshake already", address,
                       strangers);
}

void node_actor::add(handle at, link::side side, std::string address, std::uint64_t began_ms) {
  node_facts own{id, options.name, routes_contact_, {}};
  auto& made = connections_
                 .emplace(at, connection{at, link{side, std::move(own), began_ms, options.links},
                                         std::move(address), side})
                 .first->second;
  if (identity_)
    made.secure = std::make_unique<tls_session>(*identity_, side);
  self_->ack_writes(at, true);
  read_next(made, read_bytes_min);
  flush(made);
}

void node_actor::on_data(handle at, std::span<const std::byte> bytes) {
  const auto found = connections_.find(at);
  if (found == connections_.end())
    return; // It is leaving, and what it still says is of no interest.
  if (const auto wanted = read_bytes_after(bytes.size()); wanted != found->second.read_bytes)
    read_next(found->second, wanted);
  hear(found->second, bytes);
  dirty_.insert(at);
  take_events(found->second);
  settle();
}

void node_actor::read_next(connection& from, std::size_t bytes_max) {
  from.read_bytes = bytes_max;
  self_->configure_read(from.at, caf::io::receive_policy::at_most(bytes_max));
}

void node_actor::hear(connection& from, std::span<const std::byte> bytes) {
  auto& to = from.peer_link;
  const bool first = !std::exchange(from.heard, true);
  if (!from.secure || (first && plain_instead_of_tls(from, bytes.front())))
    return to.receive(bytes, now_ms());
  plaintext_.clear();
  const auto err = from.secure->receive(bytes, plaintext_);
  if (!plaintext_.empty())
    to.receive(plaintext_, now_ms());
  if (err)
    to.end(link_end::refused, err.what());
}

// TLS begins with a handshake or an alert. A node without it is told so in its own words, though
// nothing is believed that it says.
bool node_actor::plain_instead_of_tls(connection& from, std::byte first) {
  constexpr std::byte alert{0x15};
  constexpr std::byte handshake{0x16};
  if (first == alert || first == handshake)
    return false;
  if (first == std::byte{'H'}) {
    from.secure.reset();
    from.peer_link.end(link_end::refused, from.side == link::side::acceptor
                                            ? "the acceptor uses TLS, and the initiator does not"
                                            : "the initiator uses TLS, and the acceptor does not");
  } else {
    from.peer_link.end(link_end::not_hawser, "the peer does not speak TLS");
  }
  return true;
}

void node_actor::on_closed(handle at) {
  if (leaving_.erase(at) != 0)
    return end_if_alone();
  const auto found = connections_.find(at);
  if (found == connections_.end())
    return;
  auto& gone = found->second;
  gone.gone = true;
  const bool in_tls = gone.secure && !gone.secure->up();
  gone.peer_link.disconnect(std::string{"the connection was closed"}
                            + (gone.opened ? ""
                               : in_tls    ? " in the middle of the TLS handshake"
                                           : " in the middle of the handshake"));
  take_events(gone);
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
  tell_left_out();
  if (!stopping_) {
    lose_patience(now);
    retry();
  }
  hurry(now);
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
    else if (auto* arrived = std::get_if<link_event::frames>(&next->what)) {
      for (auto& each : *arrived)
        on_frame(current, std::move(each));
      current.peer_link.recycle(std::move(*arrived));
    } else if (const auto* time = std::get_if<link_event::measured>(&next->what))
      current.round_trip = std::chrono::milliseconds{time->round_trip_ms};
    else
      on_ended(current, std::get<link_event::ended>(next->what));
  }
}

void node_actor::on_introduced(connection& from, node_facts peer) {
  from.peer = std::move(peer);
  from.introduced = true;
  auto& line = from.peer_link;
  if (line.over())
    return; // It has said in the same breath why it will not have this connection.
  if (from.secure && !from.secure->certifies(from.peer.name))
    return line.end(link_end::refused, "a node is not '" + from.peer.name
                                         + "' whose certificate is for " + from.secure->names());
  if (const auto* other = other_with(from); other != nullptr && other->peer.name != from.peer.name)
    return line.end(link_end::refused,
                    "node '" + from.peer.name + "' claims to be another node that is connected");
  if (settled_with_other(from))
    line.accept(routes_.newest_session(from.peer.id));
}

// Another connection with the same node, which is not over.
node_actor::connection* node_actor::other_with(const connection& than) {
  const auto found = std::ranges::find_if(connections_, [&than](const auto& each) {
    const auto& other = each.second;
    return &other != &than && other.introduced && other.peer.id == than.peer.id
           && !other.peer_link.over();
  });
  return found == connections_.end() ? nullptr : &found->second;
}

// Two nodes need one connection. An older one that is alive stays; of two that are being made, the
// one that the node with the smaller id has begun.
bool node_actor::settled_with_other(connection& newcomer) {
  auto* other = other_with(newcomer);
  if (other == nullptr)
    return true;
  const auto begun_by = [this, &newcomer](const connection& each) {
    return each.side == link::side::initiator ? id : newcomer.peer.id;
  };
  const auto alive_ms = 2 * options.links.heartbeat_ms;
  // The acceptor of a connection counts it as made earlier than the initiator does, but neither
  // before the initiator has asked to start.
  const bool started = other->peer_link.agreed() != 0;
  const bool other_stays = started ? other->peer_link.silent_ms(now_ms()) < alive_ms
                                   : begun_by(*other) < begun_by(newcomer);
  auto& loser = other_stays ? newcomer : *other;
  loser.peer_link.end(link_end::duplicate, "the nodes " + options.name + " and "
                                             + newcomer.peer.name + " are connected already");
  dirty_.insert(loser.at);
  if (!other_stays)
    take_events(*other);
  return !other_stays;
}

void node_actor::on_opened(connection& from, link_session session) {
  from.opened = true;
  peers_[from.peer.id] = from.at;
  system_->log.write(component::node, spdlog::level::info, "node_connected",
                     "node {} is connected with node {} at {}", options.name, from.peer.name,
                     from.address);
  routes_.link_up(from.peer.id, session);
  broadcasts_->reached(from.peer.id, from.peer.name);
  for (const auto& then : std::exchange(from.waiting, {}))
    then(reached_node{from.peer.id, from.peer.name});
  far_workers_->reached({from.peer.id, from.peer.name});
}

void node_actor::on_frame(connection& from, frame&& what) {
  auto* to_window = std::get_if<window_frame>(&what);
  if (to_window != nullptr && !may_speak_for(from.peer.name, to_window->facts.origin)) {
    complain(from.peer.id, "origin_refused",
             "node " + from.peer.name + " may not speak for " + to_window->facts.origin
               + ": its message was refused");
    return routes_.refuse(from.peer.id, std::move(*to_window));
  }
  routes_.receive(from.peer.id, std::move(what));
}

void node_actor::on_ended(connection& from, const link_event::ended& how) {
  const bool initiator = from.side == link::side::initiator;
  const bool told = how.by_peer && how.why != link_end::lost;
  const auto text = (from.opened ? "the connection with node " + from.peer.name + " at "
                                     + from.address + " has ended: "
                     : initiator ? "cannot connect to " + from.address + ": "
                                 : "a connection from " + from.address + " came to nothing: ")
                    + (told ? "the other side says: " : "") + how.text;
  // Whoever waits for an initiator's connection is told, and it is logged there.
  const bool expected = how.why == link_end::closed || how.why == link_end::duplicate;
  if (from.opened || !initiator)
    system_->log.write(component::node, expected ? spdlog::level::info : spdlog::level::warn,
                       "node_disconnected", "{} ({})", text, to_string(how.why));
  const reached_node peer{from.peer.id, from.peer.name};
  auto waiting = std::exchange(from.waiting, {});
  auto* other = from.introduced ? other_with(from) : nullptr;
  if (from.opened) {
    forget_lines(peer.id);
    peers_.erase(peer.id);
    std::erase_if(reached_, [&peer](const auto& each) { return each.second == peer.id; });
    routes_.link_down(peer.id);
    broadcasts_->lost(peer.id);
  } else if (from.introduced && other == nullptr) {
    routes_.link_failed(peer.id, from.peer_link.agreed());
  }
  hang_up(from.at);
  // One of two connections is enough, and the other may still be in the handshake.
  if (how.why == link_end::duplicate && other != nullptr && !other->opened) {
    std::ranges::move(waiting, std::back_inserter(other->waiting));
    return;
  }
  const bool known = how.why == link_end::duplicate && other != nullptr;
  const bool late = how.why == link_end::handshake || how.why == link_end::silent;
  for (const auto& then : waiting)
    if (known)
      then(peer);
    else
      then(error{late ? errc::timeout_error : errc::not_found_error, text});
}

// Lets what is left be sent, and the peer close the connection first.
void node_actor::hang_up(handle at) {
  auto& from = connections_.at(at);
  if (from.gone) {
    connections_.erase(at);
    dirty_.erase(at);
    return;
  }
  flush(from);
  leaving_[at] = {now_ms() + linger_ms, from.unsent};
  connections_.erase(at);
  dirty_.erase(at);
  on_transferred(at, leaving_.at(at).unsent);
}

// Nobody may keep a connection by never closing it.
void node_actor::hurry(std::uint64_t now) {
  std::erase_if(leaving_, [this, now](const auto& each) {
    if (now < each.second.deadline_ms)
      return false;
    stop_both_ways(static_cast<int>(each.first.id()));
    self_->close(each.first);
    return true;
  });
  end_if_alone();
}

void node_actor::end_if_alone() {
  if (!stopped_ || !leaving_.empty())
    return;
  self_->quit();
  std::exchange(stopped_, std::nullopt)->set_value();
}

} // namespace hawser::detail
