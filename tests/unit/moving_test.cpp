// Ports that move while messages are under way.

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "allocations.hpp"
#include "printing.hpp"
#include "test_context.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

using test::ferry;
using test::inbox;
using test::running;
using test::settle;
using test::test_context;
using test::trace;

TEST_CASE("a port moves with what waits in it", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [port1, port2] = a->make_channel();
  ferry boat{a, b};
  port1.post_message(1);
  boat.load(port2);
  port1.post_message(2);
  inbox at{boat.unload()};
  port1.post_message(3);
  settle(a, b);
  CHECK(at.seen == trace{"1", "2", "3"});
}

TEST_CASE("an enabled queue moves in the middle of its delivery", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [port1, port2] = a->make_channel();
  auto [near, far] = connect(a, b);
  trace old_owner;
  inbox carried{far};
  port2.on_message([&, carrier = near](message_event& ev) {
    old_owner.push_back(to_string(ev.data()));
    carrier.post_message("take it", {ev.port()});
  });
  for (int i = 0; i < 5; ++i)
    port1.post_message(i);
  settle(a, b);
  CHECK(old_owner == trace{"0"});
  inbox at{carried.ports.at(0)};
  settle(a, b);
  CHECK(at.seen == trace{"1", "2", "3", "4"});
}

TEST_CASE("a port that wanders while its peer posts from another thread loses nothing",
          "[moving][threads]") {
  constexpr int messages = 20'000;
  constexpr std::size_t stations_count = 3;
  test_context source{"source"};
  test_context stations[stations_count]{test_context{"x"}, test_context{"y"}, test_context{"z"}};

  // Whoever owns the port may touch these; the moves keep the owners apart.
  int expected = 0;
  int moves = 0;
  std::atomic<bool> done{false};
  std::atomic<bool> broken{false};

  // Each station takes some messages, then hands the port on through its link to the next.
  message_port links[stations_count];
  const auto receive_at = [&](std::size_t station) {
    return [&, station](message_event& ev) {
      if (ev.data() != expected)
        broken = true;
      if (++expected == messages || broken)
        done = true;
      else if (expected % 50 == 7 && ++moves > 0)
        links[station].post_message(nullptr, {ev.port()});
    };
  };
  for (std::size_t i = 0; i < stations_count; ++i) {
    const auto next = (i + 1) % stations_count;
    auto [near, far] = connect(stations[i], stations[next]);
    links[i] = near;
    far.on_message([&, next](message_event& ev) { ev.ports().at(0).on_message(receive_at(next)); });
  }

  auto [sender, wanderer] = connect(source, stations[0]);
  wanderer.on_message(receive_at(0));
  auto [tick, tock] = source->make_channel();
  int posted = 0;
  tock.on_message([&, post = sender, again = tick] {
    for (int i = 0; i < 10; ++i)
      post.post_message(posted++);
    if (posted < messages)
      again.post_message(nullptr);
  });
  tick.post_message(nullptr);
  {
    running threads{source, stations[0], stations[1], stations[2]};
    threads.until([&] { return done.load(); });
  }
  CHECK_FALSE(broken);
  CHECK(expected == messages);
  CHECK(moves > 100);
}

TEST_CASE("both ends of a channel move at once", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  test_context c{"c"};
  auto [port1, port2] = a->make_channel();
  port1.post_message("before, to 2");
  port2.post_message("before, to 1");
  ferry to_b{a, b};
  ferry to_c{a, c};
  SECTION("to two owners") {
    to_b.load(port1);
    to_c.load(port2);
  }
  SECTION("in the other order") {
    to_c.load(port2);
    to_b.load(port1);
  }
  auto first = to_b.unload();
  first.post_message("from 1");
  auto second = to_c.unload();
  second.post_message("from 2");
  inbox at_first{first};
  inbox at_second{second};
  settle(a, b, c);
  CHECK(at_first.seen == trace{"before, to 1", "from 2"});
  CHECK(at_second.seen == trace{"before, to 2", "from 1"});
}

