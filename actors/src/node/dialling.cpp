// Which nodes are dialled, and when again.

#include <algorithm>

#include <unistd.h>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/spawn_options.hpp>

#include "node/dial.hpp"
#include "node/node_actor.hpp"

namespace hawser::detail {

void node_actor::connect(const node_address& to, outcome_callback then) {
  const auto address = to_string(to);
  if (const auto known = reached_.find(address); known != reached_.end())
    return then(connections_.at(peers_.at(known->second)).peer.name);
  auto& which = dialled_[address];
  which.to = to;
  which.waiting.push_back(std::move(then));
  dial_now(which);
}

void node_actor::keep_connected(const node_address& to) {
  auto& which = dialled_[to_string(to)];
  which.to = to;
  which.keep = true;
  dial_now(which);
}

// The router wants to reach a node that has been spoken of.
void node_actor::want(const node_id& which, const std::string& contact) {
  const auto to = parse_node_address(contact);
  if (!to)
    return; // It cannot be reached: the way there stays as it is.
  auto& wanted = dialled_[to_string(*to)];
  wanted.to = *to;
  wanted.wanted = which;
  dial_now(wanted);
}

// Looking up a name and connecting may take long: in a thread of its own.
void node_actor::dial_now(dialled_node& which) {
  if (std::exchange(which.busy, true))
    return;
  const auto to = which.to;
  const auto deadline = clock::now() + std::chrono::milliseconds{options.links.handshake_ms_max};
  auto self = shared_from_this();
  system_->actors.spawn<caf::detached>([self, to, deadline](caf::event_based_actor*) {
    auto outcome = std::make_shared<result<int>>(dial(to, deadline));
    self->post([self = self.get(), address = to_string(to), outcome] {
      self->on_dialled(address, *outcome);
    });
  });
}

void node_actor::on_dialled(const std::string& address, result<int> outcome) {
  if (stopping_) {
    if (outcome)
      close(*outcome);
    return;
  }
  if (!outcome)
    return dialled(address, outcome.error());
  const auto at = self_->add_scribe(*outcome);
  add(at, link::side::initiator, address);
  connections_.at(at).waiting.push_back(
    [this, address](const result<std::string>& told) { dialled(address, told); });
}

// An attempt has come to its end, or a connection was made and lost.
void node_actor::dialled(const std::string& address, const result<std::string>& outcome) {
  const auto found = dialled_.find(address);
  if (found == dialled_.end())
    return;
  auto& which = found->second;
  which.busy = false;
  if (outcome) {
    which.failures = 0;
    for (const auto& [peer, at] : peers_)
      if (connections_.at(at).peer.name == *outcome)
        reached_[address] = peer;
  } else {
    ++which.failures;
    const auto doubled = options.retry_first * (1U << std::min(which.failures - 1, 16U));
    which.next_attempt = clock::now() + std::min(doubled, options.retry_longest);
    if (which.wanted)
      routes_.link_failed(*which.wanted, 0);
    if (which.keep || which.failures == 1)
      system_->log.write(component::node, spdlog::level::warn, "node_unreachable", "{}",
                         outcome.error().what());
  }
  const auto waiting = std::exchange(which.waiting, {});
  constexpr unsigned wanted_attempts_max = 8;
  const bool again = which.keep || (which.wanted && which.failures < wanted_attempts_max);
  if (!again || (outcome && !which.keep))
    dialled_.erase(found);
  for (const auto& then : waiting)
    then(outcome);
}

void node_actor::retry() {
  const auto now = clock::now();
  for (auto& [address, each] : dialled_)
    if (!each.busy && !reached_.contains(address) && each.next_attempt <= now)
      dial_now(each);
}

} // namespace hawser::detail
