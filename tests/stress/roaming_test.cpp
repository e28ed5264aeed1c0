// Moves and posts under threads. A failure prints the seed; HAWSER_STRESS_SEED=N runs that one.

#include <barrier>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "roaming.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

using test::inbox;
using test::roaming;
using test::roaming_plan;
using test::running;
using test::settle;
using test::test_context;

void roam(roaming_plan plan, std::uint32_t rounds) {
  std::uint64_t moves = 0;
  std::uint64_t messages = 0;
  if (const char* seed = std::getenv("HAWSER_STRESS_SEED")) {
    plan.seed = static_cast<std::uint32_t>(std::strtoul(seed, nullptr, 10));
    rounds = 1;
  }
  for (; rounds > 0; --rounds, ++plan.seed) {
    INFO("HAWSER_STRESS_SEED=" << plan.seed);
    roaming world{plan};
    const auto failure = world.run();
    REQUIRE(failure == "");
    moves += world.moves();
    messages += world.messages();
  }
  CHECK(moves > 0);
  CHECK(messages > 0);
}

TEST_CASE("ports roam between many contexts on four threads and lose nothing", "[stress]") {
  roam({.seed = 1, .threads = 4, .stations = 8, .channels = 64, .ticks = 200}, 60);
}

TEST_CASE("a few ports roam between two threads, both ends at once", "[stress]") {
  roam({.seed = 1000, .threads = 2, .stations = 2, .channels = 16, .ticks = 200}, 200);
}

TEST_CASE("every message of a slow exchange wakes its receiver", "[stress]") {
  // Nobody posts before it has heard from the other, so one lost wake-up stops everything.
  constexpr int rounds = 20'000;
  test_context left{"left"};
  test_context right{"right"};
  auto [near, far] = connect(left, right);
  std::atomic<int> last{0};
  const auto answer = [&](message_event& ev) {
    const auto number = *ev.data().as<int>();
    last = number;
    if (number < rounds)
      ev.port().post_message(number + 1);
  };
  near.on_message(answer);
  far.on_message(answer);
  near.post_message(1);
  running threads{left, right};
  threads.until([&] { return last == rounds; });
  CHECK(last == rounds);
}

TEST_CASE("a message that comes as a turn ends wakes its receiver", "[stress]") {
  // The poster spins until its message is being delivered and posts the next after a few more
  // instructions, in each round another number of them, so that it arrives at all moments of the
  // end of a turn. Nothing else would wake the receiver. With one processor for both, a round takes
  // the milliseconds until the other is run, so that the time is up before all are done.
  using clock = std::chrono::steady_clock;
  constexpr int rounds = 300'000;
  constexpr int spins_max = 300;
  const auto enough = clock::now() + std::chrono::seconds{15};
  test_context sender{"sender"};
  test_context receiver{"receiver"};
  auto [near, far] = connect(sender, receiver);
  std::atomic<int> delivered{0};
  far.on_message([&] { ++delivered; });
  const running thread{receiver};
  int round = 0;
  while (round < rounds && (round % 64 != 0 || clock::now() < enough)) {
    near.post_message(++round);
    const auto deadline = clock::now() + std::chrono::seconds{40};
    for (std::uint64_t spins = 1; delivered.load(std::memory_order_relaxed) != round; ++spins) {
      if (spins % 4096 == 0) {
        REQUIRE(clock::now() < deadline);
        std::this_thread::yield();
      }
    }
    for (std::atomic<int> spins{round % spins_max}; spins.load(std::memory_order_relaxed) > 0;)
      spins.fetch_sub(1, std::memory_order_relaxed);
  }
  CHECK(delivered == round);
}

// Rounds of two messages, the first of which is answered. The second is taken after another time in
// each round, so that the sender is told of that at all moments of what it does with the answer.
class rounds_of_two {
public:
  rounds_of_two() : ends_(connect(sender_, receiver_)) {
    ends_.port2.on_message([](message_event& ev) {
      constexpr int spins_max = 3000;
      const auto number = ev.data().as<int>();
      if (!number)
        return;
      ev.port().post_message("answer");
      for (std::atomic<int> spins{*number * 37 % spins_max}; spins > 0;)
        --spins;
    });
  }

  test_context& sender() noexcept { return sender_; }
  const message_port& near() const noexcept { return ends_.port1; }

