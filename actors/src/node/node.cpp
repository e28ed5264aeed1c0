#include "hawser/node.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <caf/io/middleman.hpp>
#include <openssl/rand.h>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/detail/context_messages.hpp"
#include "node/node_actor.hpp"

namespace hawser {
namespace detail {
namespace {

// Nobody can guess what comes. `std::random_device` asks the processor each time, which made it
// 0.3 ms to move a port between nodes.
entropy unguessable() {
  struct stock {
    std::array<std::uint64_t, 64> drawn;
    std::size_t left = 0;
  };
  return [kept = std::make_shared<stock>()] {
    if (kept->left == 0) {
      if (RAND_bytes(reinterpret_cast<unsigned char*>(kept->drawn.data()), sizeof kept->drawn) != 1)
        throw std::runtime_error{"there are no random numbers to be had"};
      kept->left = kept->drawn.size();
    }
    return std::exchange(kept->drawn[--kept->left], 0);
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

// How many waypoints have a link with each node.
std::map<node_id, std::uint64_t> count_channels(const std::vector<waypoint_snapshot>& all) {
  std::map<node_id, std::uint64_t> counted;
  for (const auto& each : all) {
    std::set<node_id> nodes;
    for (const auto& link : {each.out, each.successor})
      if (link)
        nodes.insert(link->node);
    for (const auto& link : each.in)
      nodes.insert(link.node);
    for (const auto& node : nodes)
      ++counted[node];
  }
  return counted;
}

node_options in_one_spelling(node_options options) {
  options.name = in_small_letters(std::move(options.name));
  for (auto& each : options.workers_for)
    each = in_small_letters(std::move(each));
  std::map<std::string, std::vector<std::string>> grants;
  for (auto& [name, origins] : options.grants)
    std::ranges::move(origins, std::back_inserter(grants[in_small_letters(name)]));
  options.grants = std::move(grants);
  return options;
}

void require_name(const std::string& name) {
  if (!is_node_name(name))
    throw std::invalid_argument("'" + name
                                + "' cannot be a node's name: that has up to 255 ASCII letters, "
                                  "digits, '.', '-' and '_'");
  const auto url = "hawser://" + name;
  const auto own = origin::parse(url);
  if (!own || to_string(*own) != url)
    throw std::invalid_argument("'" + name + "' cannot be a node's name: its origin would be "
                                + (own ? to_string(*own) : "none"));
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
  : options(named(in_one_spelling(std::move(chosen)), own)),
    id(own),
    system_(std::move(system)),
    waker_(std::make_shared<late_waker>()),
    routes_(id, waker_, unguessable(), options.routes) {
  require_name(options.name);
  if (!options.tls)
    return;
  identity_.emplace(*options.tls);
  if (!identity_->certifies(options.name))
    throw std::invalid_argument("the certificate '" + options.tls->certificate + "' is for "
                                + identity_->names() + ", not for a node '" + options.name + "'");
}

void node_actor::start() {
  auto self = shared_from_this();
  const caf::actor broker = system_->actors.middleman().spawn_broker(
    [self](caf::io::broker* itself) { return self->run(itself); });
  std::static_pointer_cast<late_waker>(waker_)->target(broker);
  entrance_->open(broker);
  call([this] {
    routes_contact_ = options.contact;
    routes_.contact(routes_contact_);
    open_lobby();
    tick_later(); // Not before: a tick needs all of that.
    return true;
  });
}

void node_actor::tick_later() {
  const auto shortest = std::min(options.links.heartbeat_ms, options.links.handshake_ms_max);
  const std::chrono::milliseconds pace{std::clamp<std::uint64_t>(shortest / 4, 1, 1000)};
  send_later(*self_, pace, node_tick{});
}

caf::behavior node_actor::run(caf::io::broker* self) {
  self_ = self;
  const auto alive = shared_from_this();
  return {
    [this, alive](const caf::io::new_data_msg& arrived) {
      on_data(arrived.handle, std::as_bytes(std::span{arrived.buf}));
    },
    [this](const caf::io::data_transferred_msg& sent) {
      on_transferred(sent.handle, sent.remaining);
    },
    [this](wake_up) { take_turn(); },
    [this](const caf::io::new_connection_msg& made) { on_accepted(made.handle); },
    [this](const caf::io::connection_closed_msg& gone) { on_closed(gone.handle); },
    [](const caf::io::acceptor_closed_msg&) {},
    [this](node_tick) {
      tick_later();
      on_tick();
    },
    [this](const node_task& task) {
      (*task.work)();
      if (!stopping_)
        settle();
    },
  };
}

// One for each time that CAF looks at its sockets. A broker handles whatever messages it has
// without doing so in between, and wake-ups come as fast as turns are taken: what was written
// stayed here until the peer's credit was used up, and each node waited while the other worked.
void node_actor::take_turn() {
  if (stopping_)
    return;
  if (turn_taken_) {
    turn_due_ = true;
    return;
  }
  // Little at a time, so that frames are still near when they are encoded.
  constexpr std::size_t messages_max = 256;
  constexpr unsigned times_max = 8;
  bool more = true;
  unsigned times = 0;
  for (; times < times_max && more; ++times) {
    more = routes_.run_turn(messages_max);
    settle();
  }
  if (!more && times == 1)
    return; // Too short to count.
  turn_taken_ = true;
  turn_due_ = more;
  system_->actors.middleman().backend().post([this, alive = shared_from_this()] {
    turn_taken_ = false;
    if (std::exchange(turn_due_, false))
      waker_->wake();
  });
}

void entrance::open(caf::actor broker) {
  const std::scoped_lock guard{lock_};
  broker_ = std::move(broker);
}

void entrance::close() {
  const std::scoped_lock guard{lock_};
  broker_ = nullptr;
}

void entrance::post(std::function<void()> work) {
  const std::scoped_lock guard{lock_};
  if (broker_)
    enqueue(*caf::actor_cast<caf::abstract_actor*>(broker_),
            caf::make_message(node_task{std::make_shared<std::function<void()>>(std::move(work))}),
            nullptr);
}

void node_actor::stop() {
  auto all_gone = call([this] {
    stopping_ = true;
    stopped_.emplace();
    auto outcome = stopped_->get_future();
    give_up_dialling("node " + options.name + " has ended");
    far_workers_->give_up(~std::uint64_t{0});
    while (!connections_.empty()) {
      auto& [at, each] = *connections_.begin();
      if (each.opened)
        routes_.link_down(each.peer.id);
      each.peer_link.end(link_end::closed, "node " + options.name + " has ended");
      hang_up(at);
    }
    close_lobby();
    routes_.close(close_reason::node_lost);
    end_if_alone();
    return outcome;
  });
  all_gone.wait();
  entrance_->close();
}

void node_actor::leave() {
  system_->leave_network();
  stop();
}

result<std::uint16_t> node_actor::listen(const std::string& host, std::uint16_t port, exposure to) {
  const bool loopback = host == "localhost" || host == "127.0.0.1" || host == "::1";
  if (!loopback && !options.tls && to != exposure::anybody)
    return error{errc::invalid_state_error,
                 "without TLS a node listens on the loopback only, not on '" + host
                   + "', unless exposure::anybody allows it"};
  auto made = listen_on(host == "localhost" ? "127.0.0.1" : host, port);
  if (!made)
    return error{errc::invalid_state_error, made.error().what()};
  const auto chosen = self_->local_port(self_->add_doorman(made->release()));
  // Where it listens everywhere, nothing tells at which address others reach it.
  const bool everywhere = host == "0.0.0.0" || host == "::";
  if (options.contact.empty() && !everywhere) {
    routes_contact_ = to_string(node_address{host == "localhost" ? "127.0.0.1" : host, chosen, {}});
    routes_.contact(routes_contact_);
  }
  return chosen;
}

// CAF's event loop takes a socket after what the broker does in one go. A broker that ends in the
// same go leaves the socket open for ever.
result<std::uint16_t> node_actor::await_listen(const std::string& host, std::uint16_t port,
                                               exposure to) {
  auto chosen = call([&] { return listen(host, port, to); });
  std::promise<void> taken;
  system_->actors.middleman().backend().post([&taken] { taken.set_value(); });
  taken.get_future().wait();
  return chosen;
}

result<std::string> node_actor::await_connect(std::string_view url) {
  auto to = parse_node_address(url);
  if (!to)
    return to.error();
  const auto outcome = std::make_shared<std::promise<result<std::string>>>();
  post([this, to = *std::move(to), outcome] {
    connect(to, [outcome](const result<reached_node>& told) {
      outcome->set_value(told ? result<std::string>{told->name} : told.error());
    });
  });
  return outcome->get_future().get();
}

std::vector<peer_snapshot> node_actor::peers() {
  const auto channels = count_channels(routes_.waypoints());
  std::vector<peer_snapshot> all;
  for (const auto& [peer, at] : peers_) {
    const auto& each = connections_.at(at);
    const auto counted = channels.find(peer);
    all.push_back({peer, each.peer.name, each.address, each.round_trip, each.peer_link.bytes_in(),
                   each.peer_link.bytes_out(), counted == channels.end() ? 0 : counted->second});
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
  state->join_network(core_);
  core_->start();
}

node::~node() {
  core_->leave();
}

const std::string& node::name() const noexcept {
  return core_->options.name;
}

node_id node::id() const noexcept {
  return core_->id;
}

result<std::uint16_t> node::listen(const std::string& host, std::uint16_t port, exposure to) {
  return core_->await_listen(host, port, to);
}

result<std::string> node::connect(std::string_view url) {
  return core_->await_connect(url);
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

std::vector<waypoint_snapshot> node::waypoints() const {
  return core_->call([this] { return core_->routes().waypoints(); });
}

} // namespace hawser
