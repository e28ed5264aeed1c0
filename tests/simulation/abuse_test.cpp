// Frames of a node that keeps no rules, one at a time; the random worlds send them by the hundred.

#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "hawser/value_encoder.hpp"
#include "scenario.hpp"

namespace hawser::simulation {
namespace {

constexpr end_name x{0, 0};
constexpr end_name y{0, 1};

// x is at 0, y at 1 and was at 2; the foe is 2 and knows what it had.
struct besieged : scenario {
  besieged() : scenario(4) {
    across(0, 2);
    old = at(2).at(0);
    move(y, 1);
    run();
    near = at(0).at(0);
    far = at(1).at(0);
  }

  // All that a former holder may say to what it knew, to the end, and to its peer.
  void say(const waypoint_frame& what) {
    for (const auto target : {near.id, far.id, old.id})
      for (const auto origin : {old.id, near.id, far.id})
        for (const auto to : {0U, 1U}) {
          w.inject(2, to, routed_frame{target, origin, what});
          pass_all(2, to);
        }
  }

  void still_works() {
    post(x, 2);
    post(y, 2);
    rest();
    CHECK(received(x) == 2);
    CHECK(received(y) == 2);
    CHECK(fate(x) == "open");
    CHECK(fate(y) == "open");
    CHECK(at(0).at(0).out == near.out);
    CHECK(at(1).at(0).out == far.out);
  }

  waypoint_snapshot old;
  waypoint_snapshot near;
  waypoint_snapshot far;
};

// Strays are what these tests are about.
struct scorned : besieged {
  scorned() : foe{w, 2, outlaw::form::former_holder} { foe.turn_bad(); }

  outlaw foe;
};

frame_message nothing() {
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(nullptr, bytes));
  return {encoded_data::copy_of(bytes), {}, bytes.size(), 0};
}

TEST_CASE("whatever a former holder says of a channel is ignored", "[routing][S57][S58]") {
  scorned s;
  const auto number = GENERATE(std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0});
  const link_address me{s.w.at(2).id, s.old.id};
  const std::vector<waypoint_frame> all{data_frame{number, nothing()},
                                        fin_frame{number, close_reason::closed_by_peer, {}, 0},
                                        outbox_frame{nothing()},
                                        end_frame{number, number, me, number, 1},
                                        announce_frame{me, number, {1, 1}, "", 0},
                                        bind_frame{{1, 1}, number, number, {1, 1}},
                                        start_frame{number, number},
                                        decline_frame{},
                                        credit_frame{number, {number, number}, 0},
                                        broken_frame{},
                                        gone_frame{}};
  for (const auto& each : all)
    s.say(each);
  s.still_works();
}

TEST_CASE("no key opens a channel twice", "[routing][S59][S64]") {
  scorned s;
  // An empty one, one that never was; those that were shown are in the random worlds.
  for (const auto& key : {bind_key{}, bind_key{1, 2}})
    s.say(bind_frame{key, 9, 0, key});
  s.still_works();
}

TEST_CASE("a port that a foe brings belongs to nobody else's channel", "[routing][S60]") {
  scorned s;
  port_descriptor port;
  port.id = GENERATE(0, 1) == 0 ? s.far.id : waypoint_id{7, 7};
  port.channel = {9, 9}; // What it says matters to people only.
  port.side = s.far.side;
  port.epoch = s.far.epoch + GENERATE(0U, 1U);
  port.predecessor = GENERATE(0, 1) == 0 ? s.near.id : s.far.id;
  port.direct = GENERATE(0, 1) == 0;
  const auto target = s.w.at(1).routes->publish(s.w.page(1).scope->registry().window());
  window_frame f{target, {"null", {}, {}, ""}, nothing()};
  f.message.ports = {port, port}; // Two for one end.
  s.w.inject(2, 1, f);
  s.pass_all(2, 1);
  s.turn();
  CHECK(std::ranges::any_of(s.w.closes, [](const auto& each) {
    return each.second.first == close_reason::protocol; // The second of the two at least.
  }));
  s.post(x, 2);
  s.post(y, 2);
  s.run();
  CHECK(s.read(x) == 2);
  CHECK(s.read(y) == 2);
  CHECK(s.fate(x) == "open");
  CHECK(s.fate(y) == "open");
}

