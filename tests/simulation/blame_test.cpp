// Who is to blame for what a node that keeps no rules has made up and an honest one has passed on.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "hawser/value_encoder.hpp"
#include "scenario.hpp"

namespace hawser::simulation {
namespace {

constexpr end_name x{0, 0};
constexpr end_name y{0, 1};

mix tight() {
  mix how;
  how.nodes = 4;
  how.bounds.window_initial = {4, 1000};
  how.bounds.window_max = {4, 1000};
  return how;
}

// x is at 0, y has gone from 1, which relays, to the foe at 2.
struct behind_a_relay : scenario {
  behind_a_relay() : scenario(tight()), foe{w, 2, outlaw::form::holder} {
    across(0, 1);
    send(y, 2);
    pass_all(1, 2);
    turn(2);
    pass_all(2, 1);
    pass_all(1, 0);
    near = at(0).at(0).id;
    relay = at(1).at(0).id;
    far = at(2).at(0).id;
    foe.turn_bad();
  }

  void say(unsigned to, const waypoint_frame& what) {
    w.inject(2, to, routed_frame{to == 0 ? near : relay, far, what});
    pass_all(2, to);
    pass_all(1, 0);
  }

  outlaw foe;
  waypoint_id near;
  waypoint_id relay;
  waypoint_id far;
};

frame_message message(std::uint64_t bytes) {
  std::vector<std::byte> data;
  REQUIRE_FALSE(encode("some text", data));
  return {encoded_data::copy_of(data), {}, bytes, 0};
}

TEST_CASE("a relay is not to blame for what it has passed on", "[routing][S61]") {
  behind_a_relay s;
  const link_address anybody{s.w.at(3).id, {7, 7}};
  const auto what = GENERATE(Catch::Generators::range(0U, 7U));
  CAPTURE(what);
  switch (what) {
    case 0:
      s.say(1, announce_frame{anybody, ~std::uint64_t{0}, {}, "", 0});
      break;
    case 1:
      s.say(1, credit_frame{5, {9, 9}, 0});
      break;
    case 2: // More messages than were allowed.
      for (std::uint64_t number = 0; number < 5; ++number)
        s.say(1, data_frame{number, message(20)});
      break;
    case 3: // More bytes.
      s.say(1, data_frame{0, message(2000)});
      s.say(1, data_frame{1, message(20)});
      break;
    case 4: // An END for nobody, in the name of somebody who has nothing to do with it.
      s.say(1, end_frame{0, 9, anybody, 9, 1});
      break;
    case 5: // Over a link of its own, a number that the relay brings too.
      s.say(0, start_frame{2, 0});
      s.say(0, data_frame{0, message(20)});
      s.say(1, data_frame{0, message(20)});
      break;
    default: // What a relay can see it does not pass on.
      s.say(1, data_frame{0, message(1)});
      break;
  }
  CHECK(s.at(0).empty());
  CHECK(s.w.count(incident::kind::rule) == 0);
  CHECK(s.w.count(incident::kind::relayed) == (what < 6 ? 1 : 0));
  s.start(x);
  s.turn(0);
  CHECK(s.fate(x) == "close protocol");
}

// y has gone from the foe, which has yet to pass on that nothing more comes through it, to 1. The
// two ends are bound to each other.
TEST_CASE("a relay that has been passed by invents nothing", "[routing][S61]") {
  scenario s{tight()};
  s.across(0, 2);
  s.send(y, 1);
  s.pass_all(2, 1);
  s.turn(1);
  s.pass_all(1, 2);
  s.pass_all(2, 0);
  s.pass_all(0, 1);
  s.pass_all(1, 0);
  const auto near = s.at(0).at(0);
  REQUIRE(near.out->waypoint == s.at(1).at(0).id);
  REQUIRE(near.in.size() == 2);
  outlaw foe{s.w, 2, outlaw::form::holder};
  foe.turn_bad();
  waypoint_frame invented = data_frame{0, message(20)};
  if (GENERATE(false, true))
    invented = fin_frame{0, close_reason::closed_by_peer, {}, 0};
  s.w.inject(2, 0, routed_frame{near.id, s.at(2).at(0).id, invented});
  s.pass_all(2, 0);
  unsigned heard = 0;
  s.w.page(0).scope->run(
    [&] { s.w.find(s.w.page(0), x)->port.add_event_listener("message", [&heard] { ++heard; }); });
  s.start(x);
  s.turn(0);
  CHECK(heard == 0);
  CHECK(s.fate(x) == "close protocol");
}

} // namespace
} // namespace hawser::simulation
