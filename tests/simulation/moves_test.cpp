// Ends that move while others move, post, or move back.

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

TEST_CASE("both ends move again and again while their announcements cross", "[routing][S16]") {
  const auto moves = GENERATE(1U, 2U, 3U, 5U);
  const auto rounds = GENERATE(0U, 1U, 2U);
  const auto begin = [&](scenario& s) {
    const auto x = s.across(0, 1);
    for (unsigned i = 1; i <= moves; ++i) {
      s.post(x);
      s.post(x.peer(), 2);
      s.move(x, 2 * i);
      s.move(x.peer(), 2 * i + 1);
      for (unsigned k = 0; k < rounds; ++k)
        s.pass_round();
    }
  };
  mix how;
  how.nodes = 2 * moves + 2;
  how.contexts_per_node = moves < 3 ? 3 : 1;
  with_each_slow_wire(how, begin, [&](scenario& s, scenario::pair slow) {
    INFO("slow from " << slow.first << " to " << slow.second);
    CHECK(s.received({0, 1}) == moves);
    CHECK(s.received({0, 0}) == std::uint64_t{2} * moves);
    CHECK(s.waypoints() == 2);
  });
}

TEST_CASE("an end returns to a node that still passes on its messages", "[routing][S17]") {
  const auto returns = GENERATE(1U, 2U, 3U);
  const auto begin = [&](scenario& s) {
    const auto x = s.across(0, 1);
    for (unsigned i = 0; i < returns; ++i) {
      s.post(x, 2);
      s.move(x.peer(), 2);
      s.post(x.peer());
      s.move(x.peer(), 1);
      s.post(x.peer());
    }
    CHECK(s.relays() == std::uint64_t{2} * returns);
  };
  with_each_slow_wire(nodes_of(3), begin, [&](scenario& s, scenario::pair) {
    CHECK(s.node_of({0, 1}) == 1);
    CHECK(s.received({0, 1}) == std::uint64_t{2} * returns);
    CHECK(s.received({0, 0}) == std::uint64_t{2} * returns);
  });
}

TEST_CASE("an end visits its peer's node and leaves before the two are bound", "[routing][S18]") {
  const auto rounds = GENERATE(0U, 1U, 2U);
  const auto begin = [&](scenario& s) {
    const auto x = s.across(0, 1);
    s.post(x, 2);
    s.move(x.peer(), 0);
    s.post(x.peer());
    s.post(x);
    for (unsigned k = 0; k < rounds; ++k)
      s.pass_round();
    s.move(x.peer(), 2);
    s.post(x.peer());
    s.post(x);
  };
  with_each_slow_wire(nodes_of(3), begin, [](scenario& s, scenario::pair) {
    CHECK(s.received({0, 1}) == 4);
    CHECK(s.received({0, 0}) == 2);
  });
}

TEST_CASE("an end that is thrown to and fro ten thousand times under traffic leaves nothing behind",
          "[routing][S19]") {
  constexpr unsigned moves = 10'000;
  // Either nobody keeps up for ten moves, or the word of each gets around before the next.
  const auto pause = GENERATE(1U, 10U);
  scenario s{3};
  const auto x = s.across(0, 1);
  std::uint64_t most = 0;
  for (unsigned i = 0; i < moves; ++i) {
    s.post(x);
    s.post(x.peer());
    s.move(x.peer(), 1 + s.node_of(x.peer()) % 2);
    most = std::max(most, s.waypoints());
    if (i % pause == 0)
      s.run();
    s.read(x.peer());
    s.read(x);
  }
  s.rest();
  CHECK(s.received(x.peer()) == moves);
  CHECK(s.received(x) == moves);
  CHECK(most <= 2 + pause);
  CHECK(s.waypoints() == 2);
  CHECK(s.w.at(1).routes->statistics().ends_sent + s.w.at(2).routes->statistics().ends_sent
        == moves);
}

TEST_CASE("what nobody reads or allows moves with its end as often as that moves",
          "[routing][S19]") {
  constexpr unsigned moves = 200; // More than nodes may pass on one message.
  auto how = nodes_of(3);
  how.bounds.window_initial.messages = 1;
  scenario s{how};
  const auto x = s.across(0, 1);
  const auto nested = s.make(0);
  s.post(nested, 2);
  s.post_with(x, {nested.peer()});
  s.run();
  s.post(x.peer(), 3);
  for (unsigned i = 0; i < moves; ++i) {
    s.move(x.peer(), 1 + s.node_of(x.peer()) % 2);
    s.run();
  }
  CHECK(s.fate(x) == "open");
  s.rest();
  CHECK(s.received(x.peer()) == 1);
  CHECK(s.received(x) == 3);
  CHECK(s.received(nested.peer()) == 2);
}

