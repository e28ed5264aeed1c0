#include "hawser/node.hpp"

#include <random>
#include <stdexcept>

#include <caf/io/middleman.hpp>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/detail/context_messages.hpp"
#include "node/node_actor.hpp"

namespace hawser {
namespace detail {
namespace {

// The operating system's: nobody can guess what comes.
entropy unguessable() {
  const auto device = std::make_shared<std::random_device>();
  return [device] {
    constexpr unsigned half = 32;
    return std::uint64_t{(*device)()} << half | std::uint64_t{(*device)()};
  };
}

node_options named(node_options options, const node_id& id) {
  if (options.name.empty()) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(id.low));
    options.name = "node-" + std::string{text};
  }
  return options;
}

// The broker exists only after its router, which needs its waker.
class late_waker : public waker {
public:
  void target(caf::actor broker) {
    target_ = std::make_unique<actor_waker>(caf::actor_cast<caf::strong_actor_ptr>(broker));
  }

  void wake() noexcept override {
    if (target_)
      target_->wake();
  }

private:
  std::unique_ptr<actor_waker> target_;
};

} // namespace

node_actor::node_actor(std::shared_ptr<system_state> system, node_options chosen, node_id own)
  : options(named(std::move(chosen), own)),
    id(own),
    system_(std::move(system)),
    waker_(std::make_shared<late_waker>()),
    routes_(id, waker_, unguessable(), options.routes) {}

void node_actor::start() {
  auto self = shared_from_this();
  broker_ = system_->actors.middleman().spawn_broker(
    [self](caf::io::broker* broker) { return self->run(broker); });
  std::static_pointer_cast<late_waker>(waker_)->target(broker_);
  routes_contact_ = options.contact;
  routes_.contact(routes_contact_);
  call([this] {
    open_lobby();
    return true;
  });
}

caf::behavior node_actor::run(caf::io::broker* self) {
  self_ = self;
  const std::chrono::milliseconds pace{std::max<std::uint64_t>(1, options.links.heartbeat_ms / 4)};
  send_later(*self, pace, node_tick{});
  const auto alive = shared_from_this();
  return {
    [this, alive](const caf::io::new_data_msg& arrived) {
      on_data(arrived.handle, std::as_bytes(std::span{arrived.buf}));
    },
    [this](const caf::io::data_transferred_msg& sent) {
      if (const auto found = connections_.find(sent.handle); found != connections_.end()) {
        found->second.unsent = sent.remaining;
        flush(found->second);
        settle();
      }
    },
    [this](wake_up) {
      if (routes_.run_turn())
        waker_->wake();
      settle();
    },
    [this](const caf::io::new_connection_msg& made) {
      add(made.handle, link::side::acceptor,
          self_->remote_addr(made.handle) + ":" + std::to_string(self_->remote_port(made.handle)));
    },
    [this](const caf::io::connection_closed_msg& gone) { on_closed(gone.handle); },
    [](const caf::io::acceptor_closed_msg&) {},
    [this, pace](node_tick) {
      send_later(*self_, pace, node_tick{});
      on_tick();
    },
    [this](const node_task& task) {
      (*task.work)();
      if (!stopping_)
        settle();
    },
  };
}

void node_actor::post(std::function<void()> work) {
  enqueue(*caf::actor_cast<caf::abstract_actor*>(broker_),
          caf::make_message(node_task{std::make_shared<std::function<void()>>(std::move(work))}),
          nullptr);
}

void node_actor::stop() {
  call([this] {
    stopping_ = true;
    for (auto& [at, each] : connections_) {
      if (each.opened)
        routes_.link_down(each.peer.id);
      each.peer_link.end(link_end::closed, "node " + options.name + " has ended");
      flush(each);
    }
    lobby_.reset();
    routes_.close(close_reason::node_lost);
    for (auto& [at, each] : connections_)
      self_->close(at);
    connections_.clear();
    self_->quit();
    return true;
  });
}

result<std::uint16_t> node_actor::listen(const std::string& host, std::uint16_t port, exposure to) {
  const bool loopback = host == "localhost" || host == "127.0.0.1" || host == "::1";
  if (!loopback && !options.tls && to != exposure::anybody)
    return error{errc::invalid_state_error,
                 "without TLS a node listens on the loopback only, not on '" + host
                   + "', unless exposure::anybody allows it"};
  const auto made = self_->add_tcp_doorman(port, host == "localhost" ? "127.0.0.1" : host.c_str());
  if (!made)
    return error{errc::invalid_state_error, "cannot listen on " + host + ":" + std::to_string(port)
                                              + ": " + to_string(made.error())};
  if (options.contact.empty()) {
    routes_contact_ =
      to_string(node_address{host == "localhost" ? "127.0.0.1" : host, made->second, {}});
    routes_.contact(routes_contact_);
  }
  return made->second;
}

void node_actor::publish(const std::string& name, const window_proxy& window) {
  published_[name] = window;
}

std::vector<peer_snapshot> node_actor::peers() {
  std::vector<peer_snapshot> all;
  for (const auto& [peer, at] : peers_) {
    const auto& each = connections_.at(at);
    all.push_back({peer, each.peer.name, each.address, each.round_trip, each.peer_link.bytes_in(),
                   each.peer_link.bytes_out()});
  }
  return all;
}

} // namespace detail

node::node(system& on, node_options options) {
  const auto state = detail::system_access::state(on);
  if (!state->actors.has_middleman())
    throw std::invalid_argument(
      "a node needs caf::io::middleman, which this actor system has not loaded");
  if (options.links.heartbeat_ms == 0)
    throw std::invalid_argument("a node's heartbeat_ms must not be 0");
  core_ = std::make_shared<detail::node_actor>(state, std::move(options),
                                               draw<node_id>(detail::unguessable()));
  core_->start();
}

node::~node() {
  core_->stop();
}

const std::string& node::name() const noexcept {
  return core_->options.name;
}

node_id node::id() const noexcept {
  return core_->id;
}

result<std::uint16_t> node::listen(const std::string& host, std::uint16_t port, exposure to) {
  return core_->call([&] { return core_->listen(host, port, to); });
}

result<std::string> node::connect(std::string_view url) {
  auto to = detail::parse_node_address(url);
  if (!to)
    return to.error();
  const auto outcome = std::make_shared<std::promise<result<std::string>>>();
  core_->post([core = core_, to = *std::move(to), outcome] {
    core->connect(to, [outcome](const result<std::string>& told) { outcome->set_value(told); });
  });
  return outcome->get_future().get();
}

error node::keep_connected(std::string_view url) {
  auto to = detail::parse_node_address(url);
  if (!to)
    return to.error();
  core_->post([core = core_, to = *std::move(to)] { core->keep_connected(to); });
  return {};
}

void node::publish(const std::string& name, const window_proxy& window) {
  core_->call([&] {
    core_->publish(name, window);
    return true;
  });
}

window_proxy node::open(std::string_view url) {
  auto at = detail::parse_node_address(url);
  if (!at)
    throw std::invalid_argument(at.error().what());
  return core_->open(*at);
}

std::vector<peer_snapshot> node::peers() const {
  return core_->call([this] { return core_->peers(); });
}

router_statistics node::statistics() const {
  return core_->call([this] { return core_->routes().statistics(); });
}

} // namespace hawser
