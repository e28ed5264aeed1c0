// Backpressure: what waits at the peer, and the event when it falls.

#include <atomic>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

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
using test::trace;

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
  const auto kept = boat.unload_with( // A port let go would be looked at anyway.
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

} // namespace
} // namespace hawser
