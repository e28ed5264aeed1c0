// What waits inside ports that travel, and the limits on what waits.

#include <atomic>

#include <catch2/catch_test_macros.hpp>

#include "pressure.hpp"
#include "printing.hpp"
#include "test_context.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

using test::connect;
using test::ferry;
using test::inbox;
using test::parcel;
using test::parcel_bytes;
using test::pressure_test;
using test::running;
using test::settle;
using test::test_context;

// -- what travels inside ports ------------------------------------------------------------------

TEST_CASE_METHOD(pressure_test, "what waits inside a port counts where the port travels",
                 "[pressure][transit]") {
  const auto inner = a->make_channel();
  REQUIRE_FALSE(near.post_message(nullptr, {a->make_channel().port2}));
  const auto empty = near.buffered_amount(); // What a message with an empty port counts.
  take(1);
  for (int i = 0; i < 3; ++i)
    inner.port1.post_message(parcel());
  REQUIRE_FALSE(near.post_message(nullptr, {inner.port2}));
  CHECK(near.buffered_amount() == empty + 3 * parcel_bytes());
  // And what is posted to it on its way.
  inner.port1.post_message(parcel());
  CHECK(near.buffered_amount() == empty + 4 * parcel_bytes());
  CHECK(inner.port1.buffered_amount() == 4 * parcel_bytes());
  auto got = b->receive(far);
  REQUIRE(got);
  CHECK(near.buffered_amount() == 0);
  CHECK(inner.port1.buffered_amount() == 4 * parcel_bytes());
  inner.port1.post_message(parcel());
  CHECK(near.buffered_amount() == 0);
  inbox at{(*got)->ports.at(0)};
  settle(a, b);
  CHECK(at.seen.size() == 5);
  CHECK(inner.port1.buffered_amount() == 0);
}

TEST_CASE_METHOD(pressure_test, "bytes count through every queue around them",
                 "[pressure][transit]") {
  const auto outer = a->make_channel();
  const auto middle = a->make_channel();
  const auto inner = a->make_channel();
  // near carries outer, which carries middle, which carries inner; the last two set out late.
  outer.port1.post_message(nullptr, {middle.port2});
  near.post_message(nullptr, {outer.port2});
  const auto before = near.buffered_amount();
  middle.port1.post_message(nullptr, {inner.port2});
  const auto one_port = middle.port1.buffered_amount();
  CHECK(near.buffered_amount() == before + one_port);
  inner.port1.post_message(parcel());
  CHECK(near.buffered_amount() == before + one_port + parcel_bytes());
  CHECK(outer.port1.buffered_amount() == one_port + one_port + parcel_bytes());
  CHECK(middle.port1.buffered_amount() == one_port + parcel_bytes());
  const auto got = b->receive(far);
  REQUIRE(got);
  CHECK(near.buffered_amount() == 0);
  CHECK(outer.port1.buffered_amount() == one_port + one_port + parcel_bytes());
  // Going on in another queue it counts there, all of it.
  const auto second = connect(b, a);
  second.port1.post_message(nullptr, {(*got)->ports.at(0)});
  CHECK(second.port1.buffered_amount() == before + one_port + parcel_bytes());
  inner.port1.post_message(parcel());
  CHECK(second.port1.buffered_amount() == before + one_port + 2 * parcel_bytes());
}

TEST_CASE_METHOD(pressure_test, "what is posted too deep inside to count is not taken back either",
                 "[pressure][transit]") {
  constexpr std::size_t depth = 70;
  std::vector<message_channel> nested;
  auto through = near;
  for (std::size_t i = 0; i < depth; ++i) {
    nested.push_back(a->make_channel());
    REQUIRE_FALSE(through.post_message(nullptr, {nested.back().port2}));
    through = nested.back().port1;
  }
  const auto before = near.buffered_amount();
  through.post_message(parcel());
  CHECK(near.buffered_amount() == before);
  std::vector<message_port> taken{far};
  for (std::size_t i = 0; i < depth; ++i) {
    const auto got = b->receive(taken.back());
    REQUIRE(got);
    taken.push_back((*got)->ports.at(0));
  }
  CHECK(through.buffered_amount() == parcel_bytes());
  REQUIRE(b->receive(taken.back()));
  for (std::size_t i = 0; i < depth; ++i) {
    CAPTURE(i);
    nested[i].port1.post_message(parcel());
    CHECK(nested[i].port1.buffered_amount() == parcel_bytes());
  }
}

