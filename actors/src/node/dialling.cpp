// Which nodes are dialled, and when again.

#include <algorithm>
#include <iterator>
#include <thread>

#include <caf/io/broker.hpp>

#include "node/dial.hpp"
#include "node/node_actor.hpp"

namespace hawser::detail {

void node_actor::connect(const node_address& to, outcome_callback then) {
  const auto address = to_string(to);
  if (const auto known = reached_.find(address); known != reached_.end())
    return then(reached_node{known->second, connections_.at(peers_.at(known->second)).peer.name});
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

// Looking up a name and connecting may take long: in a thread of its own, for which nobody waits,
// not even when the process ends. Others decide how many nodes are spoken of: more than so many at
// a time wait for `retry`.
void node_actor::dial_now(dialled_node& which) {
  constexpr unsigned threads_max = 64;
  if (which.busy || entrance_->dialling >= threads_max)
    return;
  which.busy = true;
  which.attempt = ++last_attempt_;
  which.looking = true;
  which.deadline = clock::now() + std::chrono::milliseconds{options.links.handshake_ms_max};
  ++entrance_->dialling;
  std::thread([entrance = entrance_, self = this, to = which.to, attempt = which.attempt,
               deadline = which.deadline] {
    // Whether or not the broker is still there to take it, the socket has an owner.
    auto outcome = std::make_shared<result<owned_socket>>(dial(to, deadline));
    --entrance->dialling;
    entrance->post([self, address = to_string(to), attempt, outcome] {
      self->on_dialled(address, attempt, std::move(*outcome));
    });
  }).detach();
}

void node_actor::on_dialled(const std::string& address, std::uint64_t attempt,
                            result<owned_socket> outcome) {
  const auto found = dialled_.find(address);
  if (stopping_ || found == dialled_.end() || found->second.attempt != attempt
      || !found->second.looking)
    return; // It has come too late.
  found->second.looking = false;
  if (!outcome)
    return dialled(address, outcome.error());
  const auto at = self_->add_scribe(outcome->release());
  const auto began_ms = as_ms(found->second.deadline) - options.links.handshake_ms_max;
  add(at, link::side::initiator, address, began_ms);
  connections_.at(at).waiting.push_back(
    [this, address](const result<reached_node>& told) { dialled(address, told); });
}

// An attempt has come to its end, or a connection was made and lost.
void node_actor::dialled(const std::string& address, const result<reached_node>& outcome) {
  const auto found = dialled_.find(address);
  if (found == dialled_.end())
    return;
  auto& which = found->second;
  which.busy = false;
  if (outcome) {
    which.failures = 0;
    if (peers_.contains(outcome->id))
      reached_[address] = outcome->id;
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

void node_actor::give_up_dialling(const std::string& why) {
  std::vector<outcome_callback> waiting;
  for (auto& [address, each] : std::exchange(dialled_, {}))
    std::ranges::move(each.waiting, std::back_inserter(waiting));
  for (const auto& then : waiting)
    then(error{errc::invalid_state_error, why});
}

void node_actor::retry() {
  const auto now = clock::now();
  // Connecting has its own deadline, which is the same; looking up a name has none.
  constexpr std::chrono::milliseconds grace{200};
  std::vector<std::string> late;
  for (const auto& [address, each] : dialled_)
    if (each.looking && each.deadline + grace <= now)
      late.push_back(address);
  for (const auto& address : late) {
    dialled_.at(address).looking = false;
    dialled(address,
            error{errc::timeout_error, "cannot connect to " + address
                                         + ": to look up the host's name takes longer than "
                                         + std::to_string(options.links.handshake_ms_max) + " ms"});
  }
  for (auto& [address, each] : dialled_)
    if (!each.busy && !reached_.contains(address) && each.next_attempt <= now)
      dial_now(each);
}

} // namespace hawser::detail
