// A link by itself: the handshake, signs of life, and the end.

#include <catch2/catch_test_macros.hpp>

#include "hawser/link.hpp"
#include "link_pair.hpp"
#include "printing.hpp"
#include "samples.hpp"

namespace hawser::test {
namespace {

using lines = std::vector<std::string>;

TEST_CASE("two links introduce themselves and agree on a session newer than any", "[link]") {
  link_pair both;
  both.a.newest = 4;
  both.b.newest = 7;
  both.carry();
  CHECK(both.a.seen == lines{"introduced b", "opened 8"});
  CHECK(both.b.seen == lines{"introduced a", "opened 8"});
  CHECK(both.b.peer.id == node_id{1, 1});
}

TEST_CASE("nobody is up before the other side knows the session", "[link]") {
  link_pair both;
  both.b.feed(both.a.output());
  both.a.feed(both.b.output());
  CHECK(both.a.line.agreed() == 1);
  CHECK(both.a.seen == lines{"introduced b"});
  // Lost on the way: then neither speaks of it to anybody.
  CHECK_FALSE(both.a.output().empty());
  both.a.line.disconnect("the connection broke");
  both.b.line.disconnect("the connection broke");
  both.a.note();
  both.b.note();
  CHECK(both.a.seen.back() == "ended by peer lost: the connection broke");
  CHECK(both.b.line.agreed() == 0);
}

TEST_CASE("an acceptor that repeats another session is refused", "[link][refusal]") {
  link_pair both;
  both.b.feed(both.a.output());
  both.a.feed(both.b.output());
  both.a.feed(from_hex("08 00 00 00 08 00 00 00 00 00 00 00 02"));
  CHECK(both.a.seen.back() == "ended malformed: a ready that is none");
}

TEST_CASE("a link does not mind how its bytes are cut", "[link]") {
  link_pair both;
  both.carry(0, 1);
  REQUIRE(both.a.line.open());
  REQUIRE(both.b.line.open());
  for (std::uint64_t i = 0; i < 100; ++i)
    both.a.line.send(numbered(10, 20, i, i));
  both.carry(0, 1);
  REQUIRE(both.b.frames.size() == 100);
  for (std::uint64_t i = 0; i < 100; ++i)
    CHECK(number_of(both.b.frames[i]) == i);
  both.a.line.end(link_end::closed, "node a has ended");
  both.carry(0, 1);
  CHECK(both.b.seen == lines{"introduced a", "opened 1", "ended by peer closed: node a has ended"});
}

TEST_CASE("the acceptor of a link says nothing before it knows who is there", "[link]") {
  link_pair both;
  CHECK_FALSE(both.b.line.has_output());
  both.b.accepts = false;
  both.b.feed(both.a.output());
  CHECK(both.b.seen == lines{"introduced a"});
  CHECK_FALSE(both.b.line.has_output());
}

TEST_CASE("whoever is refused before it was greeted is told why", "[link]") {
  link_pair both;
  both.b.accepts = false;
  both.b.feed(both.a.output());
  both.b.line.end(link_end::refused, "node a is not welcome");
  both.carry();
  CHECK(both.a.seen == lines{"ended by peer refused: node a is not welcome"});
}

TEST_CASE("a node that is connected to itself is told so", "[link]") {
  link_pair both;
  both.b = link_side{link::side::acceptor, facts_of(1, "a")};
  both.carry();
  CHECK(both.a.seen == lines{"ended by peer duplicate: a node was to be connected to itself"});
}

TEST_CASE("a link says that it is there, and measures the way", "[link]") {
  link_pair both;
  both.carry();
  both.a.line.tick(999);
  CHECK_FALSE(both.a.line.has_output());
  both.a.line.tick(1000);
  const auto ping = both.a.output();
  CHECK(ping.size() == 13);
  both.b.feed(ping, 1020);
  both.a.feed(both.b.output(), 1045);
  CHECK(both.a.seen.back() == "round trip 45");
  CHECK(both.a.line.silent_ms(2000) == 955);
}

TEST_CASE("a peer that is silent for too long is lost", "[link]") {
  link_pair both;
  both.carry();
  for (std::uint64_t now = 1000; now < 5000; now += 1000)
    both.b.line.tick(now);
  both.b.line.tick(4999);
  CHECK(both.b.line.open());
  both.b.line.tick(5000);
  both.b.note();
  CHECK(both.b.seen.back() == "ended silent: the peer has said nothing for 5000 ms");
}

TEST_CASE("a side that had no time to listen does not take its peer for lost", "[link]") {
  link_pair both;
  both.carry();
  both.b.line.tick(1000);
  both.b.line.tick(60'000);
  CHECK(both.b.line.open());
  CHECK(both.b.line.silent_ms(60'000) == 3000);
  both.b.line.tick(61'000);
  CHECK(both.b.line.open());
  both.b.line.tick(62'000);
  CHECK(both.b.line.over());
}

TEST_CASE("a peer that says something from time to time is not lost", "[link]") {
  link_pair both;
  both.carry();
  for (std::uint64_t now = 500; now < 60000; now += 500) {
    both.a.line.tick(now);
    both.b.line.tick(now);
    both.carry(now);
  }
  CHECK(both.a.line.open());
  CHECK(both.b.line.open());
}

TEST_CASE("a handshake has its time", "[link]") {
  link_side alone{link::side::initiator, facts_of(1, "a")};
  alone.line.tick(4999);
  CHECK_FALSE(alone.line.over());
  alone.line.tick(5000);
  alone.note();
  CHECK(alone.seen == lines{"ended handshake: nothing was heard within 5000 ms"});

  link_pair both;
  both.b.accepts = false;
  auto hello = both.a.output();
  both.b.feed(std::span{hello}.first(hello.size() - 1), 4990);
  both.b.line.tick(5000);
  both.b.note();
  CHECK(both.b.seen == lines{"ended handshake: the handshake was not done within 5000 ms"});
}

TEST_CASE("a link is congested from one mark until it is below another", "[link]") {
  link_limits bounds;
  bounds.congested_bytes = 100000;
  bounds.relieved_bytes = 20000;
  link_pair both{bounds};
  both.carry();
  for (std::uint64_t i = 0; i < 9; ++i)
    both.a.line.send(numbered(10, 20, i, 10000));
  CHECK_FALSE(both.a.line.congested());
  both.a.line.send(numbered(10, 20, 9, 10000));
  CHECK(both.a.line.congested());
  both.b.feed(both.a.output(1)); // One batch of six.
  CHECK(both.a.line.congested());
  both.carry();
  CHECK_FALSE(both.a.line.congested());
  CHECK(both.b.frames.size() == 10);
}

TEST_CASE("what waits behind a frame in pieces counts as congestion", "[link]") {
  link_limits bounds;
  bounds.congested_bytes = 300000;
  link_pair both{bounds};
  both.carry();
  both.a.line.send(numbered(10, 20, 0, 100000));
  CHECK_FALSE(both.a.line.congested());
  for (std::uint64_t i = 1; i < 30; ++i)
    both.a.line.send(numbered(10, 20, i, 10000));
  CHECK(both.a.line.congested());
  both.carry();
  CHECK_FALSE(both.a.line.congested());
  CHECK(both.b.frames.size() == 30);
}

TEST_CASE("a link that has ended neither takes nor gives anything", "[link]") {
  link_pair both;
  both.carry();
  both.b.line.disconnect("the cable was cut");
  both.a.line.send(numbered(10, 20, 0, 10));
  both.b.feed(both.a.output());
  both.b.line.send(numbered(20, 10, 0, 10));
  both.b.line.tick(100000);
  both.b.note();
  CHECK(both.b.seen.back() == "ended by peer lost: the cable was cut");
  CHECK(both.b.frames.empty());
  CHECK_FALSE(both.b.line.has_output());
}

} // namespace
} // namespace hawser::test
