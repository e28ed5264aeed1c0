// Backpressure: what waits at the peer, the event when it falls, and the limits.

#include <atomic>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "printing.hpp"
#include "test_context.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

using test::connect;
using test::ferry;
using test::inbox;
using test::running;
using test::settle;
using test::test_context;
using test::trace;

// A message that counts the same each time.
value parcel() {
  return std::string(1000, 'x');
}

std::uint64_t parcel_bytes() {
  static const auto bytes = [] {
    test_context context;
    const auto [port1, port2] = context->make_channel();
    port1.post_message(parcel());
    return port1.buffered_amount();
  }();
  return bytes;
}

// A channel whose receiving side takes as many messages as it is told.
struct pressure_test {
  test_context a{"a"};
  test_context b{"b"};
  message_port near;
  message_port far;
  int lows = 0;

  pressure_test() {
    const auto made = connect(a, b);
    near = made.port1;
    far = made.port2;
  }

  void post(int count) {
    for (int i = 0; i < count; ++i)
      REQUIRE_FALSE(near.post_message(parcel()));
  }

  void take(int count) {
    for (int i = 0; i < count; ++i) {
      auto got = b->receive(far);
      REQUIRE(got);
      REQUIRE(*got);
    }
  }

  void count_lows(std::uint64_t parcels) {
    near.buffered_amount_low_threshold(parcels * parcel_bytes());
    near.on_buffered_amount_low([this] { ++lows; });
  }
};

// -- the amount ---------------------------------------------------------------------------------

TEST_CASE_METHOD(pressure_test, "the amount is what was posted and not taken", "[pressure]") {
  CHECK(near.buffered_amount() == 0);
  post(3);
  CHECK(near.buffered_amount() == 3 * parcel_bytes());
  CHECK(parcel_bytes() >= 1000);
  CHECK(far.buffered_amount() == 0);
  take(1);
  CHECK(near.buffered_amount() == 2 * parcel_bytes());
  take(2);
  CHECK(near.buffered_amount() == 0);
}

TEST_CASE_METHOD(pressure_test, "a message counts as taken when its listeners run, not before",
                 "[pressure]") {
  std::vector<std::uint64_t> left;
  far.on_message([&] { left.push_back(b->ports().at(0).inbound.queued_bytes()); });
  post(2);
  settle(a, b);
  CHECK(left == std::vector<std::uint64_t>{parcel_bytes(), 0});
}

TEST_CASE_METHOD(pressure_test, "a refused post does not count", "[pressure]") {
  post(1);
  const auto other = a->make_channel();
  CHECK(near.post_message(other.port1) == errc::data_clone_error);
  CHECK(near.buffered_amount() == parcel_bytes());
}

TEST_CASE_METHOD(pressure_test, "what a closed peer drops counts no more, nor in statistics",
                 "[pressure][close]") {
  post(3);
  const auto watch = a->observe(near);
  take(1);
  far.close();
  b->close(close_reason::context_closed); // It was draining.
  CHECK(near.buffered_amount() == 0);
  const auto counted = watch.towards(1);
  CHECK(counted.queued_messages() == 0);
  CHECK(counted.queued_bytes() == 0);
  CHECK(counted.posted_messages == 3);
  CHECK(counted.taken_messages == 1);
  CHECK(counted.dropped_messages == 2);
  CHECK(counted.dropped_bytes == 2 * parcel_bytes());
  post(1);
  CHECK(near.buffered_amount() == 0);
}

TEST_CASE("a window that ends counts nothing as queued", "[pressure][close]") {
  test_context a{"a"};
  const auto window = a->window();
  window.post_message("lost", "*");
  CHECK(a->window_inbound().queued_messages() == 1);
  a->close(close_reason::context_closed);
  CHECK(a->window_inbound().queued_messages() == 0);
  CHECK(a->window_inbound().dropped_messages == 1);
}

