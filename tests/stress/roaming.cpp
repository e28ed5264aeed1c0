#include "roaming.hpp"

#include <chrono>
#include <condition_variable>
#include <thread>
#include <utility>

namespace hawser::test {

/// A context that owns some of the ends and acts at random, one action a tick. A tick is a message
/// to itself; a napping station ticks again when anything else arrives.
class roaming::station {
public:
  station(roaming& world, std::size_t index)
    : context("station-" + std::to_string(index)),
      world_(world),
      random_(static_cast<std::uint32_t>(world.plan_.seed * 1000 + index)),
      ticks_left_(world.plan_.ticks),
      ends_at_tick_(index % 4 == 3 ? static_cast<int>(pick(world.plan_.ticks)) : -1) {
    auto [tick, tock] = context->make_channel();
    tick_ = tick;
    tock.on_message([this] { act(); });
    context->window_events().handler("message", [this](message_event& ev) { arrive(ev); });
    tick_.post_message(nullptr);
  }

  /// Another way to every station than its window.
  void link_to(station& target) {
    auto [near, far] = connect(context, target.context);
    far.on_message([&target](message_event& ev) { target.arrive(ev); });
    links_.push_back(near);
  }

  void take(std::size_t end, const message_port& port) {
    owned.emplace_back(end, port);
    port.on_close([this, end] { ++world_.ends_[end].closes; });
    port.on_message([this, end](message_event& ev) { receive(end, ev); });
  }

  test_context context;
  std::vector<std::pair<std::size_t, message_port>> owned;
  std::atomic<bool> finished{false};

private:
  std::size_t pick(std::size_t count) { return random_() % count; }

  void wake_up() {
    if (std::exchange(napping_, false))
      tick_.post_message(nullptr);
  }

  // Ports come with the numbers of their ends, behind the number of the message.
  void arrive(message_event& ev) {
    for (std::size_t i = 0; i < ev.ports().size(); ++i)
      take(*ev.data()[i + 1].as<std::size_t>(), ev.ports()[i]);
    wake_up();
  }

  void receive(std::size_t end, message_event& ev) {
    auto& record = world_.ends_[end];
    if (ev.data()[0] != record.received)
      world_.fail("end " + std::to_string(end) + " got message " + to_string(ev.data()[0])
                  + " where " + std::to_string(record.received) + " was next");
    if (record.closes != 0)
      world_.fail("end " + std::to_string(end) + " got a message after close");
    ++record.received;
    world_.messages_.fetch_add(1, std::memory_order_relaxed);
    arrive(ev);
  }

  void act() {
    if (ticks_left_-- == ends_at_tick_) {
      owned.clear();
      context->close(pick(2) == 0 ? close_reason::context_closed : close_reason::context_crashed);
      finished = true;
      return;
    }
    if (!owned.empty())
      act_on(pick(owned.size()));
    if (ticks_left_ == 0)
      finished = true;
    else if (pick(10) == 0)
      napping_ = true;
    else
      tick_.post_message(nullptr);
  }

  void act_on(std::size_t which) {
    const auto choice = pick(100);
    if (choice < 55)
      post(which, 1 + pick(5));
    else if (choice < 90)
      send_away(which);
    else if (choice < 99)
      nest(which);
    else
      close(which);
  }

  void post(std::size_t which, std::size_t count) {
    auto& [end, port] = owned[which];
    for (; count > 0; --count)
      port.post_message(array{world_.ends_[end].posted++});
  }

  std::pair<std::size_t, message_port> give_up(std::size_t which) {
    std::swap(owned[which], owned.back());
    auto given = std::move(owned.back());
    owned.pop_back();
    return given;
  }

  void send_away(std::size_t which) {
    post(which, pick(2));
    auto [end, port] = give_up(which);
    array data{-1, end};
    std::vector<message_port> ports{port};
    if (!owned.empty() && pick(3) == 0) {
      auto second = give_up(pick(owned.size()));
      data.push_back(second.first);
      ports.push_back(second.second);
    }
    world_.moves_.fetch_add(ports.size(), std::memory_order_relaxed);
    const auto target = pick(links_.size());
    if (pick(2) == 0)
      links_[target].post_message(data, transfer_list{ports});
    else
      world_.stations_[target]->context->window().post_message(data, "*", transfer_list{ports});
  }

