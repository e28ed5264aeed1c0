// What an observer sees of the ends of a channel.

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "test_context.hpp"

namespace hawser {
namespace {

using test::connect;
using test::ferry;
using test::inbox;
using test::settle;
using test::test_context;

TEST_CASE("an observer sees what each end is doing", "[sighting]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  const auto watch = a->observe(near);
  CHECK(watch.sight(0).state == port_state::disabled);
  far.start();
  CHECK(watch.sight(1).state == port_state::enabled);
  CHECK(watch.sight(1).holder == b->window().id());
  CHECK_FALSE(watch.sight(1).closed_as);
  ferry boat{b, a};
  boat.load(far);
  CHECK(watch.sight(1).state == port_state::in_transit);
  CHECK(watch.sight(1).holder == b->window().id());
  const auto arrived = boat.unload();
  CHECK(watch.sight(1).state == port_state::disabled);
  CHECK(watch.sight(1).holder == a->window().id());
  inbox at{arrived};
  near.post_message(1);
  arrived.close();
  CHECK(watch.sight(1).state == port_state::draining);
  CHECK(watch.sight(1).closed_as == close_reason::closed_by_peer);
  CHECK(watch.sight(1).inbound.queued_messages() == 1);
  settle(a, b);
  CHECK(watch.sight(1).state == port_state::closed);
  CHECK(watch.sight(1).closed_as == close_reason::closed_by_peer);
  CHECK(watch.sight(0).state == port_state::disabled);
  a->close(close_reason::context_crashed);
  CHECK(watch.sight(0).state == port_state::closed);
  CHECK(watch.sight(0).closed_as == close_reason::context_crashed);
}

TEST_CASE("an observer reads labels, which do not travel", "[sighting]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  const auto watch = a->observe(near);
  far.label("control");
  CHECK(watch.sight(1).label == "control");
  ferry boat{b, a};
  boat.load(far);
  CHECK(watch.sight(1).label.empty());
  CHECK(far.label() == "control"); // The handle keeps it.
  boat.unload().label("control again");
  CHECK(watch.sight(1).label == "control again");
  CHECK(watch.sight(0).label.empty());
}

TEST_CASE("a channel knows the line that made it", "[sighting]") {
  test_context a{"a"};
  const auto made = a->make_channel();
  const auto line = __LINE__ - 1;
  const auto place = a->observe(made.port2).made_at();
  REQUIRE(place.file != nullptr);
  CHECK(std::string{place.file}.ends_with("sighting_test.cpp"));
  CHECK(place.line == line);
  CHECK(channel_observer{}.made_at().file == nullptr);
}

TEST_CASE("a channel remembers its last owners if it was asked to", "[sighting]") {
  test_context a{"a"};
  test_context b{"b"};
  const auto id_a = a->window().id();
  const auto id_b = b->window().id();
  SECTION("not asked") {
    const auto made = a->make_channel();
    CHECK(a->observe(made.port1).sight(0).owners.empty());
  }
  SECTION("asked") {
    a->keep_history(history::kept);
    const auto made = a->make_channel();
    const auto watch = a->observe(made.port1);
    auto port = made.port2;
    for (int i = 0; i < 5; ++i) {
      port = ferry{a, b}.carry(port);
      port = ferry{b, a}.carry(port);
    }
    CHECK(watch.sight(0).owners == std::vector{id_a});
    CHECK(watch.sight(1).owners == std::vector{id_b, id_a, id_b, id_a, id_b, id_a, id_b, id_a});
    CHECK(owners_max == 8);
  }
}

TEST_CASE("every state has a name and every close reason a sentence of its own", "[sighting]") {
  std::vector<std::string> names;
  for (const auto state : {port_state::disabled, port_state::enabled, port_state::in_transit,
                           port_state::draining, port_state::closed})
    names.emplace_back(to_string(state));
  CHECK(names
        == std::vector<std::string>{"disabled", "enabled", "in transit", "draining", "closed"});
  std::vector<std::string> sentences;
  for (int i = 0; i < 8; ++i) {
    sentences.emplace_back(explain(static_cast<close_reason>(i)));
    CHECK(to_string(static_cast<close_reason>(i)) != "unknown reason");
    CHECK(std::ranges::count(sentences, sentences.back()) == 1);
  }
  CHECK(to_string(close_reason::node_lost) == "node_lost");
  CHECK(static_cast<int>(close_reason::refused) == 7);
}

} // namespace
} // namespace hawser