TEST_CASE_METHOD(pressure_test, "a detached port has nothing buffered", "[pressure]") {
  post(1);
  near.close();
  CHECK(near.buffered_amount() == 0);
  near.buffered_amount_low_threshold(1);
  near.on_buffered_amount_low([] {});
  CHECK(near.buffered_amount_low_threshold() == 0);
}

TEST_CASE_METHOD(pressure_test, "the amount stays right when either side moves", "[pressure]") {
  test_context c{"c"};
  post(3);
  SECTION("the sender") {
    const auto moved = ferry{a, c}.carry(near);
    CHECK(moved.buffered_amount() == 3 * parcel_bytes());
    take(2);
    CHECK(moved.buffered_amount() == parcel_bytes());
    CHECK_FALSE(moved.post_message(parcel()));
    CHECK(moved.buffered_amount() == 2 * parcel_bytes());
  }
  SECTION("the receiver") {
    ferry boat{b, c};
    boat.load(far);
    CHECK(near.buffered_amount() == 3 * parcel_bytes());
    post(1);
    CHECK(near.buffered_amount() == 4 * parcel_bytes());
    far = boat.unload();
    CHECK(near.buffered_amount() == 4 * parcel_bytes());
    inbox at{far};
    settle(a, b, c);
    CHECK(at.seen.size() == 4);
    CHECK(near.buffered_amount() == 0);
  }
}

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

// -- the event ----------------------------------------------------------------------------------

TEST_CASE_METHOD(pressure_test, "the event comes when the amount falls to the threshold, as a task",
                 "[pressure][low]") {
  count_lows(1);
  post(3);
  settle(a);
  take(1);
  settle(a);
  CHECK(lows == 0);
  take(1); // Exactly the threshold is left.
  CHECK(lows == 0);
  settle(a);
  CHECK(lows == 1);
  take(1);
  settle(a);
  CHECK(lows == 1); // It was below already.
  post(2);
  take(2);
  settle(a);
  CHECK(lows == 2);
}

TEST_CASE_METHOD(pressure_test, "an amount that stays at the threshold fires nothing",
                 "[pressure][low]") {
  count_lows(2);
  for (int i = 0; i < 5; ++i) {
    post(2);
    take(2);
  }
  settle(a);
  CHECK(lows == 0);
}

TEST_CASE_METHOD(pressure_test, "several falls before the task are one event", "[pressure][low]") {
  count_lows(0);
  const auto wakes = a.waker().wakes();
  for (int i = 0; i < 5; ++i) {
    post(1);
    take(1);
  }
  CHECK(a.waker().wakes() == wakes + 1);
  settle(a);
  CHECK(lows == 1);
}

TEST_CASE_METHOD(pressure_test, "nobody is woken who does not listen", "[pressure][low]") {
  near.buffered_amount_low_threshold(0);
  post(3);
  take(3);
  CHECK(a.waker().wakes() == 0);
}

TEST_CASE_METHOD(pressure_test, "a listener that comes late hears of the next fall",
                 "[pressure][low]") {
  near.buffered_amount_low_threshold(parcel_bytes());
  post(3);
  near.add_event_listener("bufferedamountlow", [this] { ++lows; });
  take(2);
  settle(a);
  CHECK(lows == 1);
}

TEST_CASE_METHOD(pressure_test, "a listener that was taken away costs nothing any more",
                 "[pressure][low]") {
  near.on_buffered_amount_low([this] { ++lows; });
  near.on_buffered_amount_low(nullptr);
  post(1);
  take(1);
  settle(a);
  CHECK(lows == 0);
  const auto wakes = a.waker().wakes();
  post(1);
  take(1);
  CHECK(a.waker().wakes() == wakes);
}