TEST_CASE("an end moves while messages wait in it for earlier ones", "[routing][S20]") {
  scenario s{nodes_of(4)};
  const auto x = s.across(0, 1);
  s.post(x, 3);
  s.pass_all(0, 1);
  s.move(x.peer(), 2); // The three follow it on a wire that is slow from now on.
  s.post(x, 2);
  s.run({{1, 2}});
  s.post(x, 4);
  s.run({{1, 2}});
  REQUIRE(s.at(2).at(0).early == 4);
  s.move(x.peer(), 3);
  s.run({{1, 2}});
  CHECK(s.read(x.peer()) == 3);
  s.rest();
  CHECK(s.received(x.peer()) == 9);
}

TEST_CASE("posts that nobody has allowed yet move with their end", "[routing][S20]") {
  auto how = nodes_of(4);
  how.bounds.window_initial.messages = GENERATE(1U, 4U);
  const auto posts = 10U;
  const auto begin = [&](scenario& s) {
    const auto x = s.across(0, 1);
    s.post(x, posts);
    s.run();
    s.mark();
    s.send(x, 2);
    CHECK(s.count("OUTBOX") == posts - how.bounds.window_initial.messages);
    s.pass_until(0, 2, "port"); // It is here, what it has posted before is not.
    s.turn(2);
    s.post(x, 2);
    s.send(x, 3);
  };
  with_each_slow_wire(how, begin, [&](scenario& s, scenario::pair) {
    CHECK(s.received({0, 1}) == posts + 2);
  });
}

TEST_CASE("an end moves with unread messages that carry ends with unread messages",
          "[routing][S21]") {
  const auto hops = GENERATE(1U, 2U, 3U);
  const auto begin = [&](scenario& s) {
    const auto outer = s.across(0, 1);
    const auto middle = s.make(0);
    const auto inner = s.make(0);
    s.post(inner, 2);
    s.post_with(middle, {inner.peer()});
    s.post_with(outer, {middle.peer()});
    s.run();
    s.post(inner);
    for (unsigned i = 0; i < hops; ++i) {
      s.move(outer.peer(), 2 + i);
      s.post(inner);
      s.post(middle);
    }
  };
  with_each_slow_wire(nodes_of(5), begin, [&](scenario& s, scenario::pair) {
    for (unsigned channel = 0; channel < 3; ++channel)
      CHECK(s.node_of({channel, 1}) == 1 + hops);
    CHECK(s.received({0, 1}) == 1);
    CHECK(s.received({1, 1}) == 1 + hops);
    CHECK(s.received({2, 1}) == 3 + hops);
    CHECK(s.relays() == 0);
  });
}

TEST_CASE("a passenger is passed on over three nodes with messages behind it", "[routing][S22]") {
  const auto begin = [](scenario& s) {
    const auto carrier = s.across(0, 1);
    const auto x = s.make(0);
    for (unsigned node = 2; node < 5; ++node)
      s.move(carrier.peer(), node);
    s.post(x);
    s.post_with(carrier, {x.peer()});
    s.post(x, 5);
  };
  with_each_slow_wire(nodes_of(5), begin, [](scenario& s, scenario::pair) {
    CHECK(s.node_of({1, 1}) == 4);
    CHECK(s.received({1, 1}) == 6);
    CHECK(s.relays() == 0);
  });
}

