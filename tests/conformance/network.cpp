#include "network.hpp"

#include <algorithm>

#include "hawser/frame_codec.hpp"
#include "hawser/panic.hpp"
#include "hawser/value_encoder.hpp"

namespace hawser::test {
namespace {

/// Asks for a router's turn.
class router_waker : public waker {
public:
  void wake() noexcept override {
    pending_.store(true);
    const std::scoped_lock guard{lock_};
    if (bell_)
      bell_->ring();
  }

  bool take() noexcept { return pending_.exchange(false); }

  void again() noexcept { pending_.store(true); }

  void attach(std::shared_ptr<doorbell> bell) {
    const std::scoped_lock guard{lock_};
    bell_ = std::move(bell);
  }

private:
  std::atomic<bool> pending_{false};
  std::mutex lock_;
  std::shared_ptr<doorbell> bell_;
};

} // namespace

/// Keeps what contexts of one node broadcast until the network takes it to the others.
class network::relay : public broadcast_relay {
public:
  explicit relay(std::shared_ptr<router_waker> node) : node_(std::move(node)) {}

  void carry(const origin& from, const std::string& name, const value& data) override {
    if (from.is_opaque())
      return; // Nobody elsewhere has such an origin.
    std::vector<std::byte> bytes;
    object told{{"origin", to_string(from)}, {"name", name}};
    if (const auto err = encode(data, bytes, {node_wire_limits, wire_scope::message, 0}))
      told.set("trouble", err.what());
    else
      told.set("data", array_buffer::immutable_copy_of(bytes));
    {
      const std::scoped_lock guard{lock_};
      waiting_.emplace_back(std::move(told));
    }
    node_->wake();
  }

  std::vector<value> take() {
    const std::scoped_lock guard{lock_};
    return std::exchange(waiting_, {});
  }

private:
  const std::shared_ptr<router_waker> node_;
  std::mutex lock_;
  std::vector<value> waiting_;
};

/// A context that nobody knows, one to a node. It posts ends of channels to its like on other
/// nodes, and over channels of its own what is broadcast.
class network::porter : public registry_host {
public:
  explicit porter(const limits& bounds)
    : registry_(*this, waker_, origin::opaque(), bounds, "porter") {
    registry_.window_events().handler("message", [this](message_event& ev) {
      if (ev.data().is_null())
        arrived_ = registry_.release(ev.ports().at(0));
      else
        listen_to(ev.ports().at(0));
    });
  }

  window_proxy window() const { return registry_.window(); }

  const std::shared_ptr<broadcast_hub>& hub() const noexcept { return hub_; }

  void post(endpoint end, const window_proxy& to) {
    const registry_scope scope{registry_};
    const auto refused = to.post_message(nullptr, "*", {registry_.adopt(std::move(end))});
    HAWSER_ASSERT(!refused, "a porter cannot post");
  }

  endpoint take() {
    HAWSER_ASSERT(arrived_, "no end has arrived");
    return std::move(arrived_);
  }

  /// Whatever is broadcast at `to`'s node is told there from now on by the channel it gets.
  void tell(const window_proxy& to, const value& what) {
    const registry_scope scope{registry_};
    auto& way = ways_[to.id()];
    if (!way) {
      const auto made = registry_.make_channel();
      way = made.port1;
      const auto refused = to.post_message("broadcasts", "*", {made.port2});
      HAWSER_ASSERT(!refused, "a porter cannot post");
    }
    const auto refused = way.post_message(what);
    HAWSER_ASSERT(!refused, "a porter cannot tell of a broadcast");
  }

  /// True if it had something to do.
  bool turn() {
    if (!waker_->take())
      return false;
    while (registry_.run_turn()) {}
    return true;
  }

  void close() { registry_.close(close_reason::context_closed); }

private:
  void listen_to(const message_port& port) {
    port.on_message([this](message_event& ev) {
      const auto* data = ev.data()["data"].get_if<array_buffer>();
      auto content = data != nullptr
                       ? encoded_data::copy_of(data->bytes())
                       : encoded_data::unencodable(*ev.data()["trouble"].as<std::string>());
      hub_->deliver(*origin::parse(*ev.data()["origin"].as<std::string>()),
                    *ev.data()["name"].as<std::string>(), std::move(content));
    });
  }

  void report_exception(const event&, std::string_view, std::exception_ptr) override {
    panic("a porter threw");
  }
  void report_refused_post(std::string_view, const error&) override {}
  void report_undecodable(std::string_view, const error&) override {
    panic("a porter reads badly");
  }

  const std::shared_ptr<test_waker> waker_ = std::make_shared<test_waker>();
  const std::shared_ptr<broadcast_hub> hub_ = std::make_shared<broadcast_hub>();
  std::map<std::uint64_t, message_port> ways_; ///< By the window they lead to.
  endpoint arrived_;
  port_registry registry_;
};

struct network::node {
  node(node_id own, const entropy& bits, const router_limits& limits)
    : id(own), routes(own, waker, bits, limits), carries(limits.ports) {
    carries.hub()->relay_through(broadcasts);
  }

