#include "node/worker_hosting.hpp"

#include <algorithm>

#include "hawser/worker_global_scope.hpp"
#include "node/node_actor.hpp"
#include "worker_object.hpp"
#include "worker_setup.hpp"

namespace hawser::detail {

/// What was asked for, once it could be understood.
struct worker_hosting::request {
  scope_kind kind;
  std::string script;
  std::string name;
  std::string origin;
  std::optional<worker_script> loaded = {};
};

worker_hosting::~worker_hosting() {
  while (!lifelines_.empty())
    terminate(lifelines_.begin()->first);
}

void worker_hosting::start(const node_id& from, const value& asked,
                           const std::vector<message_port>& ports) {
  constexpr std::size_t dedicated_ports = 3;
  constexpr std::size_t shared_ports = 2;
  const auto kind = asked["start"].as<std::string>();
  const auto script = asked["script"].as<std::string>();
  const auto name = asked["name"].as<std::string>();
  const auto origin = asked["origin"].as<std::string>();
  const bool dedicated = kind == "dedicated" && ports.size() == dedicated_ports;
  const bool shared = kind == "shared" && ports.size() == shared_ports;
  if (!script || !name || !origin || !(dedicated || shared))
    return node_.complain(from, "peer_misbehaved",
                          "node " + node_.name_of(from) + " asked for a worker that cannot be");
  request what{dedicated ? scope_kind::dedicated_worker : scope_kind::shared_worker, *script, *name,
               *origin};
  what.loaded = node_.system().scripts.load(what.script);
  const auto why = objection(from, what);
  if (!why.empty()) {
    ports[0].close();
    post_load_failure(ports[1], "node " + node_.options.name + " refused: " + why);
    return node_.complain(from, "worker_refused",
                          "worker '" + what.script + "' for node " + node_.name_of(from)
                            + " was refused: " + why);
  }
  if (dedicated)
    start_dedicated(from, what, ports);
  else
    connect_shared(from, what, ports);
}

std::string worker_hosting::objection(const node_id& from, const request& what) {
  const auto client = node_.name_of(from);
  const auto& trusted = node_.options.workers_for;
  if (std::ranges::find(trusted, client) == trusted.end()
      && std::ranges::find(trusted, "*") == trusted.end())
    return "it starts no workers for node " + client;
  const auto own = origin::parse(what.origin);
  if (!node_.may_speak_for(client, what.origin)
      || (what.origin != "null" && (!own || to_string(*own) != what.origin)))
    return "node " + client + " may not speak for " + what.origin;
  if (at_limit(from))
    return "it runs " + std::to_string(node_.options.workers_per_node_max) + " workers for node "
           + client + " already";
  return load_objection(what.loaded, what.script, what.kind);
}

// Workers that have ended by themselves are counted out only when it matters.
bool worker_hosting::at_limit(const node_id& from) {
  auto& running = running_[from];
  if (running.size() < node_.options.workers_per_node_max)
    return false;
  std::erase_if(running, [this](std::uint64_t each) {
    return !node_.system().directory.origin_of(each).has_value();
  });
  return running.size() >= node_.options.workers_per_node_max;
}

namespace {

scope_setup scope_of(system_state& system, scope_kind kind, const std::string& origin_text,
                     const std::string& name, const std::string& script) {
  return {system.shared_from_this(),
          kind,
          origin_text == "null" ? origin::opaque() : *origin::parse(origin_text),
          name.empty() ? script : name,
          script,
          std::nullopt,
          0,
          std::stop_source{}};
}

} // namespace

void worker_hosting::start_dedicated(const node_id& from, const request& what,
                                     const std::vector<message_port>& ports) {
  auto& system = node_.system();
  auto& lobby = node_.lobby();
  std::uint64_t id = 0;
  system.actors.spawn<dedicated_worker_global_scope>(dedicated_worker_setup{
    scope_of(system, what.kind, what.origin, what.name, what.script), what.loaded->dedicated(),
    lobby.release(ports[0]), lobby.release(ports[1]), &id});
  running_[from].insert(id);
  lifelines_.emplace(id, ports[2]);
  ports[2].label("lifeline of worker '" + what.script + "'");
  ports[2].on_close([this, id] { terminate(id); });
}

void worker_hosting::connect_shared(const node_id& from, const request& what,
                                    const std::vector<message_port>& ports) {
  auto& system = node_.system();
  auto& lobby = node_.lobby();
  auto scope = scope_of(system, what.kind, what.origin, what.name, what.script);
  const shared_worker_key key{scope.origin, what.script, what.name};
  auto client = std::make_shared<detail::connection>(
    detail::connection{lobby.release(ports[0]), lobby.release(ports[1])});
  if (const auto started =
        join_shared_worker(key, what.loaded->shared(), std::move(scope), std::move(client)))
    running_[from].insert(started);
}

// HTML #terminate-a-worker; nothing happens to one that has ended.
void worker_hosting::terminate(std::uint64_t worker) {
  lifelines_.erase(worker);
  for (auto& [for_node, running] : running_)
    running.erase(worker);
  end_contexts(node_.system().directory.terminate(worker));
}

} // namespace hawser::detail
