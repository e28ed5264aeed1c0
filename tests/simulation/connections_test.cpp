// Connections that break, lie, or come back; contexts that end and ends that are lost.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

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

TEST_CASE("a connection breaks and is made again: old channels stay dead, new ones live",
          "[routing][S50]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  s.move(y, 2);
  s.post(x, 2);
  s.run();
  const auto other = s.across(0, 1); // Does not use what breaks.
  s.w.cut(0, 2, GENERATE(in_flight::is_lost, in_flight::arrives));
  s.run();
  CHECK(s.fate(x) == "close node_lost");
  CHECK(s.fate(y) == "open"); // It has not read yet.
  CHECK(s.read(y) == 2);
  CHECK(s.fate(y) == "close node_lost");
  s.w.connect(0, 2);
  s.rest();
  CHECK(s.w.linked(0, 2));
  const auto anew = s.across(0, 2);
  s.post(anew, 2);
  s.post(other, 2);
  s.rest();
  CHECK(s.received(anew.peer()) == 2);
  CHECK(s.received(other.peer()) == 2);
  CHECK(s.waypoints() == 4);
}

TEST_CASE("a connection breaks and is made again at any moment of a move", "[routing][S50]") {
  const auto pair = GENERATE(scenario::pair{0, 1}, scenario::pair{1, 2}, scenario::pair{0, 2});
  const auto rest = GENERATE(in_flight::is_lost, in_flight::arrives);
  const auto begin = [](scenario& s) {
    s.across(0, 1);
    s.post(x, 2);
    s.send(y, 2);
    s.post(x);
  };
  at_each_moment(nodes_of(3), begin, [&](scenario& s, unsigned frames) {
    INFO("after " << frames << " frames");
    s.w.cut(pair.first, pair.second, rest);
    while (!s.w.between(pair.first, pair.second).empty()
           || !s.w.between(pair.second, pair.first).empty()) {
      s.pass(pair.first, pair.second);
      s.pass(pair.second, pair.first);
    }
    s.w.connect(pair.first, pair.second);
    s.rest();
    if (s.fate(y) == "open" && s.w.holder_of(y) != nullptr)
      CHECK(s.received(y) == 3);
  });
}

TEST_CASE("a frame that cannot be read ends the connection at its place", "[routing][S52]") {
  scenario s{nodes_of(2)};
  s.across(0, 1);
  s.post(x, 5);
  const auto bad = GENERATE(0U, 2U, 4U);
  s.w.tamper(0, 1, [&](auto& wire) { wire.resize(bad); });
  s.w.cut(0, 1, in_flight::arrives);
  s.rest();
  CHECK(s.received(y) == bad);
  CHECK(s.fate(y) == "close node_lost");
  CHECK(s.fate(x) == "close node_lost");
}

TEST_CASE("a message that the network loses is missed at the next", "[routing][S52]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  const auto other = s.across(0, 1);
  s.post(x, 5);
  s.w.tamper(0, 1, [](auto& wire) { wire.erase(wire.begin() + 2); });
  s.rest();
  CHECK(s.received(y) == 2);
  CHECK(s.fate(y) == "close protocol");
  CHECK(s.fate(x) == "close protocol");
  CHECK(s.w.count(incident::kind::rule) == 1);
  s.post(other);
  s.rest();
  CHECK(s.received(other.peer()) == 1); // Nobody else suffers.
}

TEST_CASE("what the network repeats or reorders is not delivered wrongly", "[routing][S53]") {
  const bool repeats = GENERATE(false, true);
  const auto place = GENERATE(Catch::Generators::range(std::size_t{0}, std::size_t{5}));
  scenario s{nodes_of(3)};
  s.across(0, 1);
  s.post(x, 3);
  s.send(y, 2);
  s.run({{0, 1}, {0, 2}});
  s.pass_all(0, 1);
  s.post(x, 3);
  REQUIRE(s.w.between(0, 2).size() == 5); // BIND, CREDIT and three messages.
  s.w.tamper(0, 2, [&](auto& wire) {
    if (repeats)
      wire.insert(wire.begin() + static_cast<std::ptrdiff_t>(place), wire[place]);
    else if (place < 4)
      std::swap(wire[place], wire[place + 1]);
  });
  s.start(y);
  s.run(); // A wrong number at y would be a violation.
  const bool harmless = repeats ? place == 1 : place == 1 || place == 4;
  CHECK(s.w.incidents.empty() == harmless);
  if (harmless)
    CHECK(s.received(y) == 6);
  // Whoever notices may drop such a connection.
  s.w.cut(0, 2);
  s.rest();
  CHECK(s.waypoints() == 0);
}