  // Sends a port through one of the roaming channels, even through its own peer.
  void nest(std::size_t which) {
    if (owned.size() < 2)
      return;
    auto [end, port] = give_up(which);
    auto& [carrier, carrying] = owned[pick(owned.size())];
    world_.moves_.fetch_add(1, std::memory_order_relaxed);
    carrying.post_message(array{world_.ends_[carrier].posted++, end}, {port});
  }

  void close(std::size_t which) { give_up(which).second.close(); }

  roaming& world_;
  std::minstd_rand random_;
  std::vector<message_port> links_;
  message_port tick_;
  int ticks_left_;
  int ends_at_tick_; // the context ends when so many are left; never if negative
  bool napping_ = false;
};

roaming::roaming(const roaming_plan& plan) : plan_(plan), ends_(2 * plan.channels) {
  for (std::size_t i = 0; i < plan.stations; ++i)
    stations_.push_back(std::make_unique<station>(*this, i));
  for (const auto& from : stations_)
    for (const auto& to : stations_)
      from->link_to(*to);
  for (std::size_t i = 0; i < plan.channels; ++i) {
    auto& first = *stations_[i % plan.stations];
    auto& second = *stations_[(i * 7 + 1) % plan.stations];
    auto [port1, port2] = connect(first.context, second.context);
    first.take(2 * i, port1);
    second.take(2 * i + 1, port2);
  }
  for (std::size_t i = 0; i < plan.threads; ++i)
    bells_.push_back(std::make_shared<doorbell>());
  for (std::size_t i = 0; i < plan.stations; ++i)
    stations_[i]->context.waker().attach(bells_[i % plan.threads]);
}

roaming::~roaming() = default;

void roaming::fail(std::string what) {
  const std::scoped_lock guard{lock_};
  if (failure_.empty())
    failure_ = std::move(what);
}

std::string roaming::run() {
  run_threads();
  for (bool more = true; more;) {
    more = false;
    for (const auto& each : stations_)
      more |= each->context.step();
  }
  check();
  return failure_;
}

void roaming::run_threads() {
  std::mutex lock;
  std::condition_variable finished;
  std::size_t running = plan_.threads;
  std::atomic<bool> giving_up{false};
  const auto body = [&](std::size_t thread) {
    const auto work_left = [&] {
      bool worked = false;
      bool unfinished = false;
      for (std::size_t i = thread; i < stations_.size(); i += plan_.threads) {
        worked |= stations_[i]->context.step();
        unfinished |= !stations_[i]->finished;
      }
      if (unfinished && !worked)
        bells_[thread]->wait();
      return unfinished && !giving_up;
    };
    while (work_left()) {}
    const std::scoped_lock guard{lock};
    if (--running == 0)
      finished.notify_one();
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < plan_.threads; ++i) {
    bells_[i]->ring(); // Its contexts were woken before they had a bell.
    threads.emplace_back(body, i);
  }
  // Who naps while all others nap or have finished is woken from outside.
  std::unique_lock guard{lock};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{40};
  while (!finished.wait_for(guard, std::chrono::milliseconds{1}, [&] { return running == 0; })) {
    for (const auto& each : stations_)
      each->context->window().post_message(nullptr, "*");
    if (std::chrono::steady_clock::now() > deadline && !giving_up.exchange(true)) {
      fail("a station stopped before its last tick: a wake-up was lost");
      for (const auto& bell : bells_)
        bell->ring();
    }
  }
  guard.unlock();
  for (auto& thread : threads)
    thread.join();
}

// An end that somebody still owns must have got everything its peer posted, and one close if the
// peer is gone.
void roaming::check() {
  std::vector<bool> alive(ends_.size(), false);
  for (const auto& each : stations_) {
    for (const auto& [end, port] : each->owned) {
      if (alive[end])
        fail("end " + std::to_string(end) + " has two owners");
      alive[end] = true;
    }
  }
  for (std::size_t end = 0; end < ends_.size(); ++end) {
    if (!alive[end])
      continue;
    const auto name = "end " + std::to_string(end);
    const auto& peer = ends_[peer_of(end)];
    if (ends_[end].received != peer.posted)
      fail(name + " got " + std::to_string(ends_[end].received) + " of "
           + std::to_string(peer.posted) + " messages");
    if (ends_[end].closes != (alive[peer_of(end)] ? 0U : 1U))
      fail(name + " got " + std::to_string(ends_[end].closes) + " close events, its peer being "
           + (alive[peer_of(end)] ? "there" : "gone"));
  }
}

} // namespace hawser::test