TEST_CASE("a neighbour that breaks a rule loses its channel and nobody else's", "[routing][S61]") {
  scenario s{3};
  s.across(0, 2);
  const auto other = s.across(0, 1);
  outlaw foe{s.w, 2, outlaw::form::holder};
  foe.turn_bad();
  const auto mine = s.at(2).at(0);
  const auto theirs = *mine.out;
  const link_address me{s.w.at(2).id, mine.id};
  const std::vector<waypoint_frame> all{
    data_frame{1, nothing()},                         // A number that is not the next.
    data_frame{~std::uint64_t{0}, nothing()},         // The last there is.
    end_frame{3, 5, me, 5, 1},                        // Not where the link is.
    end_frame{0, 5, me, 5, 1},                        // For an end that is not there.
    announce_frame{me, ~std::uint64_t{0}, {}, "", 0}, // An epoch out of reach.
    credit_frame{5, {9, 9}, 0},                       // For what was never sent.
    data_frame{0, {nothing().data, {}, 0, 0}},        // Larger than it says.
  };
  s.w.inject(
    2, 0, routed_frame{theirs.waypoint, mine.id, all[GENERATE(Catch::Generators::range(0U, 7U))]});
  s.pass_all(2, 0);
  CHECK(s.at(0).size() == 1);
  s.start(x);
  s.turn(0);
  CHECK(s.fate(x) == "close protocol");
  s.post(other, 2);
  s.run();
  CHECK(s.read(other.peer()) == 2);
}

TEST_CASE("no more is taken than was allowed", "[routing][S61][S66]") {
  mix how;
  how.bounds.window_initial = {4, 1000};
  scenario s{how};
  s.across(0, 2);
  outlaw foe{s.w, 2, outlaw::form::holder};
  foe.turn_bad();
  const auto mine = s.at(2).at(0);
  for (std::uint64_t number = 0; number < 5; ++number)
    s.w.inject(2, 0, routed_frame{mine.out->waypoint, mine.id, data_frame{number, nothing()}});
  s.pass_all(2, 0);
  CHECK(s.at(0).empty());
}

TEST_CASE("a node brings no more ports than it may", "[routing][S62]") {
  mix how;
  how.bounds.waypoints_per_node_max = 50;
  scenario s{how};
  outlaw foe{s.w, 2, outlaw::form::holder};
  foe.turn_bad();
  const auto target = s.w.at(0).routes->publish(s.w.page(0).scope->registry().window());
  for (std::uint64_t i = 1; i <= 100; ++i) {
    window_frame f{target, {"null", {}, {}, ""}, nothing()};
    for (std::uint64_t k = 1; k <= 64; ++k) {
      auto& port = f.message.ports.emplace_back();
      port.id = {i, k};
      port.channel = {i, k};
      port.epoch = 1;
      port.predecessor = {k, i};
    }
    s.w.inject(2, 0, f);
  }
  s.pass_all(2, 0);
  CHECK(s.at(0).size() == 50);
}

TEST_CASE("what follows a port is no more than its descriptor says", "[routing][S66]") {
  scenario s{3};
  outlaw foe{s.w, 2, outlaw::form::holder};
  foe.turn_bad();
  const bool unread = GENERATE(true, false);
  auto message = nothing();
  message.bytes = 100; // More than its data, which is allowed.
  port_descriptor port;
  port.id = {7, 7};
  port.epoch = 1;
  port.predecessor = {8, 8};
  (unread ? port.unread : port.outbox) = {1000, 2 * message.bytes};
  const auto target = s.w.at(0).routes->publish(s.w.page(0).scope->registry().window());
  window_frame f{target, {"null", {}, {}, ""}, message};
  f.message.ports = {port};
  s.w.inject(2, 0, f);
  for (std::uint64_t number = 0; number < 3; ++number) {
    CHECK(s.at(0).size() == (number == 0 ? 0 : 1));
    const waypoint_frame next =
      unread ? waypoint_frame{data_frame{number, message}} : waypoint_frame{outbox_frame{message}};
    s.w.inject(2, 0, routed_frame{port.id, port.predecessor, next});
    s.pass_all(2, 0);
  }
  CHECK(s.at(0).empty());
}