  node_id id;
  std::shared_ptr<router_waker> waker = std::make_shared<router_waker>();
  std::shared_ptr<relay> broadcasts = std::make_shared<relay>(waker);
  router routes;
  porter carries;
  test_context* context = nullptr; ///< None before and after its time.
};

network::network() {
  add({});
}

network::~network() = default;

network::node& network::add(const limits& bounds) {
  const auto bits = [this] { return static_cast<std::uint64_t>(random_()); };
  router_limits of_router;
  of_router.ports = bounds;
  of_router.window_initial = {2, 100}; // So that posts wait, and follow an end that moves.
  auto& made = *nodes_.emplace_back(std::make_unique<node>(draw<node_id>(bits), bits, of_router));
  for (const auto& each : nodes_)
    if (each.get() != &made) {
      each->routes.link_up(made.id, 1);
      made.routes.link_up(each->id, 1);
    }
  return made;
}

// Code outside of any context has a node too.
network::node& network::node_of(const port_registry* context) {
  const auto found = std::ranges::find_if(nodes_, [&](const auto& each) {
    return each->context != nullptr && &each->context->registry() == context;
  });
  return found == nodes_.end() ? *nodes_.front() : **found;
}

network::node& network::node_of(const node_id& id) {
  const auto found = std::ranges::find(nodes_, id, [](const auto& each) { return each->id; });
  HAWSER_ASSERT(found != nodes_.end(), "a frame for a node that nobody knows");
  return **found;
}

void network::enter(test_context& made) {
  const std::scoped_lock guard{lock_};
  add(made.registry().bounds()).context = &made;
}

void network::leave(test_context& ending) {
  const std::scoped_lock guard{lock_};
  settle();
  node_of(&ending.registry()).context = nullptr;
}

void network::attach(std::shared_ptr<doorbell> bell) {
  const std::scoped_lock guard{lock_};
  for (const auto& each : nodes_)
    each->waker->attach(bell);
}

// -- frames --------------------------------------------------------------------------------------

bool network::turn(node& at) {
  const bool carried = at.carries.turn();
  if (!at.waker->take())
    return carried;
  send_broadcasts(at);
  if (at.routes.run_turn())
    at.waker->again();
  send_output(at);
  return true;
}

void network::send_broadcasts(node& from) {
  for (const auto& each : from.broadcasts->take())
    for (const auto& to : nodes_)
      if (to.get() != &from)
        from.carries.tell(porter_at(*to, from), each);
}

void network::send_output(node& from) {
  const auto output = from.routes.take_output();
  HAWSER_ASSERT(output.wanted_links.empty(), "a link is wanted between nodes that have one");
  for (const auto& each : output.incidents)
    panic("an honest node is suspected: " + each.text);
  for (const auto& [to, content] : output.frames) {
    std::vector<std::byte> bytes;
    encode(content, bytes);
    frames_.push_back({&from, {&node_of(to), std::move(bytes)}});
  }
}

void network::settle() {
  const std::scoped_lock guard{lock_};
  if (std::exchange(settling_, true))
    return;
  for (bool more = true; more;) {
    more = false;
    for (const auto& each : nodes_) {
      send_output(*each);
      more = turn(*each) || more;
    }
    while (!frames_.empty()) {
      const auto [from, rest] = std::move(frames_.front());
      frames_.pop_front();
      auto content = decode_frame(rest.second);
      HAWSER_ASSERT(content, "a frame cannot be read");
      rest.first->routes.receive(from->id, *std::move(content));
      send_output(*rest.first);
      more = true;
    }
  }
  settling_ = false;
}

std::uint64_t network::left_over() {
  const std::scoped_lock guard{lock_};
  settle();
  for (const auto& each : nodes_)
    each->carries.close();
  settle();
  std::uint64_t all = 0;
  for (const auto& each : nodes_)
    all += each->routes.statistics().waypoints;
  return all;
}

// -- windows and ends ----------------------------------------------------------------------------

window_proxy network::window(test_context& whose) {
  const std::scoped_lock guard{lock_};
  settle();
  auto& at = node_of(&whose.registry());
  auto& seen_from = node_of(port_registry::current());
  auto window = whose.registry().port_registry::window();
  if (&at == &seen_from)
    return window;
  return seen_from.routes.remote_window(at.id, at.routes.publish(window), window.name());
}

window_proxy network::porter_at(node& at, node& seen_from) {
  const auto window = at.carries.window();
  return seen_from.routes.remote_window(at.id, at.routes.publish(window), window.name());
}

std::shared_ptr<broadcast_hub> network::hub(test_context& whose) {
  const std::scoped_lock guard{lock_};
  return node_of(&whose.registry()).carries.hub();
}

endpoint network::carry(endpoint end, node& from, node& to) {
  from.carries.post(std::move(end), porter_at(to, from));
  settle();
  return to.carries.take();
}

endpoint network::carry(endpoint end, test_context& from, test_context& to) {
  const std::scoped_lock guard{lock_};
  settle();
  return carry(std::move(end), node_of(&from.registry()), node_of(&to.registry()));
}

endpoint network::carry_around(endpoint end, test_context& home) {
  const std::scoped_lock guard{lock_};
  settle();
  auto& at = node_of(&home.registry());
  auto& abroad = *nodes_.front();
  return carry(carry(std::move(end), at, abroad), abroad, at);
}

} // namespace hawser::test
