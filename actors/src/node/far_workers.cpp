// Asking other nodes for workers.

#include <algorithm>

#include "node/node_actor.hpp"
#include "node/worker_request.hpp"
#include "worker_object.hpp"

namespace hawser::detail {

bool is_here(const system_state& system, const std::string& node) {
  const auto own = system.network();
  return own && std::ranges::equal(own->options.name, node, [](char known, char given) {
           return known == given || (given >= 'A' && given <= 'Z' && known == given - 'A' + 'a');
         });
}

void start_elsewhere(system_state& system, worker_request what) {
  if (const auto network = system.network())
    return network->ask_for(std::make_shared<worker_request>(std::move(what)));
  what.messages.close(close_reason::closed_by_peer);
  auto* registry = port_registry::current();
  HAWSER_ASSERT(registry != nullptr, "a worker was made outside of any context");
  post_load_failure(registry->adopt(std::move(what.errors)),
                    "this system has no node, and so does not know node '" + what.node + "'");
}

void node_actor::ask_for(std::shared_ptr<worker_request> what) {
  post([this, what = std::move(what)] {
    reach(what->node, [this, what](const result<reached_node>& outcome) {
      if (outcome)
        send_request(outcome->id, *what);
      else
        decline(*what, outcome.error().what());
    });
  });
}

void node_actor::reach(const std::string& node, outcome_callback then) {
  if (node.starts_with("hawser://")) {
    const auto to = parse_node_address(node);
    return to ? connect(*to, std::move(then)) : then(to.error());
  }
  std::string name = node;
  std::ranges::transform(name, name.begin(), [](char each) {
    return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
  });
  for (const auto& [which, at] : peers_)
    if (connections_.at(at).peer.name == name)
      return then(reached_node{which, name});
  const auto patience = static_cast<std::uint64_t>(options.patience.count());
  awaited_.push_back({std::move(name), now_ms() + patience, std::move(then)});
}

void node_actor::on_reached(const reached_node& which) {
  const auto first = std::ranges::stable_partition(
    awaited_, [&which](const auto& each) { return each.name != which.name; });
  const std::vector<awaited_node> here{std::make_move_iterator(first.begin()),
                                       std::make_move_iterator(awaited_.end())};
  awaited_.erase(first.begin(), awaited_.end());
  for (const auto& each : here)
    each.then(which);
}

void node_actor::give_up_awaiting(std::uint64_t now) {
  const auto first = std::ranges::stable_partition(
    awaited_, [now](const auto& each) { return now < each.deadline_ms; });
  const std::vector<awaited_node> late{std::make_move_iterator(first.begin()),
                                       std::make_move_iterator(awaited_.end())};
  awaited_.erase(first.begin(), awaited_.end());
  for (const auto& each : late)
    each.then(error{errc::not_found_error,
                    "node " + options.name + " is connected with no node '" + each.name + "'"});
}

void node_actor::send_request(const node_id& to, worker_request& what) {
  const registry_scope scope{*lobby_};
  const bool dedicated = what.kind == scope_kind::dedicated_worker;
  const object asked{{"start", dedicated ? "dedicated" : "shared"},
                     {"script", what.script},
                     {"name", what.name},
                     {"origin", what.origin}};
  const auto messages = lobby_->adopt(std::move(what.messages));
  const auto errors = lobby_->adopt(std::move(what.errors));
  transfer_list ports{messages, errors};
  if (dedicated)
    ports = {messages, errors, lobby_->adopt(std::move(what.lifeline))};
  const auto err = lobby_of(to).post_message(asked, "*", std::move(ports));
  if (!err)
    return;
  messages.close();
  post_load_failure(errors, "node " + name_of(to) + " cannot be asked: " + err.what());
}

void node_actor::decline(worker_request& what, const std::string& why) {
  what.messages.close(close_reason::closed_by_peer);
  if (!lobby_)
    return; // Nobody is left to tell why.
  const registry_scope scope{*lobby_};
  post_load_failure(lobby_->adopt(std::move(what.errors)), why);
}

} // namespace hawser::detail
