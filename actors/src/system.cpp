#include "hawser/system.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <vector>

#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>

#include "hawser/browsing_context.hpp"
#include "hawser/detail/context_messages.hpp"
#include "hawser/node.hpp"
#include "node/node_actor.hpp"
#include "scheduling.hpp"
#include "system_state.hpp"

namespace hawser {
namespace detail {

origin origin_of(std::string_view url, const origin* inherited) {
  if (origin::is_inherited(url))
    return inherited == nullptr ? origin::opaque() : *inherited;
  auto parsed = origin::parse(url);
  if (!parsed)
    throw std::invalid_argument(parsed.error().what());
  return *std::move(parsed);
}

const limits& usable(const limits& configured) {
  if (configured.deliveries_per_port_max == 0)
    throw std::invalid_argument("hawser.deliveries-per-port-max must not be 0");
  if (configured.deliveries_per_turn_max == 0)
    throw std::invalid_argument("hawser.deliveries-per-turn-max must not be 0");
  return configured;
}

std::string describe(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

window_proxy system_state::open(std::string_view url, start_function start, open_options options,
                                const context_creator& creator) {
  window_proxy made;
  const bool nested = options.kind == context_kind::nested;
  scope_setup scope{shared_from_this(),      scope_kind::window, origin_of(url, creator.origin),
                    std::move(options.name), std::string{url},   options.limits,
                    nested ? creator.id : 0};
  context_setup setup{std::move(scope),
                      std::move(start),
                      options.on_start_failure,
                      nested ? creator.window : window_proxy{},
                      nested ? window_proxy{} : creator.window,
                      &made};
  actors.spawn<browsing_context>(std::move(setup));
  return made;
}

void end_contexts(const std::vector<caf::actor>& which) {
  std::vector<global_scope*> scopes;
  for (const auto& each : which)
    if (each)
      scopes.push_back(static_cast<global_scope*>(caf::actor_cast<caf::abstract_actor*>(each)));
  for (auto* each : scopes)
    each->stop_turns();
  const auto message = caf::make_message(close_context{});
  for (auto* each : scopes)
    enqueue(*each, message, current_execution_unit());
}

void system_state::close_all() {
  end_contexts(directory.end_all());
}

std::shared_ptr<node_actor> system_state::network() const {
  const std::scoped_lock guard{network_lock_};
  return network_.lock();
}

void system_state::join_network(const std::shared_ptr<node_actor>& as) {
  const std::scoped_lock guard{network_lock_};
  if (!network_.expired())
    throw std::logic_error("a system is one node on the network, and this one is already");
  network_ = as;
}

void system_state::leave_network() {
  const std::scoped_lock guard{network_lock_};
  network_.reset();
}

void system_state::report_open_ports() {
  constexpr std::size_t lines_max = 100;
  const auto all = open_ports.list();
  for (std::size_t i = 0; i < std::min(all.size(), lines_max); ++i)
    log.write(component::port, spdlog::level::warn, "port_never_closed", "{}", to_string(all[i]));
  if (all.size() > lines_max)
    log.write(component::port, spdlog::level::warn, "ports_never_closed",
              "{} more ports were never closed", all.size() - lines_max);
}

} // namespace detail

void init_global_meta_objects() {
  caf::init_global_meta_objects<caf::id_block::hawser>();
  caf::io::middleman::init_global_meta_objects();
  caf::core::init_global_meta_objects();
}

namespace {

std::unique_ptr<config> read_config(int argc, char** argv) {
  auto made = std::make_unique<config>();
  if (auto err = made->read(argc, argv))
    throw std::invalid_argument(err.what());
  return made;
}

caf::actor_system_config& prepared(config& settings) {
  init_global_meta_objects();
  return settings;
}

} // namespace

system::system() : system(0, nullptr) {}

system::system(int argc, char** argv)
  : own_config_(read_config(argc, argv)),
    own_actors_(std::make_unique<caf::actor_system>(prepared(*own_config_))),
    state_(std::make_shared<detail::system_state>(*own_actors_, *own_config_)) {}

system::system(config& settings)
  : own_actors_(std::make_unique<caf::actor_system>(prepared(settings))),
    state_(std::make_shared<detail::system_state>(*own_actors_, settings)) {}

system::system(caf::actor_system& existing, const config& settings)
  : state_(std::make_shared<detail::system_state>(existing, settings)) {}

system::~system() {
  await_all_closed();
  own_node_.reset();
  state_->report_open_ports();
}

window_proxy system::open(std::string_view url, start_function start, open_options options) {
  detail::context_creator creator;
  std::optional<origin> inherited;
  if (options.parent) {
    inherited = state_->directory.origin_of(options.parent.id());
    creator.origin = inherited ? &*inherited : nullptr;
    creator.id = options.parent.id();
    creator.window = options.parent;
  }
  return state_->open(url, std::move(start), std::move(options), creator);
}

void system::define_worker_script(worker_script script) {
  state_->scripts.define(std::move(script));
}

node& system::own_node() {
  const std::scoped_lock guard{node_lock_};
  if (!own_node_)
    own_node_ = std::make_unique<hawser::node>(*this);
  return *own_node_;
}

result<std::uint16_t> system::listen(const std::string& host, std::uint16_t port) {
  if (const auto made = state_->network())
    return made->await_listen(host, port, exposure::loopback);
  return own_node().listen(host, port);
}

result<std::string> system::connect(std::string_view url) {
  if (const auto made = state_->network())
    return made->await_connect(url);
  return own_node().connect(url);
}

std::vector<peer_snapshot> system::nodes() const {
  if (const auto made = state_->network())
    return made->call([&made] { return made->peers(); });
  return {};
}

void system::close_all() {
  state_->close_all();
}

void system::await_all_closed() {
  state_->directory.await_empty();
}

bool system::await_all_closed_until(std::chrono::steady_clock::time_point deadline) {
  return state_->directory.await_empty(deadline);
}

system_statistics system::statistics() const {
  return state_->directory.statistics();
}

std::vector<context_snapshot> system::contexts() const {
  return state_->directory.snapshot();
}

std::vector<open_port> system::open_ports() const {
  return state_->open_ports.list();
}

void system::on_channel_made(channel_listener callback) {
  state_->channel_made = std::move(callback);
}

caf::actor_system& system::actors() noexcept {
  return state_->actors;
}

} // namespace hawser