TEST_CASE("ten thousand ends go at once", "[routing][S23]") {
  constexpr unsigned ends = 10'000;
  constexpr unsigned per_message = 100;
  mix how;
  how.nodes = 2;
  how.contexts_per_node = ends / per_message; // Each with few ports: the world looks for them.
  world w{1, how};
  for (unsigned i = 0; i < how.contexts_per_node; ++i) {
    auto& from = w.page(0, i);
    std::vector<end_name> along;
    for (unsigned k = 0; k < per_message; ++k) {
      const auto made = w.make_channel(from);
      static_cast<void>(w.post(from, made));
      along.push_back(made.peer());
    }
    w.post_away(from, along, w.page(1, i));
    for (const auto& each : along)
      static_cast<void>(w.post(from, each.peer()));
  }
  w.settle();
  check_after_step(w);
  check_at_rest(w);
  CHECK(w.at(0).routes->statistics().waypoints == ends);
  CHECK(w.at(1).routes->statistics().ends_received == ends);
  CHECK(w.frames["WINDOW"] == ends / per_message);
  CHECK(w.frames["ANNOUNCE"] + w.frames["BIND"] + w.frames["END"] == 0);
  std::uint64_t read = 0;
  for (const auto& [end, number] : w.received)
    read += number;
  CHECK(read == std::uint64_t{2} * ends);
  for (auto& page : w.at(0).contexts)
    while (!page->ports.empty())
      w.close(*page, page->ports.back().name);
  w.settle();
  check_at_rest(w);
  CHECK(w.at(0).routes->statistics().waypoints == 0);
  CHECK(w.at(1).routes->statistics().waypoints == 0);
}

TEST_CASE("many nodes, everything mixed", "[routing][S24]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    INFO("seed " << seed);
    mix how;
    how.nodes = 16;
    how.contexts_per_node = seed % 2 == 0 ? 1 : 2;
    how.channels = 6;
    how.steps = 1500;
    how.move = 0.6;
    how.close = seed % 4 == 1 ? 0.01 : 0;
    how.crash = seed % 4 == 2 ? 0.005 : 0;
    how.cut = seed % 4 == 3 ? 0.01 : 0;
    how.bounds.window_initial.messages = 1 + seed % 3;
    world w{seed, how};
    for (unsigned i = 0; i < how.steps; ++i) {
      w.step();
      check_after_step(w);
    }
    w.settle();
    check_after_step(w);
    check_at_rest(w);
    CHECK(w.moves > 100);
  }
}

// x moves once, its peer twice: whoever binds itself to the place in between is sent on from there.
TEST_CASE("an announcement and a bind that is passed on meet, whichever comes first",
          "[routing][S25]") {
  std::uint64_t passed_on = 0;
  const auto begin = [](scenario& s) {
    const auto x = s.across(0, 1);
    s.mark();
    s.post(x, 2);
    s.post(x.peer());
    s.move(x, 2);
    s.move(x.peer(), 3);
    s.move(x.peer(), 4);
    s.post(x, 2);
    s.post(x.peer());
  };
  with_each_slow_wire(nodes_of(5), begin, [&](scenario& s, scenario::pair) {
    CHECK(s.received({0, 1}) == 4);
    CHECK(s.received({0, 0}) == 2);
    passed_on += s.count("DECLINE");
  });
  CHECK(passed_on > 0);
}

TEST_CASE("an end binds itself to a place that has been left", "[routing][S26]") {
  scenario s{4};
  const auto x = s.across(0, 1);
  s.mark();
  s.move(x.peer(), 2);
  s.run({{0, 2}}); // BIND is on its way to 2.
  s.move(x.peer(), 3);
  s.pass_until(0, 2, "BIND");
  CHECK(s.count("DECLINE") == 1);
  s.rest();
  CHECK(s.waypoints() == 2);
}

