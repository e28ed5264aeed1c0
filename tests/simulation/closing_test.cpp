// Ends that are closed, wherever they and what they have to say are at that moment.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "scenario.hpp"

namespace hawser::simulation {
namespace {

mix nodes_of(unsigned nodes) {
  mix how;
  how.nodes = nodes;
  how.contexts_per_node = GENERATE(1U, 3U);
  return how;
}

constexpr end_name x{0, 0};
constexpr end_name y{0, 1};

TEST_CASE("close right after a hundred posts and a transfer hides nothing", "[routing][S30]") {
  const bool moves = GENERATE(false, true);
  const auto begin = [&](scenario& s) {
    s.across(0, 1);
    const auto passenger = s.make(0);
    if (moves)
      s.send(y, 2);
    s.post(x, 100);
    s.post_with(x, {passenger});
    s.close(x);
    s.post(passenger.peer(), 2);
  };
  with_each_slow_wire(nodes_of(3), begin, [](scenario& s, scenario::pair) {
    CHECK(s.received(y) == 101);
    CHECK(s.fate(y) == "close closed_by_peer");
    CHECK(s.received({1, 0}) == 2);
    CHECK(s.waypoints() == 2);
  });
}

TEST_CASE("close, frame by frame", "[routing][S30]") {
  scenario s{3};
  s.across(0, 1);
  s.mark();
  s.send(y, 2);
  s.post(x);
  s.close(x);
  s.rest();
  CHECK(s.trace() == R"(
1 sends 0.1 to 2
1 > 2  WINDOW port A
0 posts through 0.0
0 > 1  B -> C DATA 0
0 closes 0.0
0 > 1  B -> C FIN 1 closed_by_peer
1 > 2  C -> A DATA 0
1 > 2  C -> A FIN 1 closed_by_peer
2 > 1  A -> C ANNOUNCE A epoch 2
2 > 1  A -> C FIN 0 closed_by_peer
1 > 0  C -> B ANNOUNCE A epoch 2
1 > 0  C -> B FIN 0 closed_by_peer
2 close at 0.1 closed_by_peer
)");
}

TEST_CASE("close hides no posts that waited for leave and moved with their end",
          "[routing][S20][S30]") {
  auto how = nodes_of(3);
  how.bounds.window_initial.messages = 1;
  const bool more = GENERATE(false, true);
  const auto begin = [](scenario& s) {
    s.across(0, 1);
    s.post(x, 5);
    s.send(x, 2);
    s.pass_until(0, 2, "port"); // The end is there, four of its posts are not.
    s.turn(2);
    s.start(y);
  };
  const auto moments = at_each_moment(how, begin, [&](scenario& s, unsigned frames) {
    INFO("after " << frames << " frames");
    if (more)
      s.post(x);
    s.close(x);
    s.rest();
    CHECK(s.received(y) == (more ? 6 : 5));
    CHECK(s.fate(y) == "close closed_by_peer");
    CHECK(s.waypoints() == 0);
  });
  CHECK(moments > 12); // Five messages, four posts on the way, and the words of a move.
}

TEST_CASE("an end is closed at any moment of its peer's move", "[routing][S31][S36]") {
  const auto begin = [](scenario& s) {
    s.across(0, 1);
    s.post(x, 2);
    s.post(y, 2);
    s.send(y, 2);
  };
  const auto moments = at_each_moment(nodes_of(3), begin, [](scenario& s, unsigned frames) {
    INFO("after " << frames << " frames");
    s.post(x, 2);
    s.close(x);
    s.rest();
    CHECK(s.received(y) == 4);
    CHECK(s.fate(y) == "close closed_by_peer");
    CHECK(s.waypoints() == 0);
  });
  CHECK(moments >= 13); // Two messages each way, the carrier, and the words of a move.
}

TEST_CASE("an end that has moved is closed at any moment after", "[routing][S31][S36]") {
  const auto begin = [](scenario& s) {
    s.across(0, 1);
    s.post(x, 2);
    s.send(y, 2);
    s.pass_all(1, 2);
    s.turn(2);
  };
  const auto moments = at_each_moment(nodes_of(3), begin, [](scenario& s, unsigned frames) {
    INFO("after " << frames << " frames");
    s.post(x, 2);
    s.post(y, 3);
    s.close(y);
    s.rest();
    CHECK(s.received(x) == 3);
    CHECK(s.fate(x) == "close closed_by_peer");
    CHECK(s.waypoints() == 0);
  });
  CHECK(moments >= 8);
}

TEST_CASE("both ends are closed while both travel", "[routing][S31][S34]") {
  const auto begin = [](scenario& s) {
    s.across(0, 1);
    s.post(x);
    s.post(y);
    s.send(x, 2);
    s.send(y, 3);
  };
  at_each_moment(nodes_of(4), begin, [](scenario& s, unsigned frames) {
    INFO("after " << frames << " frames");
    for (const auto& [from, end] : {std::pair{0U, x}, {1U, y}})
      if (s.w.holder_of(end) == nullptr) {
        s.pass_all(from, from + 2);
        s.turn(from + 2);
      }
    s.post(x);
    s.close(x);
    s.close(y);
    s.rest();
    CHECK(s.fate(x) == "open"); // Nobody tells those who have closed themselves.
    CHECK(s.fate(y) == "open");
    CHECK(s.waypoints() == 0);
  });
}

TEST_CASE("both ends are closed at once, with relays between them or not", "[routing][S34]") {
  const auto relays = GENERATE(0U, 1U, 3U);
  const auto begin = [&](scenario& s) {
    s.across(0, 1);
    for (unsigned i = 0; i < relays; ++i)
      s.move(y, 2 + i);
    s.post(x, 2);
    s.post(y, 2);
    s.close(x);
    s.close(y);
  };
  with_each_slow_wire(nodes_of(5), begin,
                      [](scenario& s, scenario::pair) { CHECK(s.waypoints() == 0); });
}

TEST_CASE("both ends are closed at once while each waits for leave to post the rest",
          "[routing][S34]") {
  auto how = nodes_of(4);
  how.bounds.window_initial.messages = 1;
  const auto relays = GENERATE(0U, 2U);
  const bool arrived = GENERATE(false, true); // What each may post.
  const auto begin = [&](scenario& s) {
    s.across(0, 1);
    for (unsigned i = 0; i < relays; ++i)
      s.move(y, 2 + i);
    s.post(x, 5);
    s.post(y, 5);
    if (arrived)
      s.run();
    s.close(x);
    s.close(y);
  };
  with_each_slow_wire(how, begin, [](scenario& s, scenario::pair) { CHECK(s.waypoints() == 0); });
}

TEST_CASE("an end whose peer is closed moves with what it has not read, and is told once",
          "[routing][S32][S33]") {
  const auto moves = GENERATE(1U, 2U, 3U);
  const bool settled = GENERATE(true, false);
  const auto begin = [&](scenario& s) {
    s.across(0, 1);
    s.post(x, 3);
    s.close(x);
    s.run();
    CHECK(s.waypoints() == 0);
    for (unsigned i = 0; i < moves; ++i) {
      s.move(y, 2 + i);
      if (settled)
        s.run();
    }
  };
  with_each_slow_wire(nodes_of(5), begin, [](scenario& s, scenario::pair) {
    CHECK(s.received(y) == 3);
    CHECK(s.w.closes.size() == 1); // A second one would have been noticed.
    CHECK(s.fate(y) == "close closed_by_peer");
    CHECK(s.waypoints() == 0);
  });
}

// What waits in, or behind, an end that is closed: each carries an end, whose peer must be told.
TEST_CASE("closing an end closes the ends in its unread messages", "[routing][S35]") {
  scenario s{nodes_of(2)};
  s.across(0, 1);
  const auto inner = s.make(0);
  const auto middle = s.make(0);
  s.post_with(middle, {inner.peer()});
  s.post_with(x, {middle.peer()});
  s.run();
  s.close(y);
  s.rest();
  CHECK(s.fate(x) == "close closed_by_peer");
  CHECK(s.fate(middle) == "close undeliverable");
  CHECK(s.fate(inner) == "close undeliverable");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("closing an end closes the ends in messages that wait for earlier ones",
          "[routing][S35]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  const auto passenger = s.make(0);
  s.move(y, 2);
  s.post(x);
  s.run({{1, 2}});
  s.post_with(x, {passenger.peer()});
  s.run({{1, 2}});
  REQUIRE(s.at(2).at(0).early + s.at(2).at(1).early == 1);
  s.close(y);
  s.run({{1, 2}});
  s.rest();
  CHECK(s.fate(passenger) == "close undeliverable");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("closing an end closes the ends in posts that nobody has allowed", "[routing][S35]") {
  auto how = nodes_of(3);
  how.bounds.window_initial.messages = 1;
  const bool moved = GENERATE(false, true);
  scenario s{how};
  s.across(0, 1);
  const auto passenger = s.make(0);
  s.post(x);
  s.post_with(x, {passenger.peer()});
  s.run();
  if (moved) {
    s.move(x, 2);
    s.run();
  }
  s.close(y);
  s.rest();
  CHECK(s.fate(x) == "close closed_by_peer");
  CHECK(s.fate(passenger) == "close undeliverable");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("nobody reads what comes after a gap, or what comes before its port", "[routing][S37]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  SECTION("a gap") {
    s.start(y);
    s.move(y, 2);
    s.start(y);
    s.post(x);
    s.run({{1, 2}});
    s.post(x, 2);
    s.close(x);
    s.run({{1, 2}});
    CHECK(s.received(y) == 0);
    CHECK(s.fate(y) == "open");
    s.rest();
    CHECK(s.received(y) == 3);
    CHECK(s.fate(y) == "close closed_by_peer");
  }
  SECTION("a port in a message that nobody has read") {
    const auto passenger = s.make(0);
    s.post_with(x, {passenger.peer()});
    s.post(passenger, 2);
    s.close(passenger);
    s.run();
    CHECK(s.received(passenger.peer()) == 0);
    CHECK(s.fate(passenger.peer()) == "open");
    s.start(y);
    s.run();
    CHECK(s.received(passenger.peer()) == 0);
    s.rest();
    CHECK(s.received(passenger.peer()) == 2);
    CHECK(s.fate(passenger.peer()) == "close closed_by_peer");
  }
}

TEST_CASE("the context that should get an end has gone when it arrives", "[routing][S38]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  const auto to = GENERATE(0U, 2U); // The node of its peer, or a third.
  s.send(y, to);
  s.post(x);
  if (to != 0)
    s.end_contexts(to, close_reason::context_closed);
  else
    s.w.end(*s.w.holder_of(x), close_reason::context_closed);
  s.rest();
  if (to != 0)
    CHECK(s.fate(x) == "close undeliverable");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("a context ends while an end of it travels, and the end is none of its own any more",
          "[routing][S38]") {
  scenario s{3};
  s.across(0, 1);
  s.post(y);
  s.send(y, 2);
  s.end_contexts(1, close_reason::context_crashed);
  s.post(x, 2);
  s.rest();
  CHECK(s.fate(x) == "open");
  CHECK(s.received(x) == 1);
  CHECK(s.received(y) == 2);
}

TEST_CASE("an end that nobody can use any more is closed for its peer elsewhere",
          "[routing][S38]") {
  scenario s{nodes_of(2)};
  s.across(0, 1);
  auto& page = *s.w.holder_of(x);
  page.scope->run([&] {
    const auto made = page.scope->registry().make_channel(); // Without a listener.
    s.w.find(page, x)->port.post_message(
      array{x.channel, x.side, s.w.sent[x], "", s.w.next_channel(), 1U}, {made.port2});
    ++s.w.sent[x];
  }); // The last handle goes.
  s.rest();
  CHECK(s.fate({1, 1}) == "close context_unreachable");
  CHECK(s.waypoints() == 2);
}

TEST_CASE("a receiver that never runs keeps what it was sent until it ends", "[routing][S39]") {
  scenario s{nodes_of(2)};
  const auto other = s.make(0);
  s.send(other.peer(), 1);
  s.post(other, 300); // More than one window.
  // Its contexts do not run; the router does.
  while (s.pass(0, 1) || s.pass(1, 0))
    s.route();
  CHECK(s.fate(other) == "open");
  CHECK(s.at(1).at(0).received == 256);
  s.end_contexts(1, close_reason::context_closed);
  s.rest();
  CHECK(s.fate(other) == "close undeliverable");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("relays behind a closed end disappear", "[routing][S40]") {
  const auto moves = GENERATE(1U, 4U);
  const bool by_peer = GENERATE(false, true);
  const auto begin = [&](scenario& s) {
    s.across(0, 1);
    s.post(x, 2);
    for (unsigned i = 0; i < moves; ++i)
      s.move(y, 2 + i);
    s.post(y);
    s.close(by_peer ? x : y);
  };
  with_each_slow_wire(nodes_of(moves + 2), begin, [&](scenario& s, scenario::pair) {
    CHECK(s.fate(by_peer ? y : x) == "close closed_by_peer");
    CHECK(s.received(by_peer ? y : x) == (by_peer ? 2 : 1));
    CHECK(s.waypoints() == 0);
  });
}

} // namespace
} // namespace hawser::simulation