TEST_CASE("both ends change places while messages are under way", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  ferry to_b{a, b};
  ferry to_a{b, a};
  near.post_message("to b's end");
  far.post_message("to a's end");
  to_b.load(near);
  to_a.load(far);
  auto at_b = to_b.unload();
  auto at_a = to_a.unload();
  inbox b_got{at_b};
  inbox a_got{at_a};
  at_a.post_message("crossed");
  settle(a, b);
  CHECK(b_got.seen == trace{"to a's end", "crossed"});
  CHECK(a_got.seen == trace{"to b's end"});
}

TEST_CASE("a port goes through a chain of a hundred contexts", "[moving]") {
  constexpr int hops = 100;
  test_context home{"home"};
  const auto channel = home->make_channel();
  const auto port1 = channel.port1;
  auto traveller = channel.port2;
  trace expected;
  test_context* here = &home;
  std::vector<std::unique_ptr<test_context>> chain;
  for (int i = 0; i < hops; ++i) {
    chain.push_back(std::make_unique<test_context>("hop"));
    ferry boat{*here, *chain.back()};
    const auto note = [&](std::string text) {
      port1.post_message(text);
      expected.push_back(std::move(text));
    };
    note("before hop " + std::to_string(i));
    boat.load(traveller);
    note("during hop " + std::to_string(i));
    traveller = boat.unload();
    here = chain.back().get();
  }
  inbox at{traveller};
  SECTION("the contexts on the way are still there") {}
  SECTION("the contexts on the way have ended") {
    chain.erase(chain.begin(), chain.end() - 1);
  }
  traveller.post_message("answer");
  inbox answers{port1};
  settle(home, *here);
  CHECK(at.seen == expected);
  CHECK(answers.seen == trace{"answer"});
  for (const auto& context : chain)
    CHECK(context->registry().statistics().ports <= 2);
}

TEST_CASE("a port in a queued message follows when the carrying port moves", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  test_context c{"c"};
  auto [carrier, carrying] = a->make_channel();
  auto [inner1, inner2] = a->make_channel();
  ferry to_b{a, b};
  ferry to_c{b, c};
  inner1.post_message("first");
  carrier.post_message("with a port", {inner2});
  auto moved = to_c.carry(to_b.carry(carrying));
  inner1.post_message("second");
  inbox at{moved};
  settle(a, b, c);
  CHECK(at.seen == trace{"with a port"});
  inbox inner{at.ports.at(0)};
  at.ports[0].post_message("works");
  inbox home{inner1};
  settle(a, b, c);
  CHECK(inner.seen == trace{"first", "second"});
  CHECK(home.seen == trace{"works"});
}

TEST_CASE("a port is lost when the carrier's owner ends before delivery", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [port1, port2] = a->make_channel();
  inbox peer{port1};
  port1.post_message("waits in the port");
  ferry to_b{a, b};
  to_b.load(port2);
  b->close(close_reason::context_crashed);
  settle(a, b);
  CHECK(peer.seen == trace{"close undeliverable, 1 undelivered"});
  CHECK_FALSE(port1.post_message("nobody"));
}

TEST_CASE("a port survives every earlier owner", "[moving]") {
  test_context a{"a"};
  test_context c{"c"};
  message_port at_c;
  {
    test_context b{"b"};
    auto [port1, port2] = b->make_channel();
    port1.post_message("from the grave");
    ferry to_c{b, c};
    at_c = to_c.carry(port2);
    ferry to_a{b, a};
    to_a.carry(port1).post_message("from a");
  }
  inbox at{at_c};
  settle(a, c);
  CHECK(at.seen.at(0) == "from the grave");
  CHECK(at.seen.at(1) == "from a");
}

TEST_CASE("posting a port's peer through it ends the channel and loses the list", "[moving]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  auto [other1, other2] = context->make_channel();
  inbox at{port1};
  inbox other{other1};
  array_buffer buffer{4};
  CHECK_FALSE(port1.post_message("doomed", {port2, other2, buffer}));
  CHECK(port2.detached());
  CHECK(other2.detached());
  CHECK(buffer.detached());
  settle(context);
  CHECK(at.seen == trace{"close undeliverable"});
  CHECK(other.seen == trace{"close undeliverable"});
  CHECK_FALSE(port1.post_message("nobody"));
}

