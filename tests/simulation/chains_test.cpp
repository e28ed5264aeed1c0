// What moves cost, frame by frame. Credit is counted apart: it depends on when readers read.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "scenario.hpp"

namespace hawser::simulation {
namespace {

TEST_CASE("the first move of a channel takes no word between routers", "[routing][S13]") {
  scenario s{2, GENERATE(1U, 3U)};
  const auto x = s.make(0);
  s.post(x, 2);
  s.post(x.peer(), 2);
  s.mark();
  s.move(x.peer(), 1);
  s.post(x);
  s.post(x.peer());
  s.rest();
  CHECK(s.control().empty());
}

TEST_CASE("a move to a third node takes eight words", "[routing][S13]") {
  scenario s{3, GENERATE(1U, 3U)};
  const auto x = s.across(0, 1);
  s.mark();
  s.move(x.peer(), 2);
  s.rest();
  CHECK(s.control() == "ANNOUNCE 2, BIND 1, END 4, START 1");
}

TEST_CASE("a move to a third node, frame by frame", "[routing][S13]") {
  scenario s{3};
  const auto x = s.across(0, 1);
  s.mark();
  s.post(x);
  s.send(x.peer(), 2);
  s.post(x);
  s.run();
  s.post(x.peer());
  s.post(x);
  s.run();
  CHECK(s.trace() == R"(
0 posts through 0.0
0 > 1  A -> B DATA 0
1 sends 0.1 to 2
1 > 2  WINDOW port C
0 posts through 0.0
0 > 1  A -> B DATA 1
1 > 2  B -> C DATA 0
1 > 2  B -> C DATA 1
2 > 1  C -> B ANNOUNCE C epoch 2
1 > 0  B -> A ANNOUNCE C epoch 2
0 > 1  A -> B END 2 for epoch 2 binder A
0 > 2  A -> C BIND epoch 0 from 2
1 > 2  B -> C END 2 for epoch 2 binder A
2 > 1  C -> B END 0 for epoch 0 binder C
2 > 0  C -> A START epoch 2 from 0
1 > 0  B -> A END 0 for epoch 0 binder C
2 posts through 0.1
2 > 0  C -> A DATA 0
0 posts through 0.0
0 > 2  A -> C DATA 2
)");
  s.rest();
}

TEST_CASE("a move to the node of the peer takes what the two there need not tell each other",
          "[routing][S13]") {
  scenario s{2, GENERATE(1U, 3U)};
  const auto x = s.across(0, 1);
  s.mark();
  s.move(x.peer(), 0);
  s.rest();
  // BIND and START, and nothing else, stay within the node.
  CHECK(s.control() == "ANNOUNCE 2, END 4");
}

TEST_CASE("when both ends move at once it takes fourteen words", "[routing][S15]") {
  scenario s{4, GENERATE(1U, 3U)};
  const auto x = s.across(0, 1);
  s.mark();
  s.send(x, 2);
  s.send(x.peer(), 3);
  s.rest();
  CHECK(s.control() == "ANNOUNCE 6, BIND 2, END 6");
}

TEST_CASE("both ends move at once, frame by frame", "[routing][S15]") {
  scenario s{4};
  const auto x = s.across(0, 1);
  s.mark();
  s.send(x, 2);
  s.send(x.peer(), 3);
  s.run();
  s.post(x);
  s.post(x.peer());
  s.run();
  CHECK(s.trace() == R"(
0 sends 0.0 to 2
0 > 2  WINDOW port A
1 sends 0.1 to 3
1 > 3  WINDOW port B
2 > 0  A -> C ANNOUNCE A epoch 1
3 > 1  B -> D ANNOUNCE B epoch 2
0 > 1  C -> D ANNOUNCE A epoch 1
1 > 3  D -> B ANNOUNCE A epoch 1
3 > 1  B -> D END 0 for epoch 1 binder B
3 > 2  B -> A BIND epoch 2 from 0
1 > 0  D -> C ANNOUNCE B epoch 2
0 > 2  C -> A ANNOUNCE B epoch 2
2 > 0  A -> C END 0 for epoch 2 binder A
2 > 3  A -> B BIND epoch 1 from 0
0 > 1  C -> D END 0 for epoch 2 binder A
1 > 3  D -> B END 0 for epoch 2 binder A
1 > 0  D -> C END 0 for epoch 1 binder B
0 > 2  C -> A END 0 for epoch 1 binder B
2 posts through 0.0
2 > 3  A -> B DATA 0
3 posts through 0.1
3 > 2  B -> A DATA 0
)");
  s.rest();
}

TEST_CASE("a chain of moves that nobody knew of collapses into one hop", "[routing][S13]") {
  const auto [moves, words] = GENERATE(table<unsigned, std::string>({
    {1, "ANNOUNCE 2, BIND 1, END 4, START 1"},
    {2, "ANNOUNCE 5, BIND 2, DECLINE 1, END 7, START 1"},
    {4, "ANNOUNCE 14, BIND 4, DECLINE 3, END 13, START 1"},
    {8, "ANNOUNCE 44, BIND 8, DECLINE 7, END 25, START 1"},
    {16, "ANNOUNCE 152, BIND 16, DECLINE 15, END 49, START 1"},
  }));
  mix how;
  how.nodes = moves + 2;
  how.contexts_per_node = GENERATE(1U, 3U);
  how.bounds.unsettled_links_max = 1000;
  scenario s{how};
  const auto x = s.across(0, 1);
  s.mark();
  for (unsigned i = 0; i < moves; ++i)
    s.move(x.peer(), 2 + i);
  CHECK(s.relays() == moves);
  s.run();
  CHECK(s.relays() == 0);
  CHECK(s.waypoints() == 2);
  s.rest();
  CHECK(s.control() == words);
}

TEST_CASE("a chain of two moves, frame by frame", "[routing][S13]") {
  scenario s{4};
  const auto x = s.across(0, 1);
  s.mark();
  s.move(x.peer(), 2);
  s.move(x.peer(), 3);
  s.run();
  CHECK(s.trace() == R"(
1 sends 0.1 to 2
1 > 2  WINDOW port A
2 > 1  A -> B ANNOUNCE A epoch 2
2 sends 0.1 to 3
2 > 3  WINDOW port C
3 > 2  C -> A ANNOUNCE C epoch 3
1 > 0  B -> D ANNOUNCE A epoch 2
0 > 1  D -> B END 0 for epoch 2 binder D
0 > 2  D -> A BIND epoch 0 from 0
1 > 2  B -> A END 0 for epoch 2 binder D
2 > 0  A -> D DECLINE
2 > 1  A -> B ANNOUNCE C epoch 3
1 > 0  B -> D ANNOUNCE C epoch 3
0 > 2  D -> A END 0 for epoch 3 binder D
0 > 3  D -> C BIND epoch 0 from 0
2 > 3  A -> C END 0 for epoch 3 binder D
3 > 2  C -> A END 0 for epoch 0 binder C
3 > 0  C -> D START epoch 3 from 0
2 > 1  A -> B END 0 for epoch 0 binder C
1 > 0  B -> D END 0 for epoch 0 binder C
)");
  s.rest();
}

TEST_CASE("a long chain under traffic collapses though few links may be unsettled",
          "[routing][S13]") {
  const auto moves = GENERATE(1U, 2U, 8U, 16U);
  mix how;
  how.nodes = moves + 2;
  how.bounds.unsettled_links_max = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{8});
  scenario s{how};
  const auto x = s.across(0, 1);
  for (unsigned i = 0; i < moves; ++i) {
    s.post(x, 2);
    s.post(x.peer(), 3);
    s.move(x.peer(), 2 + i);
  }
  s.rest();
  CHECK(s.received(x.peer()) == std::uint64_t{2} * moves);
  CHECK(s.received(x) == std::uint64_t{3} * moves);
  CHECK(s.relays() == 0);
}

TEST_CASE("a chain collapses while it still grows", "[routing][S14]") {
  const auto rounds = GENERATE(1U, 2U, 3U, 4U);
  constexpr unsigned moves = 8;
  scenario s{moves + 2, GENERATE(1U, 3U)};
  const auto x = s.across(0, 1);
  for (unsigned i = 0; i < moves; ++i) {
    s.post(x);
    s.post(x.peer());
    s.move(x.peer(), 2 + i);
    for (unsigned k = 0; k < rounds; ++k)
      s.pass_round();
  }
  s.rest();
  CHECK(s.received(x.peer()) == moves);
  CHECK(s.received(x) == moves);
}

TEST_CASE("both ends move at once from nodes that are not next to each other", "[routing][S15]") {
  mix how;
  how.nodes = 6;
  how.contexts_per_node = GENERATE(1U, 3U);
  const auto begin = [](scenario& s) {
    const auto x = s.across(0, 1);
    s.move(x, 2); // Still two relays away from each other.
    s.move(x.peer(), 3);
    s.post(x, 2);
    s.post(x.peer(), 2);
    s.send(x, 4);
    s.send(x.peer(), 5);
  };
  with_each_slow_wire(how, begin, [](scenario& s, scenario::pair) {
    CHECK(s.received({0, 0}) == 2);
    CHECK(s.received({0, 1}) == 2);
    CHECK(s.relays() == 0);
  });
}

TEST_CASE("two ends change places", "[routing][S15]") {
  mix how;
  how.nodes = 2;
  how.contexts_per_node = GENERATE(1U, 3U);
  const auto begin = [](scenario& s) {
    const auto x = s.across(0, 1);
    s.post(x, 2);
    s.post(x.peer(), 2);
    s.send(x, 1);
    s.send(x.peer(), 0);
  };
  with_each_slow_wire(how, begin, [](scenario& s, scenario::pair) {
    CHECK(s.node_of({0, 0}) == 1);
    CHECK(s.received({0, 0}) == 2);
    CHECK(s.received({0, 1}) == 2);
  });
}

} // namespace
} // namespace hawser::simulation
