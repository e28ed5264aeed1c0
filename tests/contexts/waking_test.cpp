// How contexts that are woken get to CAF's workers.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <caf/timespan.hpp>

#include "test_system.hpp"

using namespace hawser;
using namespace std::chrono_literals;

namespace {

config with_workers(std::size_t count) {
  config settings;
  settings.set("caf.scheduler.max-threads", count);
  return settings;
}

// That many contexts, each of which counts what it is told and ends when it has been told `rounds`
// times, or out of order.
std::vector<window_proxy> open_counters(hawser::system& sys, std::size_t count,
                                        std::uint64_t rounds, std::atomic<std::uint64_t>& counted) {
  std::vector<window_proxy> opened;
  for (std::size_t i = 0; i < count; ++i)
    opened.push_back(sys.open("https://counter.example/", [&counted, rounds](auto* self) {
      self->on_message(
        [&counted, self, rounds, next = std::uint64_t{0}](message_event& ev) mutable {
          if (ev.data() != next)
            return self->close();
          ++counted;
          if (++next == rounds)
            self->close();
        });
    }));
  return opened;
}

} // namespace

// With two workers, of which one sleeps for ever unless it is called.
TEST_CASE("who is woken in a long turn does not wait for its end", "[contexts][caf]") {
  auto settings = with_workers(2);
  settings.set("caf.work-stealing.moderate-poll-attempts", std::size_t{1});
  settings.set("caf.work-stealing.relaxed-sleep-duration", caf::timespan{1h});
  hawser::system sys{settings};
  std::atomic<bool> woken = false;
  bool in_time = false; // the poster's
  const auto receiver = sys.open("https://receiver.example/", [&](browsing_context* self) {
    self->on_message([&, self](message_event& ev) {
      woken = true;
      if (ev.data() == 255)
        self->close();
    });
  });
  sys.open("https://poster.example/", [&](browsing_context* self) {
    self->on_message([&, self] {
      std::this_thread::sleep_for(100ms); // The other worker finds nothing and falls asleep.
      for (int i = 0; i < 256; ++i)
        receiver.post_message(i, "*");
      for (const auto end = std::chrono::steady_clock::now() + test::patience;
           !woken && std::chrono::steady_clock::now() < end;)
        std::this_thread::sleep_for(1ms);
      in_time = woken;
      self->close();
    });
    self->window().post_message("begin");
  });
  REQUIRE(sys.await_all_closed_until(std::chrono::steady_clock::now() + 2 * test::patience));
  CHECK(in_time);
}

// More than fit in one batch.
TEST_CASE("many that are woken in one turn do not wait for its end", "[contexts][caf]") {
  constexpr std::size_t many = 200;
  auto settings = with_workers(2);
  hawser::system sys{settings};
  std::atomic<std::uint64_t> counted = 0;
  std::uint64_t in_time = 0; // the poster's
  const auto counters = open_counters(sys, many, 1, counted);
  sys.open("https://poster.example/", [&](browsing_context* self) {
    self->on_message([&, self] {
      for (const auto& each : counters)
        each.post_message(0, "*");
      for (const auto end = std::chrono::steady_clock::now() + test::patience;
           counted != many && std::chrono::steady_clock::now() < end;)
        std::this_thread::sleep_for(1ms);
      in_time = counted;
      self->close();
    });
    self->window().post_message("begin");
  });
  REQUIRE(sys.await_all_closed_until(std::chrono::steady_clock::now() + 2 * test::patience));
  CHECK(in_time == many);
}

// Workers take up batches while more is put into them: whoever were lost then would sleep for ever.
TEST_CASE("of many that are woken over and over none is forgotten", "[contexts][caf]") {
  constexpr std::size_t many = 150;
  constexpr std::uint64_t rounds = 400;
  auto settings = with_workers(4);
  hawser::system sys{settings};
  std::atomic<std::uint64_t> counted = 0;
  const auto counters = open_counters(sys, many, rounds, counted);
  sys.open("https://poster.example/", [&](browsing_context* self) {
    self->on_message([&, self](message_event& ev) {
      const auto round = ev.data().as<std::uint64_t>().value_or(rounds);
      if (round == rounds)
        return self->close();
      for (const auto& each : counters)
        each.post_message(round, "*");
      self->window().post_message(round + 1);
    });
    self->window().post_message(std::uint64_t{0});
  });
  REQUIRE(sys.await_all_closed_until(std::chrono::steady_clock::now() + 2 * test::patience));
  CHECK(counted == many * rounds);
}