// A foe that holds an end whose peer is at 0, and says what it likes to that.
struct greedy : scenario {
  explicit greedy(const mix& how = {}) : scenario(how), foe{w, 2, outlaw::form::holder} {
    across(0, 2);
    foe.turn_bad();
    near = at(0).at(0).id;
    far = at(2).at(0).id;
    hear_all();
  }

  void say(const waypoint_id& target, const waypoint_id& origin, const waypoint_frame& what) {
    w.inject(2, 0, routed_frame{target, origin, what});
    pass_all(2, 0);
  }

  void bring(const port_descriptor& port, const window_id& from = {}) {
    const auto target = w.at(0).routes->publish(w.page(0).scope->registry().window());
    window_frame f{target, {"null", {}, from, "w"}, nothing()};
    if (port.id)
      f.message.ports = {port};
    w.inject(2, 0, f);
    pass_all(2, 0);
  }

  static port_descriptor port(std::uint64_t number) {
    port_descriptor made;
    made.id = {1, number};
    made.channel = {6, number};
    made.predecessor = {2, number};
    made.epoch = 1;
    made.allowed = {100, 100000};
    return made;
  }

  // A new place of its end, which it binds at once.
  link_address pretend_to_move(std::uint64_t epoch, std::uint64_t number) {
    const link_address place{w.at(2).id, {3, epoch}};
    say(near, far, announce_frame{place, epoch, {4, epoch}, "", 0});
    say(near, place.waypoint, start_frame{epoch, number});
    return place;
  }

  void hear_all() {
    w.page(0).scope->registry().window_events().add_event_listener(
      "message", [this](message_event& ev) { sources.push_back(ev.source()); });
    w.page(0).scope->registry().window_events().add_event_listener("messageerror",
                                                                   [this] { ++unreadable; });
  }

  router_statistics seen() { return w.at(0).routes->statistics(); }

  outlaw foe;
  waypoint_id near;
  waypoint_id far;
  std::vector<window_proxy> sources;
  unsigned unreadable = 0;
};

constexpr auto far_away = std::uint64_t{1} << 40;

TEST_CASE("whoever is foretold and never comes is not waited for by what is gone",
          "[routing][S62]") {
  greedy s;
  for (std::uint64_t i = 1; i <= 200; ++i) {
    const auto port = greedy::port(i);
    s.bring(port);
    s.say(port.id, port.predecessor, end_frame{0, 1, {{9, i % 3}, {9, i}}, 5, far_away + i});
    CHECK(s.seen().waypoints_awaiting == 1);
    s.say(port.id, {9, 9}, broken_frame{}); // Not its link.
    s.say(port.id, port.predecessor, broken_frame{});
    CHECK(s.seen().waypoints_awaiting == 0);
  }
}

TEST_CASE("one end waits once, however often somebody is foretold", "[routing][S62]") {
  greedy s;
  for (std::uint64_t i = 2; i <= 200; ++i) {
    const auto place = s.pretend_to_move(i, far_away);
    s.say(s.near, place.waypoint, end_frame{far_away, 0, {{9, 9}, {9, 9}}, far_away, far_away + i});
  }
  CHECK(s.seen().waypoints_awaiting == 1);
}

TEST_CASE("no more links lead to an end than it can settle", "[routing][S62]") {
  greedy s;
  const bool ended = GENERATE(false, true);
  for (std::uint64_t i = 2; i <= 500; ++i) {
    const auto place = s.pretend_to_move(i, far_away);
    if (ended)
      s.say(s.near, place.waypoint, end_frame{far_away, 7, place, 0, 1});
  }
  const auto most = s.w.how.bounds.unsettled_links_max + 1;
  CHECK(s.at(0).at(0).in.size() + s.at(0).at(0).ends == most);
}