  // The sender has all that it waits for in this round.
  void go_on() {
    if (round_ < rounds && clock::now() < enough_)
      begin();
    else
      done_ = true;
  }

  void run() {
    begin();
    running threads{sender_, receiver_};
    threads.until([this] { return done_.load(); });
    CHECK(done_);
  }

private:
  using clock = std::chrono::steady_clock;

  static constexpr int rounds = 100'000;

  void begin() {
    near().post_message(++round_);
    near().post_message(nullptr);
  }

  test_context sender_{"sender"};
  test_context receiver_{"receiver"};
  message_channel ends_;
  const clock::time_point enough_ = clock::now() + std::chrono::seconds{15}; // On a busy machine.
  int round_ = 0;
  std::atomic<bool> done_{false};
};

TEST_CASE("a port is told that its messages were taken while it takes its last one", "[stress]") {
  rounds_of_two world;
  bool answered = false;
  bool low = false;
  const auto look = [&] {
    if (!answered || !low)
      return;
    answered = low = false;
    world.go_on();
  };
  world.near().on_message([&] {
    answered = true;
    look();
  });
  world.near().on_buffered_amount_low([&] {
    low = true;
    look();
  });
  world.run();
}

TEST_CASE("a port is told that its messages were taken while its host is about to rest",
          "[stress]") {
  // One that is asked for its messages: an answer only wakes its host.
  rounds_of_two world;
  CHECK(!world.sender().registry().receive(world.near()));
  world.near().on_buffered_amount_low([&] {
    while (port_registry::current()->receive(world.near())) {}
    world.go_on();
  });
  world.run();
}

TEST_CASE("a context may end at any moment of a flood", "[stress]") {
  constexpr int rounds = 1000;
  test_context source{"source"};
  for (int round = 0; round < rounds; ++round) {
    auto target = std::make_unique<test_context>("target");
    auto [near, far] = connect(source, *target);
    auto [inner1, inner2] = source->make_channel();
    const inbox ends{near};
    const inbox inner_ends{inner1};
    const inbox at{far};
    const auto window = (*target)->window();
    std::barrier start{2};
    std::thread flood{[&, port = near, inner = inner2] {
      start.arrive_and_wait();
      for (int i = 0; i < 50; ++i) {
        port.post_message(i);
        window.post_message(i, "*");
      }
      port.post_message("with a port", {inner});
    }};
    start.arrive_and_wait();
    for (int turn = 0; turn < round % 5; ++turn)
      target->step(7);
    far = {};
    (*target)->close(close_reason::context_crashed);
    target.reset();
    flood.join();
    settle(source);
    // The number of what was not taken depends on the moment.
    REQUIRE(ends.seen.size() == 1);
    REQUIRE(ends.seen[0].starts_with("close context_crashed"));
    REQUIRE(inner_ends.seen.size() == 1);
    for (std::size_t i = 0; i < at.seen.size(); ++i)
      REQUIRE(at.seen[i] == (i < 50 ? std::to_string(i) : "with a port"));
  }
}

TEST_CASE("what a port travels in may end while its peer posts", "[stress]") {
  // The inner port waits in the queue of the outer one, whose peer is gone, and that in the queue
  // of a third. They end together, and the outer channel goes before the inner port is closed.
  constexpr int rounds = 1000;
  test_context poster{"poster"};
  test_context source{"source"};
  for (int round = 0; round < rounds; ++round) {
    auto maker = std::make_unique<test_context>("maker");
    auto [near, inner] = connect(poster, *maker);
    auto [outer1, outer2] = connect(*maker, source);
    auto [third1, third2] = source->make_channel();
    outer1.post_message("inner", {inner});
    third1.post_message("outer", {outer2});
    inner = outer1 = outer2 = third1 = {};
    maker.reset();
    const inbox ends{near};
    std::atomic<int> posted{0};
    std::atomic<bool> ended{false};
    std::thread flood{[&, port = std::move(near)] {
      constexpr int posts_max = 500; // On a busy machine.
      for (; posted < posts_max && !ended; ++posted)
        port.post_message(posted.load());
    }};
    while (posted <= round % 50)
      std::this_thread::yield();
    third2.close();
    ended = true;
    third2 = {};
    flood.join();
    settle(poster, source);
    REQUIRE(ends.seen.size() == 1);
    REQUIRE(ends.seen[0].starts_with("close undeliverable"));
  }
}

} // namespace
} // namespace hawser
