#include "network.hpp"

#include <algorithm>

#include "hawser/frame_codec.hpp"
#include "hawser/panic.hpp"

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

/// A context of a node that nobody knows: it posts ends of channels to its like on other nodes.
class network::porter : public registry_host {
public:
  explicit porter(const limits& bounds)
    : registry_(*this, waker_, origin::opaque(), bounds, "porter") {
    registry_.window_events().handler(
      "message", [this](message_event& ev) { arrived_ = registry_.release(ev.ports().at(0)); });
  }

  window_proxy window() const { return registry_.window(); }

  void post(endpoint end, const window_proxy& to) {
    const registry_scope scope{registry_};
    const auto refused = to.post_message(nullptr, "*", {registry_.adopt(std::move(end))});
    HAWSER_ASSERT(!refused, "a porter cannot post");
  }

  endpoint take() {
    while (registry_.run_turn()) {}
    HAWSER_ASSERT(arrived_, "no end has arrived");
    return std::move(arrived_);
  }

private:
  void report_exception(const event&, std::string_view, std::exception_ptr) override {
    panic("a porter threw");
  }
  void report_refused_post(std::string_view, const error&) override {}
  void report_undecodable(std::string_view, const error&) override {
    panic("a porter reads badly");
  }

  std::shared_ptr<test_waker> waker_ = std::make_shared<test_waker>();
  endpoint arrived_;
  port_registry registry_;
};

struct network::node {
  node(node_id own, const entropy& bits, const router_limits& limits)
    : id(own), routes(own, waker, bits, limits), carries(limits.ports) {}

  node_id id;
  std::shared_ptr<router_waker> waker = std::make_shared<router_waker>();
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
  if (!at.waker->take())
    return false;
  if (at.routes.run_turn())
    at.waker->again();
  send_output(at);
  return true;
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

std::uint64_t network::waypoints() const {
  const std::scoped_lock guard{lock_};
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

endpoint network::carry(endpoint end, node& from, node& to) {
  const auto window = to.carries.window();
  from.carries.post(std::move(end),
                    from.routes.remote_window(to.id, to.routes.publish(window), window.name()));
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