TEST_CASE("a port with a full queue cannot hide it inside a message", "[pressure][limits]") {
  test_context context{"context", limits{.queue_bytes_max = 5000}};
  const auto [port1, port2] = context->make_channel();
  const auto inner = context->make_channel();
  for (int i = 0; i < 4; ++i)
    REQUIRE_FALSE(inner.port1.post_message(parcel()));
  REQUIRE_FALSE(port1.post_message(parcel()));
  CHECK(port1.post_message(nullptr, {inner.port2}) == errc::quota_exceeded_error);
  CHECK_FALSE(inner.port2.detached());
  CHECK(port1.buffered_amount() == parcel_bytes());
}

TEST_CASE("sums of a port that travels while others post to it come out even",
          "[pressure][transit][threads]") {
  test_context poster{"poster"};
  test_context left{"left"};
  test_context right{"right"};
  auto [mine, roaming] = connect(poster, left);
  auto [to_right, from_left] = connect(left, right);
  constexpr int trips = 2000;
  int trip = 0;
  std::atomic<bool> done{false};
  // The port goes to and fro, each time by the same channel.
  const auto send_on = [&](const message_port& by) {
    return [&trip, &done, by](message_event& ev) {
      if (++trip == trips)
        done = true;
      else
        by.post_message(nullptr, {ev.ports().at(0)});
    };
  };
  from_left.on_message(send_on(from_left));
  to_right.on_message(send_on(to_right));
  to_right.post_message(nullptr, {roaming});
  {
    running threads{left, right};
    while (!done)
      mine.post_message(parcel());
  }
  settle(left, right);
  CHECK(to_right.buffered_amount() == 0);
  CHECK(from_left.buffered_amount() == 0);
}

// -- limits -------------------------------------------------------------------------------------

struct quota_test {
  test_context a{"a", limits{.posted_bytes_per_context_max = 3 * parcel_bytes()}};
  test_context b{"b"};
  message_channel first = connect(a, b);
  message_channel second = connect(a, b);

  bool full() { return second.port1.post_message(parcel()) == errc::quota_exceeded_error; }
};

TEST_CASE_METHOD(quota_test, "what a context posts through all its ports has one bound",
                 "[pressure][limits]") {
  CHECK_FALSE(first.port1.post_message(parcel()));
  CHECK_FALSE(first.port1.post_message(parcel()));
  CHECK_FALSE(second.port1.post_message(parcel()));
  const auto inner = a->make_channel();
  const auto err = second.port1.post_message(nullptr, {inner.port2});
  CHECK(err == errc::quota_exceeded_error);
  const auto bytes = std::to_string(3 * parcel_bytes());
  CHECK(err.what()
        == "context 'a' has posted " + bytes + " bytes that nobody has taken, the limit is "
             + bytes);
  CHECK_FALSE(inner.port2.detached());
  CHECK(full());
  CHECK(second.port1.buffered_amount() == parcel_bytes());
  REQUIRE(b->receive(first.port2));
  CHECK_FALSE(full());
  CHECK(full());
}

TEST_CASE_METHOD(quota_test, "closing a port does not make its messages forgotten",
                 "[pressure][limits]") {
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(first.port1.post_message(parcel()));
  first.port1.close();
  CHECK(full());
  REQUIRE(b->receive(first.port2));
  CHECK_FALSE(full());
  CHECK(full());
  inbox at{first.port2};
  b->close(close_reason::context_closed);
  CHECK_FALSE(full()); // A closed queue keeps nothing.
}

TEST_CASE_METHOD(quota_test, "a thousand ports that were closed and emptied are forgotten",
                 "[pressure][limits]") {
  for (int i = 0; i < 1000; ++i) {
    const auto made = connect(a, b);
    REQUIRE_FALSE(made.port1.post_message(parcel()));
    made.port1.close();
    inbox at{made.port2};
    settle(a, b);
    REQUIRE(at.seen.size() == 2);
  }
  CHECK_FALSE(full());
}

TEST_CASE_METHOD(quota_test, "a port that moves takes its share along", "[pressure][limits]") {
  test_context c{"c", limits{.posted_bytes_per_context_max = 2 * parcel_bytes() + 1000}};
  for (int i = 0; i < 2; ++i)
    CHECK_FALSE(first.port1.post_message(parcel()));
  const auto moved = ferry{a, c}.carry(first.port1);
  CHECK(moved.post_message(parcel()) == errc::quota_exceeded_error);
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(full());
  CHECK(full());
}

TEST_CASE_METHOD(quota_test, "what a full context posts to nobody is not refused",
                 "[pressure][limits]") {
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(first.port1.post_message(parcel()));
  second.port2.close();
  CHECK_FALSE(second.port1.post_message(parcel()));
  CHECK(first.port1.post_message(parcel()) == errc::quota_exceeded_error);
}

} // namespace
} // namespace hawser
