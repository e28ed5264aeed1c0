#include "hawser/port_registry.hpp"

#include <algorithm>

#include "broadcast.hpp"
#include "hawser/event.hpp"
#include "registry_core.hpp"

namespace hawser {
namespace detail {

registry_core::registry_core(registry_host& context_host, std::shared_ptr<waker> waker,
                             hawser::origin context_origin, const limits& context_bounds,
                             std::string context_name)
  : host(context_host),
    origin(std::move(context_origin)),
    shared_bounds(shared_limits::of(context_bounds)),
    ready(ref<ready_list>::adopt(new ready_list{std::move(waker), this})),
    own_window(ref<window>::adopt(new window{shared_bounds, std::move(context_name)})),
    window_target(host),
    scope{static_cast<std::uint32_t>(
            std::min<std::size_t>(context_bounds.value_depth_max, value::depth_max - 1)),
          cross_origin_isolation::isolated, context_bounds.transfers_per_message_max, &origin},
    pending{context_bounds.posted_bytes_per_context_max},
    window_receiver_(ref<window_receiver>::adopt(new window_receiver{*own_window, ready})) {
  HAWSER_ASSERT(bounds().deliveries_per_port_max > 0 && bounds().deliveries_per_turn_max > 0,
                "a turn must be allowed to deliver something");
}

registry_core::~registry_core() {
  close(close_reason::context_closed);
}

context_broadcasts& registry_core::own_broadcasts() {
  if (!broadcasts) {
    if (!hub)
      hub = std::make_shared<broadcast_hub>();
    broadcasts = std::make_unique<context_broadcasts>(*this, hub);
    if (closed)
      broadcasts->stop();
  }
  return *broadcasts;
}

void registry_core::used_elsewhere(const std::string& what) const {
  const auto* running = current();
  panic(what + " of context '" + name() + "' was used "
        + (running == nullptr ? std::string{"outside of any context"}
                              : "in context '" + running->name() + "'"));
}

message_channel registry_core::make_channel(creation_place at) {
  auto [first, second] = channel_state::make_pair(shared_bounds, at, owners);
  ++statistics.channels_made;
  message_channel made;
  if (closed) {
    host.report_channel(first);
    made.port1 = adopt(std::move(first));
    made.port2 = adopt(std::move(second));
    return made;
  }
  // Until it is reported nobody else knows of it, and neither locks nor locked instructions are
  // needed: 50 % more channels a second.
  ready->add_refs(2);
  made.port1 = adopt_new(std::move(first));
  made.port2 = adopt_new(std::move(second));
  host.report_channel(port_handle::get(made.port1)->end());
  return made;
}

// One end of a new channel; there is a reference to the ready list for it.
message_port registry_core::adopt_new(endpoint end) {
  auto& made = *port::make_first(ref<ready_list>::adopt(ready.get()), ++last_port_id_, end);
  auto handle = port_handle::adopt(made);
  add(made);
  made.entangle_new(std::move(end));
  return handle;
}

message_port registry_core::adopt(endpoint end) {
  HAWSER_ASSERT(end, "an empty endpoint was adopted");
  auto& made = *port::make(ready, ++last_port_id_, end);
  auto handle = port_handle::adopt(made);
  if (closed) {
    intrusive_release(&made); // No list.
    made.abandon(close_reason::context_closed);
    end.close(close_reason::context_closed);
  } else {
    add(made);
    made.entangle(std::move(end));
  }
  return handle;
}

// The list owns one reference to each port in it, which a new one has.
void registry_core::add(port& which) noexcept {
  which.next_ = ports_;
  if (ports_ != nullptr)
    ports_->previous_ = &which;
  ports_ = &which;
  ++statistics.ports;
}

void registry_core::remove(port& which) noexcept {
  if (which.previous_ == nullptr && ports_ != &which)
    return; // Removed before.
  if (which.previous_ != nullptr)
    which.previous_->next_ = which.next_;
  else
    ports_ = which.next_;
  if (which.next_ != nullptr)
    which.next_->previous_ = which.previous_;
  which.previous_ = nullptr;
  which.next_ = nullptr;
  --statistics.ports;
  intrusive_release(&which);
}

registry_core::delivery registry_core::deliver_some(receiver& from, std::size_t deliveries_max,
                                                    bool may_end) {
  delivery made;
  while (made.count < deliveries_max && !stopping() && !suspended && !made.drained) {
    const auto outcome = from.deliver_one(*this, may_end);
    made.drained = outcome != receiver::delivered::one;
    if (outcome == receiver::delivered::nothing)
      break;
    ++made.count;
    if (!host.goes_on())
      stopped = true;
  }
  return made;
}

bool registry_core::run_turn(std::size_t deliveries_max) {
  if (stopping() || suspended)
    return false; // Suspended, it stays woken: who posts meanwhile need not call.
  const current_registry_guard guard{this};
  turn_posts = 0;
  auto left = deliveries_max == 0 ? bounds().deliveries_per_turn_max : deliveries_max;
  ready->begin_turn();
  ready->move_to(turns_);
  // Whatever becomes ready again within this turn has a busy poster.
  const auto* last_fresh = turns_.back();
  bool fresh = true;
  while (left > 0 && !stopping() && !suspended && !turns_.empty()) {
    auto next = turns_.pop_front();
    const auto quantum = std::min(left, bounds().deliveries_per_port_max);
    const auto delivered = deliver_some(static_cast<receiver&>(*next), quantum, fresh);
    fresh = fresh && next.get() != last_fresh;
    left -= delivered.count;
    ready->move_to(turns_); // What became ready meanwhile comes before this one's second chance.
    if (!delivered.drained && !stopping())
      turns_.push_back(std::move(next));
  }
  if (stopping()) {
    turns_.clear();
    return false;
  }
  if (suspended)
    return false;
  return !turns_.empty() || !ready->end_turn();
}

void registry_core::suspend() {
  if (closed || std::exchange(suspended, true))
    return;
  // The ports do not come by any more to see whether senders wait for them.
  for_each_port([](port& which) {
    if (which.end())
      which.end().inbox().look_low(&which.end().peer_inbox());
  });
}

void registry_core::resume() {
  if (std::exchange(suspended, false) && !closed)
    ready->wake();
}

void registry_core::close(close_reason reason) {
  if (closed)
    return;
  closed = true;
  stopped = true;
  own_window->closed = true;
  ready->begin_turn(); // What this makes ready is not worth waking anybody for.
  auto unread = own_window->inbox.close(mailbox::rest::drop, nullptr, reason);
  own_window->inbox.detach();
  window_target.clear_listeners();
  if (broadcasts)
    broadcasts->end();
  while (ports_ != nullptr) {
    const ref<port> which{ports_};
    remove(*which);
    which->abandon(reason);
  }
  bury(std::move(unread));
  ready->close();
}

} // namespace detail

port_registry::port_registry(registry_host& host, std::shared_ptr<waker> waker,
                             hawser::origin origin, hawser::limits bounds, std::string name)
  : core_(std::make_unique<detail::registry_core>(host, std::move(waker), std::move(origin), bounds,
                                                  std::move(name))) {
  core_->facade = this;
}

port_registry::~port_registry() = default;

const hawser::origin& port_registry::origin() const noexcept {
  return core_->origin;
}

const limits& port_registry::bounds() const noexcept {
  return core_->bounds();
}

window_proxy port_registry::window() const {
  return detail::window::make_proxy(core_->own_window);
}

event_target& port_registry::window_events() noexcept {
  return core_->window_target;
}

message_channel port_registry::make_channel(const char* file, std::uint32_t line) {
  return core_->make_channel({file, line});
}

void port_registry::keep_history(history owners) noexcept {
  core_->owners = owners;
}

void port_registry::share_broadcasts(std::shared_ptr<broadcast_hub> hub) {
  HAWSER_ASSERT(!core_->broadcasts, "a context with broadcast channels was given another hub");
  core_->hub = std::move(hub);
}

broadcast_channel port_registry::make_broadcast_channel(std::string name) {
  return core_->own_broadcasts().make(std::move(name));
}

void port_registry::stop_broadcasts() {
  core_->own_broadcasts().stop();
}

message_port port_registry::adopt(endpoint end) {
  return core_->adopt(std::move(end));
}

endpoint port_registry::release(const message_port& port) {
  auto* target = detail::port_handle::get(port);
  HAWSER_ASSERT(target != nullptr, "an empty message_port was released");
  target->require_context();
  return target->disentangle();
}

channel_observer port_registry::observe(const message_port& port) const {
  auto* target = detail::port_handle::get(port);
  return target != nullptr && !target->detached() ? target->end().observe() : channel_observer{};
}

void port_registry::join(agent_cluster cluster) {
  core_->scope.joined = std::make_unique<const agent_cluster>(std::move(cluster));
}

agent_cluster port_registry::cluster() const {
  return core_->scope.cluster();
}

void port_registry::isolate(cross_origin_isolation isolation) {
  core_->scope.isolation = isolation;
}

void port_registry::expose(std::string interface_name, rebuild how) {
  auto& exposed = core_->exposed;
  if (!exposed)
    exposed = std::make_unique<detail::exposed_interfaces>();
  exposed->insert_or_assign(std::move(interface_name), std::move(how));
}

bool port_registry::run_turn(std::size_t deliveries_max) {
  return core_->run_turn(deliveries_max);
}

std::optional<result<received_message>> port_registry::receive(const message_port& port) {
  auto* target = detail::port_handle::get(port);
  HAWSER_ASSERT(target != nullptr, "a message was to be taken from an empty message_port");
  target->require_context();
  return core_->receive(*target);
}

void port_registry::stop_deliveries() noexcept {
  core_->stopped = true;
}

void port_registry::stop_on(std::stop_token termination) noexcept {
  core_->termination = std::move(termination);
}

bool port_registry::stopped() const noexcept {
  return core_->stopping();
}

void port_registry::close(close_reason reason) {
  core_->close(reason);
}

void port_registry::suspend() {
  core_->suspend();
}

void port_registry::resume() {
  core_->resume();
}

bool port_registry::suspended() const noexcept {
  return core_->suspended;
}

void port_registry::strict_html(strictness how) noexcept {
  core_->close_events = how == strictness::extended;
}

void port_registry::always_tell_close(const message_port& port) {
  auto* target = detail::port_handle::get(port);
  HAWSER_ASSERT(target != nullptr, "an empty message_port was to be told of its channel's end");
  target->require_context();
  target->always_hear_close();
}

bool port_registry::closed() const noexcept {
  return core_->closed;
}

std::vector<port_snapshot> port_registry::ports() const {
  std::vector<port_snapshot> all;
  core_->for_each_port([&all](const detail::port& which) {
    auto& inbox = which.end().inbox();
    all.push_back({which.id(), which.label(), inbox.enabled(), inbox.statistics()});
  });
  std::ranges::sort(all, {}, &port_snapshot::id);
  return all;
}

direction_statistics port_registry::window_inbound() const {
  return core_->own_window->inbox.statistics();
}

registry_statistics port_registry::statistics() const noexcept {
  return core_->statistics.snapshot();
}

port_registry* port_registry::current() noexcept {
  const auto* running = detail::registry_core::current();
  return running == nullptr ? nullptr : running->facade;
}

registry_scope::registry_scope(port_registry& registry) noexcept
  : previous_(std::exchange(detail::registry_core::current(), registry.core_.get())) {
  registry.core_->strict = true;
}

registry_scope::~registry_scope() {
  detail::registry_core::current() = previous_;
}

} // namespace hawser