TEST_CASE("an end waits once for a connection that takes no more", "[routing][S66]") {
  greedy s;
  s.w.at(0).routes->hold(s.w.at(2).id);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const auto port = greedy::port(i);
    s.bring(port);
    for (std::uint64_t k = 1; k <= 3; ++k) {
      s.say(port.id, port.predecessor, credit_frame{0, {100 + k, 100000 + k}, 0});
      s.say(s.near, s.far, credit_frame{0, {i + k, i + k}, 0});
    }
    CHECK(s.seen().waypoints_held == 2);
    s.say(port.id, port.predecessor, broken_frame{});
    CHECK(s.seen().waypoints_held == 1);
  }
}

TEST_CASE("handles of windows last as long as somebody holds them", "[routing][S62]") {
  greedy s;
  const auto heard = [&s](std::uint64_t from) {
    s.bring({}, {5, from});
    s.turn(0);
  };
  for (std::uint64_t i = 1; i <= 100; ++i) {
    heard(i);
    s.sources.resize(std::min<std::size_t>(s.sources.size(), 10));
    CHECK(s.seen().windows_elsewhere <= 2 * s.sources.size() + 3);
  }
  REQUIRE(s.sources.size() == 10);
  for (std::uint64_t i = 1; i <= 10; ++i)
    heard(i);
  CHECK(std::equal(s.sources.begin(), s.sources.begin() + 10, s.sources.begin() + 10));
}

TEST_CASE("a handle that was let go may still have something to send", "[routing][S62]") {
  greedy s;
  auto& page = s.w.page(0);
  s.bring({}, {5, 1});
  s.turn(0);
  page.scope->run([&] { REQUIRE_FALSE(s.sources.back().post_message("answer", "*")); });
  s.sources.clear();
  for (std::uint64_t i = 2; i <= 20; ++i)
    s.bring({}, {5, i});
  s.mark();
  s.w.route(0);
  CHECK(s.count("WINDOW") == 1);
}

TEST_CASE("a node has handles of no more windows than it may", "[routing][S62]") {
  mix how;
  how.bounds.windows_per_node_max = 20;
  greedy s{how};
  for (std::uint64_t i = 1; i <= 100; ++i) {
    s.bring(greedy::port(i), {5, i});
    s.turn(0); // Whoever hears of it keeps it.
  }
  CHECK(s.sources.size() == 20);
  CHECK(s.seen().windows_elsewhere == 20);
  s.sources.clear();
  for (std::uint64_t i = 101; i <= 110; ++i)
    s.bring({}, {5, i});
  s.turn(0);
  CHECK(s.sources.size() == 10);
}

TEST_CASE("a message to a window counts what it is", "[routing][S66]") {
  greedy s;
  // A 128th of what may wait, unreadable.
  const auto data =
    encoded_data::copy_of(std::vector<std::byte>(std::size_t{1} << 24, std::byte{0xff}));
  const auto target = s.w.at(0).routes->publish(s.w.page(0).scope->registry().window());
  for (unsigned i = 0; i < 140; ++i) {
    s.w.inject(2, 0, window_frame{target, {"null", {}, {}, ""}, {data, {}, 0, 0}});
    s.pass_all(2, 0);
  }
  s.turn(0);
  CHECK(s.unreadable == 127);
}

TEST_CASE("nodes that came once are forgotten", "[routing][S62]") {
  mix how;
  how.bounds.absent_nodes_max = 20;
  greedy s{how};
  auto& routes = *s.w.at(0).routes;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    routes.link_failed({7, i}, 3);
    CHECK(routes.newest_session({7, i}) == 3);
    routes.link_up({8, i}, 1);
    routes.link_down({8, i});
  }
  CHECK(s.seen().nodes_known == 20 + s.w.size() - 1);
  CHECK(routes.newest_session({8, 100}) == 1);
  CHECK(routes.newest_session({8, 1}) == 0);
  CHECK(routes.newest_session(s.w.at(2).id) == 1); // It is connected.
}