TEST_CASE("an end binds itself to one that is being closed", "[routing][S26]") {
  scenario s{3};
  const auto x = s.across(0, 1);
  s.mark();
  s.move(x.peer(), 2);
  s.run({{0, 2}});
  s.post(x.peer(), 2);
  s.close(x.peer());
  s.pass_until(0, 2, "BIND");
  CHECK(s.count("DECLINE") == 1);
  CHECK(s.count("START") == 0);
  s.start(x);
  s.rest();
  CHECK(s.received(x) == 2);
  CHECK(s.fate(x) == "close closed_by_peer");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("an end binds itself to what is not there any more and is told", "[routing][S26]") {
  scenario s{3};
  const auto x = s.across(0, 1);
  s.mark();
  s.move(x.peer(), 2);
  s.run({{0, 2}, {1, 2}});
  // The only way that the new place knows of breaks before it is bound.
  s.w.crash(1, world::in_flight::is_lost);
  s.run({{0, 2}, {1, 0}});
  CHECK(s.fate(x.peer()) == "close node_lost");
  s.pass_until(0, 2, "BIND");
  CHECK(s.count("GONE") == 1);
  s.run({{1, 0}});
  CHECK(s.fate(x) == "close undeliverable");
  s.rest();
  CHECK(s.waypoints() == 0);
}

TEST_CASE("whoever speaks to a waypoint that never was is told so, and nothing else happens",
          "[routing][S26]") {
  scenario s{2};
  const auto x = s.across(0, 1);
  s.mark();
  s.w.inject(0, 1, routed_frame{{1, 2}, {3, 4}, bind_frame{{5, 6}, 0, 0, {}}});
  s.w.inject(0, 1, routed_frame{{1, 2}, {3, 4}, data_frame{}});
  s.w.inject(0, 1, routed_frame{{1, 2}, {3, 4}, start_frame{}});
  s.run();
  CHECK(s.control() == "GONE 2");
  s.post(x, 2);
  s.rest();
  CHECK(s.received(x.peer()) == 2);
}

TEST_CASE("an END comes before, after and long after the bind it foretells", "[routing][S27]") {
  scenario s{nodes_of(4)};
  const auto x = s.across(0, 1);
  s.mark();
  s.move(x.peer(), 2);
  SECTION("before") {
    s.run({{0, 2}});
    CHECK(s.at(2).at(0).in.size() == 1); // Expected, from nobody who could be heard yet.
    CHECK(s.at(2).at(0).announced);
  }
  SECTION("after") {
    s.run({{1, 2}});
    CHECK(s.at(2).at(0).in.size() == 2);
    CHECK_FALSE(s.at(2).at(0).announced);
  }
  SECTION("long after") {
    s.run({{1, 2}});
    s.move(x, 3); // The link that was foretold has come and gone.
    s.post(x, 2);
    s.run({{1, 2}});
    s.pass_all(1, 2);
    CHECK(s.at(2).at(0).in.size() == 1);
  }
  s.post(x);
  s.post(x.peer());
  s.rest();
  CHECK(s.received(x) == 1);
  CHECK(s.received(x.peer()) >= 1);
}

TEST_CASE("what overtakes on the new way waits, and no more of it than is allowed",
          "[routing][S28]") {
  auto how = nodes_of(3);
  how.bounds.window_initial.messages = 8;
  scenario s{how};
  const auto x = s.across(0, 1);
  s.start(x.peer());
  s.post(x, 3);
  s.pass_all(0, 1);
  s.move(x.peer(), 2);
  s.start(x.peer());
  s.post(x, 2);
  s.run({{1, 2}});
  s.post(x, 18);
  s.run({{1, 2}});
  const auto before = s.received(x.peer());
  const auto early = s.at(2).at(0).early;
  CHECK(early > 0);
  CHECK(early <= 8);
  CHECK(s.received(x.peer()) == before);
  s.rest();
  CHECK(s.received(x.peer()) == 23);
}

TEST_CASE("ends whose nodes cannot connect reach each other the long way", "[routing][S29]") {
  auto how = nodes_of(3);
  how.lazy_links = true;
  scenario s{how};
  s.w.unreachable = {{0, 2}};
  s.w.connect(0, 1);
  s.w.connect(1, 2);
  s.run();
  const auto x = s.across(0, 1);
  s.move(x.peer(), 2);
  s.start(x);
  s.start(x.peer());
  for (unsigned i = 1; i <= 3; ++i) {
    s.post(x, 300); // More than one window: credit comes the long way too.
    s.post(x.peer(), 300);
    s.run();
    CHECK(s.received(x) == std::uint64_t{300} * i);
    CHECK(s.received(x.peer()) == std::uint64_t{300} * i);
    CHECK(s.relays() == 1);
  }
  s.w.unreachable.clear();
  s.post(x);
  s.rest();
  CHECK(s.received(x.peer()) == 901);
  CHECK(s.relays() == 0);
}

TEST_CASE("of several moves to where nobody can connect the newest is followed later",
          "[routing][S29]") {
  auto how = nodes_of(4);
  how.lazy_links = true;
  scenario s{how};
  s.w.unreachable = {{0, 2}, {0, 3}};
  for (const auto& [a, b] : {scenario::pair{0, 1}, {1, 2}, {2, 3}, {1, 3}})
    s.w.connect(a, b);
  s.run();
  const auto x = s.across(0, 1);
  s.move(x.peer(), 2);
  s.run();
  s.move(x.peer(), 3);
  s.run();
  CHECK(s.relays() == 2);
  s.mark();
  s.w.unreachable.clear();
  s.rest();
  CHECK(s.relays() == 0);
  CHECK(s.count("BIND") == 1);
}

} // namespace
} // namespace hawser::simulation
