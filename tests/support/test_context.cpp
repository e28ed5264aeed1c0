#include "test_context.hpp"

#include <stdexcept>
#include <utility>

#include "surroundings.hpp"

namespace hawser::test {

void arrive() {
  if (auto* around = surroundings::present())
    around->settle();
}

void doorbell::ring() noexcept {
  {
    const std::scoped_lock guard{lock_};
    rung_ = true;
  }
  rings_.notify_one();
}

void doorbell::wait() {
  std::unique_lock guard{lock_};
  rings_.wait(guard, [this] { return rung_; });
  rung_ = false;
}

void test_waker::wake() noexcept {
  wakes_.fetch_add(1);
  pending_.store(true);
  if (bell_)
    bell_->ring();
}

test_registry::test_registry(test_context& owner, std::shared_ptr<waker> waker,
                             hawser::origin origin, hawser::limits bounds, std::string name)
  : port_registry(owner, std::move(waker), std::move(origin), bounds, std::move(name)),
    owner_(owner) {}

window_proxy test_registry::window() {
  auto* around = surroundings::present();
  return around == nullptr ? port_registry::window() : around->window(owner_);
}

message_channel test_registry::make_channel(const char* file, std::uint32_t line) {
  auto* around = surroundings::present();
  if (around == nullptr)
    return port_registry::make_channel(file, line);
  auto [first, second] = endpoint::make_pair(bounds(), {file, line});
  message_channel made;
  made.port1 = adopt(std::move(first));
  made.port2 = adopt(around->carry_around(std::move(second), owner_));
  return made;
}

void test_registry::share_broadcasts(std::shared_ptr<broadcast_hub> hub) {
  auto* around = surroundings::present();
  port_registry::share_broadcasts(around == nullptr ? std::move(hub) : around->hub(owner_));
}

test_context::test_context(std::string name, limits bounds)
  : test_context(name, *origin::parse("https://" + name + ".example"), bounds) {}

test_context::test_context(std::string name, hawser::origin origin, limits bounds)
  : waker_(std::make_shared<test_waker>()),
    registry_(*this, waker_, std::move(origin), bounds, std::move(name)) {
  if (auto* around = surroundings::present())
    around->enter(*this);
}

test_context::~test_context() {
  if (auto* around = surroundings::present())
    around->leave(*this);
}

bool test_context::step(std::size_t deliveries_max) {
  arrive();
  if (!waker_->take())
    return false;
  if (registry_.run_turn(deliveries_max))
    waker_->again();
  return true;
}

void test_context::report_exception(const event& ev, std::string_view where,
                                    std::exception_ptr exception) {
  auto line = ev.type() + " at ";
  line.append(where).append(": ");
  try {
    std::rethrow_exception(std::move(exception));
  } catch (const std::exception& thrown) {
    line += thrown.what();
  } catch (...) {
    line += "something else";
  }
  exceptions.push_back(std::move(line));
}

void test_context::report_refused_post(std::string_view where, const error& err) {
  refused.push_back(std::string{where} + ": " + to_string(err));
}

void test_context::report_undecodable(std::string_view where, const error& err) {
  undecodable.push_back(std::string{where} + ": " + to_string(err));
}

message_channel connect(test_context& first, test_context& second) {
  auto made = first.registry().port_registry::make_channel();
  auto end = first->release(made.port2);
  if (auto* around = surroundings::present())
    end = around->carry(std::move(end), first, second);
  made.port2 = second->adopt(std::move(end));
  return made;
}

void inbox::note(message_event& ev) {
  seen.push_back(ev.type() == "message" ? to_string(ev.data()) : ev.type());
  data.push_back(ev.data());
  ports.insert(ports.end(), ev.ports().begin(), ev.ports().end());
}

void inbox::note(close_event& ev) {
  auto line = "close " + std::string{to_string(ev.reason())};
  if (ev.undelivered().value_or(0) != 0)
    line += ", " + std::to_string(*ev.undelivered()) + " undelivered";
  seen.push_back(std::move(line));
}

void inbox::listen(const message_port& port) {
  port.on_message_error(noting<message_event>());
  port.on_close(noting<close_event>());
  port.on_message(noting<message_event>());
}

void inbox::listen(const broadcast_channel& channel) {
  channel.on_message_error(noting<message_event>());
  channel.on_message(noting<message_event>());
}

void inbox::listen(event_target& window) {
  window.handler("message", noting<message_event>());
  window.handler("messageerror", noting<message_event>());
}

ferry::ferry(test_context& from, test_context& to) : from_(from), to_(to) {
  auto made = connect(from, to);
  near_ = made.port1;
  far_ = made.port2;
  arrived_.listen(far_);
}

void ferry::check(const error& err) {
  if (err)
    throw std::logic_error{"the ferry cannot carry that: " + to_string(err)};
}

message_port ferry::unload() {
  settle(from_, to_);
  if (arrived_.ports.empty())
    throw std::logic_error{"nothing arrived with the ferry"};
  return std::exchange(arrived_.ports, {}).back();
}

message_port ferry::unload_with(const std::function<void(const message_port&)>& use) {
  const auto id = far_.add_event_listener("message", [&use](message_event& ev) {
    for (const auto& port : ev.ports())
      use(port);
  });
  auto arrived = unload();
  far_.remove_event_listener(id);
  return arrived;
}

} // namespace hawser::test
