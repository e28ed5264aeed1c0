// Nodes that die at whatever moment.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "scenario.hpp"

namespace hawser::simulation {
namespace {

using in_flight = world::in_flight;

mix nodes_of(unsigned nodes) {
  mix how;
  how.nodes = nodes;
  how.contexts_per_node = GENERATE(1U, 3U);
  return how;
}

constexpr end_name x{0, 0};
constexpr end_name y{0, 1};

TEST_CASE("the node an end goes to dies before it arrives", "[routing][S41]") {
  scenario s{nodes_of(3)};
  const bool first_move = GENERATE(true, false);
  if (first_move)
    s.make(0);
  else
    s.across(0, 1);
  s.post(x, 2);
  s.send(y, 2);
  s.post(x);
  s.w.crash(2);
  s.rest();
  CHECK(s.fate(x) == "close node_lost");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("the node an end went to dies before its peer is bound", "[routing][S42]") {
  scenario s{nodes_of(3)};
  const bool announced = GENERATE(true, false);
  s.across(0, 1);
  s.post(y);
  s.move(y, 2);
  s.post(y, 2);
  s.start(x);
  if (announced)
    s.run({{0, 2}});
  s.w.crash(2, announced ? in_flight::is_lost : in_flight::arrives);
  s.rest();
  CHECK(s.received(x) == 3);
  CHECK(s.fate(x) == "close node_lost");
  CHECK(s.waypoints() == 0);
}

// The end of a channel moves on; then somebody dies. Whoever survives with its peer goes on, or
// has been told; nobody is told without need.
TEST_CASE("whoever dies at whatever moment of a move, the others are told or go on",
          "[routing][S41][S42][S43][S45][S48]") {
  const auto victim = GENERATE(0U, 1U, 2U);
  const auto rest = GENERATE(in_flight::is_lost, in_flight::arrives, in_flight::arrives_in_part);
  const bool close = GENERATE(false, true);
  const auto begin = [](scenario& s) {
    s.across(0, 1);
    s.post(x, 2);
    s.post(y, 2);
    s.send(y, 2);
    s.post(x, 2);
  };
  bool survived = false;
  at_each_moment(nodes_of(3), begin, [&](scenario& s, unsigned frames) {
    INFO("after " << frames << " frames");
    if (auto* at = s.w.holder_of(x); close && at != nullptr)
      s.close(x);
    s.w.crash(victim, rest);
    s.rest();
    survived = s.w.holder_of(x) != nullptr && s.w.holder_of(y) != nullptr;
    if (survived) {
      s.post(x);
      s.post(y);
      s.rest();
      CHECK(s.received(y) == 5);
    } else {
      CHECK(s.waypoints() == 0);
    }
  });
  CHECK(survived == (victim == 1 && !close)); // In the end the relay is needed by nobody.
}

TEST_CASE("a relay dies when it has passed on nothing, some, all messages, all words",
          "[routing][S43]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  s.post(x, 4);
  s.run();
  s.send(y, 2);
  s.start(x);
  SECTION("nothing") {
    s.w.crash(1, in_flight::is_lost);
    s.rest();
    CHECK(s.fate(x) == "close node_lost");
  }
  SECTION("some messages") {
    s.pass_until(1, 2, "WINDOW");
    for (int i = 0; i < 2; ++i)
      s.pass(1, 2);
    s.turn(2);
    s.w.crash(1, in_flight::is_lost);
    s.rest();
    CHECK(s.received(y) == 2);
    CHECK(s.fate(y) == "close node_lost");
    CHECK(s.fate(x) == "close node_lost");
  }
  SECTION("all but an END") {
    s.turn();
    s.run({{1, 2}});
    s.pass_all(1, 2);
    s.turn(2);
    s.pass_until(2, 1, "ANNOUNCE");
    s.pass_until(1, 0, "ANNOUNCE");
    s.w.crash(1, in_flight::is_lost); // The END of 0 is on its way to it.
    s.rest();
    CHECK(s.received(y) == 4);
    CHECK(s.fate(y) == "close node_lost");
    CHECK(s.fate(x) == "close node_lost");
  }
  SECTION("all words") {
    s.run();
    s.w.crash(1, in_flight::is_lost);
    s.post(x);
    s.post(y);
    s.rest();
    CHECK(s.received(y) == 5);
    CHECK(s.received(x) == 1);
    CHECK(s.fate(x) == "open");
  }
}

TEST_CASE("ends many nodes apart learn of each other's death", "[routing][S44]") {
  scenario s{nodes_of(6)};
  s.across(0, 1);
  for (unsigned node = 2; node < 6; ++node)
    s.move(y, node);
  s.post(x, 2);
  s.post(y, 2);
  REQUIRE(s.relays() == 4);
  const auto victim = GENERATE(0U, 1U, 2U, 3U, 4U, 5U);
  s.mark();
  s.w.crash(victim, in_flight::is_lost);
  s.rest();
  if (victim != 0)
    CHECK(s.fate(x) == "close node_lost");
  if (victim != 5)
    CHECK(s.fate(y) == "close node_lost");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("the death of a far node, frame by frame", "[routing][S44]") {
  scenario s{4};
  s.across(0, 1);
  s.move(y, 2);
  s.move(y, 3);
  s.mark();
  s.w.crash(0, in_flight::is_lost);
  s.rest();
  CHECK(s.trace() == R"(
1 > 2  A -> B BROKEN node_lost
2 > 3  B -> C BROKEN node_lost
3 close at 0.1 node_lost
)");
}

TEST_CASE("a node dies right after its announcement was answered", "[routing][S45]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  s.mark();
  s.move(y, 2);
  s.run({{2, 0}});
  REQUIRE(s.count("START") == 1);
  const bool arrives = GENERATE(true, false);
  s.w.crash(2, arrives ? in_flight::arrives : in_flight::is_lost);
  s.rest();
  CHECK(s.fate(x) == "close node_lost");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("a relay beside the peer learns that the node behind it has died", "[routing][S46]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  s.move(y, 0); // To the node of its peer, and on from there.
  s.post(y);
  s.move(y, 2);
  REQUIRE(s.relays() == 2);
  s.start(x);
  s.w.crash(2, in_flight::is_lost);
  s.rest();
  CHECK(s.received(x) == 1);
  CHECK(s.fate(x) == "close node_lost");
  CHECK(s.waypoints() == 0);
}

// The closed end has said its last word, which has passed the relay, and waits for its peer's; the
// relay has gone. Only the END that it brought has said from where that will come.
TEST_CASE("somebody was foretold to bind itself and has died", "[routing][S47]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  s.post(x, 2);
  s.move(y, 2);
  s.close(y);
  s.pass_all(2, 1);
  s.pass_until(1, 0, "ANNOUNCE");
  s.pass_until(0, 1, "END");
  REQUIRE(s.at(1).empty());
  s.w.crash(0, in_flight::is_lost); // With BIND.
  const bool death_first = GENERATE(true, false);
  s.run({death_first ? scenario::pair{1, 2} : scenario::pair{0, 2}});
  CHECK(s.at(2).size() == 1);
  s.rest();
  CHECK(s.waypoints() == 0);
}

TEST_CASE("somebody was foretold over a connection that there will never be", "[routing][S47]") {
  auto how = nodes_of(3);
  how.lazy_links = true;
  scenario s{how};
  s.w.connect(0, 1);
  s.w.connect(1, 2);
  s.run();
  s.across(0, 1);
  s.move(y, 2);
  s.close(y);
  s.pass_all(2, 1);
  s.pass_until(1, 0, "ANNOUNCE");
  s.w.connect_wanted();
  REQUIRE(s.pass(2, 0)); // 0 is connected and switches; 2 knows of no connection yet.
  s.pass_until(0, 1, "END");
  REQUIRE(s.at(1).empty());
  s.w.crash(0, in_flight::is_lost);
  const bool failure_first = GENERATE(true, false);
  s.run({failure_first ? scenario::pair{1, 2} : scenario::pair{0, 2}});
  CHECK(s.at(2).size() == 1);
  s.rest();
  CHECK(s.waypoints() == 0);
}

TEST_CASE("somebody was foretold to an end that is closed and has died", "[routing][S47]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  s.move(y, 2);
  s.close(y);
  s.run({{0, 2}});
  CHECK(s.relays() == 0); // Nothing binds 2 to anybody any more but what it was foretold.
  s.w.crash(0, in_flight::is_lost);
  s.rest();
  CHECK(s.waypoints() == 0);
}

TEST_CASE("an end is closed while the way of its last word breaks", "[routing][S48]") {
  scenario s{nodes_of(4)};
  s.across(0, 1);
  s.move(y, 2);
  s.move(y, 3);
  s.post(y, 2);
  s.close(y); // Its FIN has three relays to go, and 0 dies.
  REQUIRE(s.at(3).at(0).now == waypoint_snapshot::state::closing);
  const auto victim = GENERATE(0U, 1U, 2U);
  s.w.crash(victim, GENERATE(in_flight::is_lost, in_flight::arrives));
  s.rest();
  CHECK(s.waypoints() == 0);
}

TEST_CASE("two nodes die together", "[routing][S49]") {
  const auto first = GENERATE(0U, 1U, 2U, 3U);
  const auto second = (first + GENERATE(1U, 2U, 3U)) % 4;
  const auto begin = [](scenario& s) {
    s.across(0, 1);
    s.post(x, 2);
    s.move(y, 2);
    s.post(y, 2);
    s.send(y, 3);
  };
  at_each_moment(nodes_of(4), begin, [&](scenario& s, unsigned frames) {
    INFO("after " << frames << " frames");
    s.w.crash(first, in_flight::arrives_in_part);
    s.w.crash(second, in_flight::arrives_in_part);
    s.rest();
  });
}

TEST_CASE("all nodes but one die", "[routing][S49]") {
  const auto survivor = GENERATE(0U, 1U, 2U, 3U);
  scenario s{nodes_of(4)};
  for (unsigned node = 0; node < 4; ++node)
    for (unsigned other = 0; other < 4; ++other)
      if (node != other)
        s.across(node, other);
  s.move(y, 2);
  s.move(y, 3);
  for (unsigned node = 0; node < 4; ++node)
    if (node != survivor)
      s.w.crash(node, in_flight::is_lost);
  s.rest();
  CHECK(s.waypoints() == 0);
  CHECK(s.w.page(survivor).ports.empty());
  const auto local = s.make(survivor);
  s.post(local);
  s.rest();
  CHECK(s.received(local.peer()) == 1);
}

TEST_CASE("what a node had sent before it died is read first", "[routing][S51]") {
  scenario s{nodes_of(2)};
  s.across(0, 1);
  const auto passenger = s.make(0);
  s.post(x, 5);
  s.post(passenger, 2);
  s.post_with(x, {passenger.peer()});
  s.w.crash(0, in_flight::arrives);
  s.run();
  CHECK(s.received(y) == 0);
  CHECK(s.fate(y) == "open");
  s.rest();
  CHECK(s.received(y) == 6);
  CHECK(s.fate(y) == "close node_lost");
  CHECK(s.received(passenger.peer()) == 2);
  CHECK(s.fate(passenger.peer()) == "close node_lost");
}

} // namespace
} // namespace hawser::simulation