TEST_CASE("windows of contexts that have ended are forgotten", "[routing][S55]") {
  scenario s{1};
  auto& routes = *s.w.at(0).routes;
  const auto kept = routes.publish(s.w.page(0).scope->registry().window());
  for (unsigned i = 0; i < 100; ++i) {
    test::test_context page{"page"};
    CHECK(routes.publish(page->window()));
  }
  CHECK(routes.statistics().windows_published < 5);
  CHECK(routes.publish(s.w.page(0).scope->registry().window()) == kept);
}

// What its first host has not received yet counts as what its second host is to receive.
TEST_CASE("an end with many unread messages moves on before they have arrived", "[routing][S21]") {
  mix how;
  how.nodes = 4;
  how.bounds.window_initial = {8, 1 << 20};
  how.bounds.window_max = {8, 1 << 20};
  scenario s{how};
  s.make(0);
  s.post(y, 5);
  s.move(y, 1); // x has five unread, and is granted eight more.
  s.send(x, 2);
  s.pass_until(0, 2, "WINDOW"); // The carrier, and nothing that follows it.
  s.turn(2);
  s.send(x, 3);
  s.rest();
  CHECK(s.fate(x) == "open");
  CHECK(s.received(x) == 5);
}

TEST_CASE("a window is open once its node is connected", "[routing][S29]") {
  mix how;
  how.nodes = 2;
  how.lazy_links = true;
  scenario s{how};
  s.make(0);
  s.w.post_away(*s.w.holder_of(y), {y}, s.w.page(1)); // Nobody is connected yet.
  s.run();
  REQUIRE(s.w.linked(0, 1));
  s.move(y, 1);
  s.rest();
  CHECK(s.node_of(y) == 1);
}

TEST_CASE("everything settles at whatever moment nothing new is done", "[routing][S68]") {
  const auto seed = GENERATE(Catch::Generators::range(0U, 40U));
  for (unsigned steps = 0; steps < 120; steps += 3) {
    auto how = mix_of(seed);
    how.crash = how.cut = 0;
    world w{seed, how};
    for (unsigned i = 0; i < steps; ++i)
      w.step();
    w.settle();
    check_after_step(w);
    check_at_rest(w);
  }
}

TEST_CASE("a listener for close closes, posts and moves what else it has", "[routing][S69]") {
  const auto closer = GENERATE(0U, 1U);
  scenario s{3};
  s.across(0, 1);
  const auto second = s.across(0, 1);
  const auto third = s.across(0, 1);
  const auto fourth = s.across(0, 1);
  const auto here = end_name{0, 1 - closer};
  const auto side = here.side;
  auto& page = *s.w.holder_of(here);
  const auto of = [&](end_name which) { return end_name{which.channel, side}; };
  s.start(here);
  page.scope->run([&] {
    s.w.find(page, here)->port.on_close([&](close_event& ev) {
      s.w.closes.emplace(here, std::pair{ev.reason(), ev.undelivered()});
      std::erase_if(page.ports, [&](const auto& each) { return each.name == here; });
      s.w.close(page, of(second));
      CHECK_FALSE(s.w.post(page, of(third), {of(fourth)}));
    });
  });
  s.post(here.peer());
  s.close(here.peer());
  s.rest();
  CHECK(s.fate(here) == "close closed_by_peer");
  CHECK(s.fate(of(second).peer()) == "close closed_by_peer");
  CHECK(s.received(of(third).peer()) == 1);
  CHECK(s.fate(of(fourth)) == "open");
  CHECK(s.w.holder_of(of(fourth)) == s.w.holder_of(of(fourth).peer()));
  CHECK(s.relays() == 0);
}

} // namespace
} // namespace hawser::simulation
