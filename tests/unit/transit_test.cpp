// Ports that travel inside each other's queues: nobody can receive them any more.

#include <barrier>
#include <cstddef>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "hawser/event.hpp"
#include "test_context.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

// Every port2 goes into the queue of the next one's port2; the last closes the circle or not.
std::size_t lost_in_chain(std::size_t channels, std::size_t posts) {
  test_context page;
  std::vector<message_channel> made(channels);
  std::size_t lost = 0;
  for (auto& each : made) {
    each = page->make_channel();
    each.port1.on_close(
      [&lost](close_event& ev) { lost += ev.reason() == close_reason::undeliverable ? 1 : 0; });
  }
  for (std::size_t i = 0; i < posts; ++i)
    REQUIRE_FALSE(made[i].port1.post_message(nullptr, {made[(i + 1) % channels].port2}));
  settle(page);
  return lost;
}

} // namespace

TEST_CASE("two ports that wait inside each other are closed as undeliverable", "[transit]") {
  CHECK(lost_in_chain(2, 2) == 2);
}

TEST_CASE("a circle of a thousand ports is found by the post that closes it", "[transit]") {
  CHECK(lost_in_chain(1000, 1000) == 1000);
}

TEST_CASE("ports that travel inside each other's queues without a circle are left alone",
          "[transit]") {
  CHECK(lost_in_chain(1000, 999) == 0);
}

TEST_CASE("two contexts that close a circle at the same moment leave nothing behind",
          "[transit][threads]") {
  test_context left{"left"};
  test_context right{"right"};
  constexpr int rounds = 2000;
  for (int round = 0; round < rounds; ++round) {
    // Left sends away its end of the first channel through the second, right the other way round.
    const auto first = connect(left, right);
    const auto second = connect(left, right);
    const inbox left_end{second.port1};
    const inbox right_end{first.port2};
    std::barrier start{2};
    std::thread other{[&] {
      start.arrive_and_wait();
      first.port2.post_message(nullptr, {second.port2});
    }};
    start.arrive_and_wait();
    second.port1.post_message(nullptr, {first.port1});
    other.join();
    settle(left, right);
    REQUIRE(left_end.seen.size() == 1);
    REQUIRE(right_end.seen.size() == 1);
    REQUIRE(left_end.seen[0].starts_with("close undeliverable"));
    REQUIRE(right_end.seen[0].starts_with("close undeliverable"));
  }
}