// -- receiving without events -------------------------------------------------------------------

TEST_CASE("messages are taken one by one without events", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  auto [inner1, inner2] = a->make_channel();
  CHECK_FALSE(b->receive(far));
  near.post_message(1);
  near.post_message("with a port", {inner2});
  near.close();
  const auto first = b->receive(far);
  REQUIRE(first);
  CHECK((*first)->data == 1);
  const auto second = b->receive(far);
  REQUIRE(second);
  CHECK((*second)->ports.size() == 1);
  const auto ended = b->receive(far);
  REQUIRE(ended);
  CHECK(ended->error() == errc::invalid_state_error);
}

TEST_CASE("a context that stops delivering finishes its event and can still post", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  inbox answers{near};
  trace seen;
  far.on_message([&](message_event& ev) {
    seen.push_back(to_string(ev.data()));
    b->stop_deliveries();
    ev.port().post_message("last words");
  });
  near.post_message(1);
  near.post_message(2);
  settle(a, b);
  CHECK(seen == trace{"1"});
  CHECK(answers.seen == trace{"last words"});
}

TEST_CASE("a port comes to a side whose former owners still have handles", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  ferry there{a, b};
  ferry back{b, a};
  auto [stays, moves] = a->make_channel();
  std::vector<message_port> former{moves};
  for (int i = 0; i < 4; ++i) {
    former.push_back(there.carry(former.back()));
    former.push_back(back.carry(former.back()));
  }
  former.erase(former.begin(), former.begin() + 3); // The room they took is free again.
  former.push_back(there.carry(former.back()));
  inbox at{former.back()};
  stays.post_message("found");
  settle(a, b);
  CHECK(at.seen == trace{"found"});
  for (std::size_t i = 0; i + 1 < former.size(); ++i)
    CHECK(former[i].detached());
  CHECK_FALSE(former.back().detached());
}

TEST_CASE("a port comes to a side that nobody remembers without memory of its own", "[moving]") {
  test_context a{"a"};
  test_context b{"b"};
  const auto there = connect(a, b);
  const auto back = connect(b, a);
  message_port stays;
  message_port moves;
  for (const auto& each : {there.port2, back.port2})
    each.on_message([&moves](message_event& ev) { moves = ev.ports().at(0); });
  {
    const auto made = a->make_channel();
    stays = made.port1;
    moves = made.port2;
  }
  std::vector<message_port> former;
  former.reserve(100);
  enum class handles { dropped, kept };
  const auto round_trip = [&](handles what) {
    const auto before = test::allocations_made();
    for (const auto& way : {there.port1, back.port1}) {
      way.post_message(nullptr, {moves});
      if (what == handles::kept)
        former.push_back(moves);
      moves = {};
      settle(a, b);
    }
    return test::allocations_made() - before;
  };
  const auto least = [&](handles what) {
    auto found = round_trip(what);
    for (int i = 0; i < 5; ++i) // Some of the first make room that is kept.
      found = std::min(found, round_trip(what));
    return found;
  };
  const auto alone = least(handles::dropped);
  CHECK(least(handles::kept) == alone + 2); // One for each way.
  former.clear();
  CHECK(least(handles::dropped) == alone);
}

TEST_CASE("handles outlive their channel and its contexts", "[moving]") {
  std::vector<message_port> kept;
  {
    test_context a{"a"};
    test_context b{"b"};
    auto [stays, moves] = a->make_channel();
    ferry boat{a, b};
    kept = {stays, moves, boat.carry(moves)};
    stays.close();
    settle(a, b);
  }
  for (const auto& each : kept) {
    CHECK(each.detached());
    CHECK_FALSE(each.post_message("to nobody"));
  }
}

} // namespace
} // namespace hawser
