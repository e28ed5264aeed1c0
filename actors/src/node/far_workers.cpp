#include "node/far_workers.hpp"

#include <algorithm>
#include <iterator>

#include "node/node_actor.hpp"
#include "node/worker_request.hpp"
#include "worker_object.hpp"

namespace hawser::detail {

bool is_here(const system_state& system, const std::string& node) {
  const auto own = system.network();
  return own && own->options.name == in_small_letters(node);
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

void far_workers::ask_for(const std::shared_ptr<worker_request>& what) {
  reach(what->node, [this, what](const result<reached_node>& outcome) {
    if (outcome)
      send(outcome->id, *what);
    else
      decline(*what, outcome.error().what());
  });
}

void far_workers::reach(const std::string& node, outcome_callback then) {
  if (node.starts_with("hawser://")) {
    const auto to = parse_node_address(node);
    return to ? node_.connect(*to, std::move(then)) : then(to.error());
  }
  auto name = in_small_letters(node);
  if (const auto known = node_.node_called(name))
    return then(reached_node{*known, name});
  const auto patience = static_cast<std::uint64_t>(node_.options.patience.count());
  awaited_.push_back({std::move(name), node_.now_ms() + patience, std::move(then)});
}

template <class Stays>
std::vector<far_workers::awaited_node> far_workers::take_out(Stays stays) {
  const auto leaving = std::stable_partition(awaited_.begin(), awaited_.end(), stays);
  std::vector<awaited_node> out{std::make_move_iterator(leaving),
                                std::make_move_iterator(awaited_.end())};
  awaited_.erase(leaving, awaited_.end());
  return out;
}

void far_workers::reached(const reached_node& which) {
  for (const auto& each :
       take_out([&which](const awaited_node& one) { return one.name != which.name; }))
    each.then(which);
}

void far_workers::give_up(std::uint64_t now_ms) {
  for (const auto& each :
       take_out([now_ms](const awaited_node& one) { return now_ms < one.deadline_ms; }))
    each.then(error{errc::not_found_error, "node " + node_.options.name
                                             + " is connected with no node '" + each.name + "'"});
}

void far_workers::send(const node_id& to, worker_request& what) {
  auto& lobby = node_.lobby();
  const registry_scope scope{lobby};
  const bool dedicated = what.kind == scope_kind::dedicated_worker;
  const object asked{{"start", dedicated ? "dedicated" : "shared"},
                     {"script", what.script},
                     {"name", what.name},
                     {"origin", what.origin}};
  const auto messages = lobby.adopt(std::move(what.messages));
  const auto errors = lobby.adopt(std::move(what.errors));
  transfer_list ports{messages, errors};
  if (dedicated)
    ports = {messages, errors, lobby.adopt(std::move(what.lifeline))};
  const auto err = node_.lobby_of(to).post_message(asked, "*", std::move(ports));
  if (!err)
    return;
  messages.close();
  post_load_failure(errors, "node " + node_.name_of(to) + " cannot be asked: " + err.what());
}

void far_workers::decline(worker_request& what, const std::string& why) {
  auto& lobby = node_.lobby();
  const registry_scope scope{lobby};
  what.messages.close(close_reason::closed_by_peer);
  post_load_failure(lobby.adopt(std::move(what.errors)), why);
}

} // namespace hawser::detail
