// What a node sends: frames to the connections they are for, and bytes to CAF.

#include <utility>

#include <caf/io/middleman.hpp>

#include "node/node_actor.hpp"

namespace hawser::detail {
namespace {

// Given to CAF at a time; what is more stays where it can still be told apart.
constexpr std::size_t unsent_bytes_max = std::size_t{1} << 18;

} // namespace

// Does what follows from an event: frames to connections, connections to be made.
void node_actor::settle() {
  if (stopping_)
    return;
  auto output = std::exchange(worked_off_, {});
  for (;;) {
    while (lobby_ && lobby_->run_turn()) {}
    routes_.take_output(output);
    if (output.frames.empty() && output.wanted_links.empty() && output.incidents.empty())
      break;
    connection* last = nullptr; // Most go where the one before went.
    for (const auto& [to, what] : output.frames) {
      if (last == nullptr || last->peer.id != to) {
        const auto found = peers_.find(to);
        last = found == peers_.end() ? nullptr : &connections_.at(found->second);
        if (last != nullptr)
          dirty_.insert(last->at);
      }
      if (last != nullptr)
        last->peer_link.send(what);
    }
    for (const auto& [which, contact] : output.wanted_links)
      want(which, contact);
    for (const auto& each : output.incidents) {
      const auto found = peers_.find(each.neighbour);
      if (found == peers_.end())
        continue; // Its connection has just ended, and that was logged.
      const auto sender = "node " + name_of(each.neighbour);
      const bool relayed = each.what == incident::kind::relayed;
      if (each.what == incident::kind::stray) // Honest ones send such, too, after others were lost.
        complain(each.neighbour, "frame_ignored", sender + " sent " + each.text);
      else
        complain(each.neighbour, "peer_misbehaved",
                 sender + (relayed ? " sent or passed on " : " sent ") + each.text);
      if (each.what == incident::kind::rule) {
        auto& guilty = connections_.at(found->second);
        guilty.peer_link.end(link_end::rule, each.text);
        dirty_.insert(guilty.at);
        take_events(guilty);
      }
    }
  }
  worked_off_ = std::move(output);
  for (const auto& at : std::exchange(dirty_, {}))
    if (const auto found = connections_.find(at);
        found != connections_.end() && !found->second.gone)
      flush(found->second);
}

void node_actor::flush(connection& to) {
  auto& line = to.peer_link;
  // The farewell goes in any case: nothing comes after it.
  const auto most = line.over() ? ~std::uint64_t{0} : unsent_bytes_max;
  auto& bytes = outgoing_;
  bytes.clear();
  const auto pass_on = [this, &to, &bytes] {
    if (bytes.empty())
      return;
    self_->write(to.at, bytes.size(), bytes.data());
    to.unsent += bytes.size();
    bytes.clear();
  };
  if (to.secure) {
    plaintext_.clear();
    while (to.secure->up() && to.unsent < most && line.take_output(plaintext_, unsent_bytes_max)) {
      // What TLS cannot carry any more, its own failure explains.
      static_cast<void>(to.secure->send(plaintext_));
      plaintext_.clear();
      to.secure->take_output(bytes);
      pass_on();
    }
    if (line.over())
      to.secure->finish();
    to.secure->take_output(bytes);
    pass_on();
  } else {
    while (to.unsent < most && line.take_output(bytes, unsent_bytes_max))
      pass_on();
  }
  self_->flush(to.at);
  if (!to.opened)
    return;
  if (line.congested())
    routes_.hold(to.peer.id);
  else
    routes_.release(to.peer.id);
}

void node_actor::on_transferred(handle at, std::uint64_t remaining) {
  if (const auto gone = leaving_.find(at); gone != leaving_.end()) {
    gone->second.unsent = remaining;
    if (remaining == 0)
      stop_sending(static_cast<int>(at.id())); // CAF names connections after their sockets.
    return;
  }
  const auto found = connections_.find(at);
  if (found == connections_.end())
    return;
  found->second.unsent = remaining;
  flush(found->second);
  settle();
}

} // namespace hawser::detail
