// Messages that share a frame. The random worlds have them too, and everything else in them.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "hawser/value_encoder.hpp"
#include "scenario.hpp"

namespace hawser::simulation {
namespace {

constexpr end_name x{0, 0};
constexpr end_name y{0, 1};

mix sharing(unsigned nodes, std::size_t messages_max = 256) {
  mix how;
  how.nodes = nodes;
  how.encoded = true;
  how.bounds.run_messages_max = messages_max;
  return how;
}

run_message message(std::uint64_t bytes) {
  std::vector<std::byte> data;
  REQUIRE_FALSE(encode("some text", data));
  return {encoded_data::copy_of(data), bytes, 0};
}

// x is at 0, y at 1, which keeps no rules from some moment on.
struct besieged : scenario {
  explicit besieged(const mix& how) : scenario(how) {
    across(0, 1);
    const auto far = at(1).at(0);
    me = far.id;
    target = far.out->waypoint;
  }

  void say(const waypoint_frame& what) {
    w.inject(1, 0, routed_frame{target, me, what});
    pass_all(1, 0);
  }

  outlaw foe{w, 1, outlaw::form::holder};
  waypoint_id me;
  waypoint_id target;
};

TEST_CASE("what is posted in one go shares frames, as many as may", "[routing][S92]") {
  scenario s{sharing(2, 4)};
  s.across(0, 1);
  s.mark();
  s.post(x, 10);
  CHECK(s.trace() == R"(
0 posts through 0.0
0 posts through 0.0
0 posts through 0.0
0 posts through 0.0
0 posts through 0.0
0 posts through 0.0
0 posts through 0.0
0 posts through 0.0
0 posts through 0.0
0 posts through 0.0
0 > 1  A -> B RUN 0 of 4
0 > 1  A -> B RUN 4 of 4
0 > 1  A -> B RUN 8 of 2
)");
  s.rest();
  CHECK(s.received(y) == 10);
}

TEST_CASE("a message alone, and one that brings a port, has a frame of its own", "[routing][S92]") {
  scenario s{sharing(2)};
  const auto carrier = s.across(0, 1);
  const auto passenger = s.make(0);
  s.mark();
  s.post(carrier);
  CHECK(s.count("DATA") == 1);
  auto& page = s.w.page(0);
  s.w.post(page, carrier);
  s.w.post(page, carrier, {passenger.peer()});
  s.w.post(page, carrier);
  s.w.post(page, carrier);
  s.turn(0);
  CHECK(s.count("DATA") == 3);
  CHECK(s.count("RUN") == 1);
  s.post(passenger, 3);
  s.rest();
  CHECK(s.received(carrier.peer()) == 5);
  CHECK(s.received(passenger.peer()) == 3);
}

TEST_CASE("a relay passes on what shared a frame, whenever more is posted", "[routing][S92]") {
  at_each_moment(
    sharing(3, GENERATE(std::size_t{2}, std::size_t{256})),
    [](scenario& s) {
      s.across(0, 1);
      s.post(x, 5);
      s.send(y, 2);
      s.post(x, 5);
    },
    [](scenario& s, unsigned) {
      s.post(x, 5);
      s.rest();
      CHECK(s.received(y) == 15);
    });
}

TEST_CASE("of messages that share a frame those that are allowed arrive", "[routing][S92]") {
  auto how = sharing(2);
  how.bounds.window_initial = {4, 1000};
  how.bounds.window_max = {4, 1000};
  const auto first = GENERATE(std::uint64_t{0}, std::uint64_t{1});
  const auto fourth_bytes = GENERATE(std::uint64_t{20}, std::uint64_t{2000}, std::uint64_t{2});
  const auto messages = GENERATE(std::size_t{4}, std::size_t{5});
  besieged s{how};
  s.foe.turn_bad();
  run_frame run{first, {}};
  for (std::size_t i = 0; i < messages; ++i)
    run.messages.push_back(message(i == 3 ? fourth_bytes : 20));
  s.say(run);
  const bool honest = first == 0 && fourth_bytes >= 20 && messages == 4;
  CHECK(s.at(0).size() == (honest ? 1 : 0));
  CHECK(s.w.incidents.empty());
  s.start(x);
  s.turn(0);
  CHECK(s.fate(x) == (honest ? "open" : "close protocol"));
  CHECK(s.w.at(0).routes->statistics().messages_received
        == (first != 0          ? 0U
            : fourth_bytes == 2 ? 3U
                                : 4U));
}

TEST_CASE("an end that is closed takes nothing out of a shared frame", "[routing][S92]") {
  auto how = sharing(2);
  how.bounds.window_initial = {8, 1 << 20};
  how.bounds.window_max = {8, 1 << 20};
  scenario s{how};
  s.across(0, 1);
  s.post(x, 20); // More than may be on their way: the rest waits for leave.
  s.close(y);
  s.rest();
  CHECK(s.received(y) == 0);
  CHECK(s.fate(x) == "close closed_by_peer");
  CHECK(s.waypoints() == 0);
}

} // namespace
} // namespace hawser::simulation