TEST_CASE("nobody is blamed for speaking to a node that has died and come back", "[routing][S54]") {
  auto how = nodes_of(4);
  how.lazy_links = true;
  scenario s{how};
  // 2 is a service; 3 is what starts in its place.
  for (const auto& [a, b] : {scenario::pair{0, 1}, {0, 2}, {1, 2}})
    s.w.connect(a, b);
  s.run();
  s.across(0, 2);
  const auto other = s.across(1, 2);
  s.post(x, 2);
  s.post(y, 2);
  s.post(other, 2);
  s.w.crash(2, GENERATE(in_flight::is_lost, in_flight::arrives));
  s.w.connect(0, 3);
  s.w.connect(1, 3);
  s.post(x);
  s.rest();
  CHECK(s.fate(x) == "close node_lost");
  CHECK(s.fate(other) == "close node_lost");
  for (const auto client : {0U, 1U}) {
    const auto anew = s.across(client, 3);
    s.post(anew, 2);
    s.rest();
    CHECK(s.received(anew.peer()) == 2);
  }
  CHECK(s.w.incidents.empty());
}

TEST_CASE("a context that ends lets everything it has posted arrive", "[routing][S55]") {
  const auto relays = GENERATE(0U, 1U, 2U);
  const auto reason = GENERATE(close_reason::context_closed, close_reason::context_crashed);
  auto how = nodes_of(4);
  how.bounds.window_initial.messages = 4; // Fewer than it posts.
  const auto begin = [&](scenario& s) {
    s.across(0, 1);
    for (unsigned i = 0; i < relays; ++i)
      s.move(y, 2 + i);
    s.post(x, 10);
    s.end_contexts(0, reason);
    CHECK(s.at(0).size() == 1); // The node goes on for what is left.
  };
  with_each_slow_wire(how, begin, [&](scenario& s, scenario::pair) {
    CHECK(s.received(y) == 10);
    CHECK(s.fate(y) == "close " + std::string{to_string(reason)});
    CHECK(s.waypoints() == 0);
  });
}

TEST_CASE("a node that waits no longer for its contexts tells everybody", "[routing][S55]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  s.start(y);
  const auto other = s.across(2, 0);
  s.post(x, 300); // More than one window, and nobody reads.
  s.end_contexts(0, close_reason::context_closed);
  s.pass_all(0, 1);
  s.w.at(0).routes->close(close_reason::node_lost);
  s.w.cut(0, 1, in_flight::arrives);
  s.w.cut(0, 2, in_flight::arrives);
  s.rest();
  CHECK(s.received(y) == 256);
  CHECK(s.fate(y) == "close node_lost");
  CHECK(s.fate(other) != "open");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("an end whose carrier is dropped is lost for its peer", "[routing][S56]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  const auto passenger = s.make(0);
  s.post_with(x, {passenger.peer()});
  s.post(passenger, 2);
  const bool arrived = GENERATE(false, true);
  if (arrived)
    s.run();
  s.close(y);
  s.rest();
  CHECK(s.fate(passenger) == "close undeliverable");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("an end whose carrier is on a way that breaks is lost for its peer", "[routing][S56]") {
  scenario s{nodes_of(3)};
  s.across(0, 1);
  const auto passenger = s.make(0);
  s.move(y, 2);
  s.run();
  s.post_with(x, {passenger.peer()});
  s.w.crash(2, GENERATE(in_flight::is_lost, in_flight::arrives));
  s.rest();
  CHECK(s.fate(x) == "close node_lost");
  CHECK(s.fate(passenger) == "close node_lost");
  CHECK(s.waypoints() == 0);
}

} // namespace
} // namespace hawser::simulation
