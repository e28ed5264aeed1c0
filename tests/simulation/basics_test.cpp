// Channels over nodes, used as applications use them.

#include <memory>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "hawser/value_encoder.hpp"
#include "scenario.hpp"

namespace hawser::simulation {
namespace {

TEST_CASE("a channel within a node needs no router", "[routing][S1]") {
  scenario s{2, GENERATE(1U, 3U)};
  s.mark();
  const auto x = s.make(0);
  for (int i = 0; i < 10; ++i) {
    s.post(x);
    s.post(x.peer(), 2);
  }
  s.rest();
  CHECK(s.received(x) == 20);
  CHECK(s.received(x.peer()) == 10);
  CHECK(s.w.frames.empty());
  CHECK(s.waypoints() == 0);
}

TEST_CASE("an end that went through another channel is one hop from its peer at once",
          "[routing][S2]") {
  scenario s{2, GENERATE(1U, 3U)};
  const auto carrier = s.across(0, 1);
  s.start(carrier.peer());
  const auto x = s.make(0);
  s.mark();
  s.post_with(carrier, {x.peer()});
  s.run();
  REQUIRE(s.node_of(x.peer()) == 1);
  s.post(x, 2);
  s.post(x.peer());
  s.rest();
  CHECK(s.received(x) == 1);
  CHECK(s.received(x.peer()) == 2);
  CHECK(s.control().empty());
}

TEST_CASE("a passenger and its messages, frame by frame", "[routing][S2]") {
  scenario s{2};
  const auto carrier = s.across(0, 1);
  s.start(carrier.peer());
  const auto x = s.make(0);
  s.mark();
  s.post(x);
  s.post_with(carrier, {x.peer()});
  s.post(x);
  s.run();
  s.post(x.peer());
  s.close(x);
  s.rest();
  CHECK(s.trace() == R"(
0 posts through 1.0
0 posts through 0.0
    1.1
0 > 1  A -> B DATA 0 port C direct
0 > 1  D -> C DATA 0
0 posts through 1.0
0 > 1  D -> C DATA 1
1 posts through 1.1
1 > 0  C -> D DATA 0
0 closes 1.0
0 > 1  D -> C FIN 2 closed_by_peer
1 > 0  C -> D FIN 1 closed_by_peer
1 close at 1.1 closed_by_peer
)");
}

TEST_CASE("messages posted while their receiver travels arrive in order", "[routing][S3]") {
  scenario s{3, GENERATE(1U, 3U)};
  const auto hops = GENERATE(1U, 2U);
  const auto x = s.make(0);
  s.post(x, 2);
  for (unsigned hop = 1; hop <= hops; ++hop) {
    s.send(x.peer(), hop);
    s.post(x, 3);
    s.pass_all(hop - 1, hop);
    s.post(x, 2);
    s.turn(hop);
    s.post(x);
    s.post(x.peer());
  }
  s.rest();
  CHECK(s.received(x.peer()) == 2 + 6 * hops);
  CHECK(s.received(x) == hops);
}

TEST_CASE("a passenger follows a carrier that has moved on itself", "[routing][S4]") {
  scenario s{4, GENERATE(1U, 3U)};
  const auto carrier = s.across(0, 1);
  const auto x = s.make(0);
  const bool before = GENERATE(true, false);
  if (before)
    s.post_with(carrier, {x.peer()});
  s.send(carrier.peer(), 2);
  if (!before)
    s.post_with(carrier, {x.peer()});
  s.post(x, 5);
  s.run();
  s.start(carrier.peer());
  s.run();
  CHECK(s.node_of(x.peer()) == 2);
  s.post(x.peer(), 3);
  s.rest();
  CHECK(s.received(x.peer()) == 5);
  CHECK(s.received(x) == 3);
}

TEST_CASE("both ends go through one carrier and the first is used before the second arrives",
          "[routing][S5]") {
  scenario s{2, GENERATE(1U, 3U)};
  const auto carrier = s.across(0, 1);
  s.start(carrier.peer());
  const auto x = s.make(0);
  s.post_with(carrier, {x});
  s.post_with(carrier, {x.peer()});
  REQUIRE(s.pass(0, 1));
  s.turn(1);
  REQUIRE(s.node_of(x) == 1);
  s.post(x, 2);
  s.run();
  s.post(x.peer(), 3);
  s.rest();
  CHECK(s.received(x.peer()) == 2);
  CHECK(s.received(x) == 3);
  CHECK(s.relays() == 0);
}

TEST_CASE("both ends of a channel travel in one message", "[routing][S6]") {
  scenario s{2, GENERATE(1U, 3U)};
  const auto carrier = s.across(0, 1);
  s.start(carrier.peer());
  const auto x = s.make(0);
  s.post(x);
  s.post(x.peer());
  s.post_with(carrier, {x, x.peer()});
  s.run();
  REQUIRE(s.node_of(x) == 1);
  REQUIRE(s.node_of(x.peer()) == 1);
  s.post(x, 2);
  s.post(x.peer(), 3);
  s.rest();
  CHECK(s.received(x.peer()) == 3);
  CHECK(s.received(x) == 4);
  CHECK(s.relays() == 0);
}

TEST_CASE("a port cannot take itself to another node", "[routing][S7]") {
  scenario s{2};
  const auto x = s.across(0, 1);
  s.mark();
  CHECK(s.w.post(s.w.page(0), x, {x}) == errc::data_clone_error);
  s.run();
  CHECK(s.count("DATA") == 0);
  s.post(x);
  s.rest();
  CHECK(s.received(x.peer()) == 1);
}

TEST_CASE("a port that takes its peer along dooms the channel, wherever the two have been",
          "[routing][S8]") {
  mix how;
  how.nodes = 3;
  how.contexts_per_node = GENERATE(1U, 3U);
  how.inside_out = true;
  const bool settled = GENERATE(true, false);
  scenario s{how};
  const auto x = s.across(0, 1);
  s.move(x.peer(), 0);
  if (settled)
    s.run();
  REQUIRE(s.node_of(x.peer()) == 0);
  s.post_with(x, {x.peer()});
  s.rest();
  CHECK(s.w.holder_of(x) == nullptr);
  CHECK(s.w.holder_of(x.peer()) == nullptr);
  CHECK(s.fate(x) != "open");
  CHECK(s.waypoints() == 0);
}

TEST_CASE("a port cannot travel twice", "[routing][S9]") {
  scenario s{2};
  const auto carrier = s.across(0, 1);
  s.start(carrier.peer());
  const auto x = s.make(0);
  s.mark();
  CHECK(s.w.post(s.w.page(0), carrier, {x, x}) == errc::data_clone_error);
  s.run();
  CHECK(s.count("DATA") == 0);
  const auto port = s.w.find(s.w.page(0), x)->port;
  s.post_with(carrier, {x});
  CHECK(s.w.page(0).scope->run([&] {
    return s.w.find(s.w.page(0), carrier)->port.post_message(nullptr, {port});
  }) == errc::data_clone_error);
  s.run();
  s.post(x);
  s.rest();
  CHECK(s.received(x.peer()) == 1);
}

TEST_CASE("what is posted again has the number of the channel it is posted to", "[routing][S10]") {
  scenario s{3};
  const auto first = s.across(0, 1);
  const auto second = s.across(1, 2);
  s.start(first.peer());
  s.start(second.peer());
  const auto x = s.make(0);
  s.post(first, 2);
  s.post_with(first, {x.peer()});
  s.run();
  s.mark();
  s.post_with(second, {x.peer()});
  s.run();
  CHECK(s.trace().find("DATA 0 port") != std::string::npos);
  CHECK(s.node_of(x.peer()) == 2);
  s.rest();
}

TEST_CASE("a port that is not started takes what it may, and keeps it on its way",
          "[routing][S11]") {
  mix how;
  how.contexts_per_node = GENERATE(1U, 3U);
  how.bounds.window_initial.messages = 8;
  scenario s{how};
  const auto x = s.across(0, 1);
  s.mark();
  s.post(x, 20);
  s.run();
  CHECK(s.count("DATA") == 8);
  s.move(x.peer(), 2);
  s.run();
  CHECK(s.count("DATA") == 16);
  CHECK(s.received(x.peer()) == 0);
  CHECK(s.read(x.peer()) == 8);
  s.rest();
  CHECK(s.received(x.peer()) == 20);
}

// -- numbers near their bounds --------------------------------------------------------------------

void bring(scenario& s, unsigned from, unsigned to, end_name name, const port_descriptor& port) {
  std::vector<std::byte> data;
  REQUIRE_FALSE(encode(array{name.channel, name.side}, data));
  window_frame carrier;
  carrier.target = s.w.at(to).routes->publish(s.w.page(to).scope->registry().window());
  carrier.facts.origin = "https://elsewhere.example";
  carrier.message = {encoded_data::copy_of(data), {port}, data.size(), 0};
  s.w.inject(from, to, carrier);
}

// Two nodes send each other the ends of a channel that has been in use for ages.
end_name make_old(scenario& s, const flow_tally& posted_by_0, const flow_tally& posted_by_1) {
  const entropy bits = [&s] { return s.w.random(); };
  const end_name name{s.w.next_channel(), 0};
  const flow_tally window = s.w.how.bounds.window_initial;
  const auto ahead = [&window](const flow_tally& of) {
    return flow_tally{of.messages + window.messages, of.bytes + window.bytes};
  };
  port_descriptor at_0;
  at_0.id = draw<waypoint_id>(bits);
  at_0.channel = draw<channel_id>(bits);
  at_0.epoch = 1;
  at_0.peer_epoch = 1;
  at_0.predecessor = draw<waypoint_id>(bits);
  at_0.direct = true;
  at_0.sent = posted_by_0;
  at_0.allowed = ahead(posted_by_0);
  at_0.taken = posted_by_1;
  at_0.granted = ahead(posted_by_1);
  auto at_1 = at_0;
  std::swap(at_1.id, at_1.predecessor);
  at_1.side = 1;
  std::swap(at_1.sent, at_1.taken);
  std::swap(at_1.allowed, at_1.granted);
  bring(s, 1, 0, name, at_0);
  bring(s, 0, 1, name.peer(), at_1);
  s.run();
  return name;
}

TEST_CASE("numbers and byte counts pass the powers of two", "[routing][S12]") {
  const auto number = GENERATE(std::uint64_t{1} << 32, (std::uint64_t{1} << 62) - 10) - 5;
  const auto bytes =
    GENERATE(std::uint64_t{1} << 32, std::uint64_t{1} << 63, std::uint64_t{0}) - 30;
  mix how;
  how.bounds.window_initial = GENERATE(flow_tally{3, 40}, flow_tally{256, 1 << 20});
  scenario s{how};
  const auto x = make_old(s, {number, bytes}, {number - 1, bytes});
  REQUIRE(s.node_of(x) == 0);
  REQUIRE(s.node_of(x.peer()) == 1);
  s.start(x);
  s.start(x.peer());
  s.mark();
  s.post(x, 4);
  s.post(x.peer(), 4);
  s.run();
  CHECK(s.received(x.peer()) == 4);
  CHECK(s.trace().find("DATA " + std::to_string(number)) != std::string::npos);
  // Across the bound in the middle of a move.
  s.post(x, 3);
  s.send(x.peer(), 2);
  s.post(x, 5);
  s.rest();
  s.post(x.peer(), 5);
  s.close(x);
  s.rest();
  CHECK(s.received(x.peer()) == 12);
  CHECK(s.fate(x.peer()) == "close closed_by_peer");
}

TEST_CASE("a port whose numbers may run out is refused", "[routing][S12]") {
  scenario s{2};
  const auto number = (std::uint64_t{1} << 62) - 1;
  const auto x = make_old(s, {number, 0}, {5, 0});
  s.post(x);
  s.run();
  s.w.tampered = 1; // No honest node has come that far.
  s.send(x, 1);
  s.rest();
  CHECK(s.w.count(incident::kind::limit) == 1);
  CHECK(s.fate(x) == "close limit");
  CHECK(s.fate(x.peer()) == "close refused");
  CHECK(s.received(x.peer()) == 1);
  CHECK(s.waypoints() == 0);
}

} // namespace
} // namespace hawser::simulation