TEST_CASE_METHOD(pressure_test, "a new threshold counts from where the amount is",
                 "[pressure][low]") {
  count_lows(0);
  post(4);
  near.buffered_amount_low_threshold(10 * parcel_bytes());
  CHECK(near.buffered_amount_low_threshold() == 10 * parcel_bytes());
  take(1);
  settle(a);
  CHECK(lows == 0); // It never was above.
  near.buffered_amount_low_threshold(2 * parcel_bytes());
  take(1);
  settle(a);
  CHECK(lows == 1);
}

TEST_CASE_METHOD(pressure_test, "a port with messages arriving is told before them",
                 "[pressure][low]") {
  inbox at{near};
  near.on_buffered_amount_low([&] { at.seen.emplace_back("low"); });
  far.post_message(1);
  far.post_message(2);
  post(1);
  take(1);
  settle(a);
  CHECK(at.seen == trace{"low", "1", "2"});
}

TEST_CASE_METHOD(pressure_test, "a peer that drops its queue is a fall", "[pressure][low][close]") {
  trace seen;
  near.on_close([&] { seen.emplace_back("close"); });
  near.on_buffered_amount_low([&] { seen.emplace_back("low"); });
  post(2);
  SECTION("closed") {
    far.close();
  }
  SECTION("its context ends") {
    b->close(close_reason::context_crashed);
  }
  settle(a, b);
  CHECK(seen == trace{"low", "close"});
}

TEST_CASE_METHOD(pressure_test, "a port that is read by hand hears of falls too",
                 "[pressure][low]") {
  count_lows(0);
  CHECK_FALSE(a->receive(near));
  post(1);
  take(1);
  settle(a);
  CHECK(lows == 1);
}

TEST_CASE_METHOD(pressure_test, "what the taker of a fall takes is a port in transit",
                 "[pressure][low][transit]") {
  count_lows(0);
  const auto inner = a->make_channel();
  inner.port1.post_message(parcel());
  near.post_message(nullptr, {inner.port2});
  inner.port1.post_message(parcel());
  take(1);
  settle(a);
  CHECK(lows == 1);
}

TEST_CASE_METHOD(pressure_test, "the new owner of a sender hears of the fall the old one awaited",
                 "[pressure][low][transit]") {
  test_context c{"c"};
  count_lows(1);
  post(3);
  ferry boat{a, c};
  int heard = 0;
  SECTION("it falls before the port leaves") {
    take(2);
    boat.load(near);
  }
  SECTION("it falls on the way") {
    boat.load(near);
    take(2);
  }
  SECTION("it falls after the arrival") {
    boat.load(near);
    const auto moved = boat.unload();
    moved.on_buffered_amount_low([&] { ++heard; });
    take(2);
    settle(a, c);
    CHECK(moved.buffered_amount_low_threshold() == parcel_bytes());
    CHECK(heard == 1);
    CHECK(lows == 0);
    return;
  }
  // A listener that is set when the port arrives is there in time.
  boat.unload_with(
    [&](const message_port& port) { port.on_buffered_amount_low([&] { ++heard; }); });
  settle(a, c);
  CHECK(heard == 1);
  CHECK(lows == 0);
}

TEST_CASE("no fall is lost between two threads", "[pressure][low][threads]") {
  test_context producer{"producer"};
  test_context consumer{"consumer"};
  auto [out, in] = connect(producer, consumer);
  constexpr int count = 20'000;
  int sent = 0;
  std::atomic<int> got{0};
  const auto threshold = GENERATE(0u, 1u, 3u) * parcel_bytes();
  out.buffered_amount_low_threshold(threshold);
  // As a producer should: until it is above the threshold, then not before it is told.
  const auto post_some = [&, out = out] {
    do
      out.post_message(parcel());
    while (++sent < count && out.buffered_amount() <= threshold);
  };
  out.on_buffered_amount_low([&] {
    if (sent < count)
      post_some();
  });
  in.on_message([&] { ++got; });
  post_some();
  running threads{producer, consumer};
  threads.until([&] { return got == count; });
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
