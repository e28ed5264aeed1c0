// Closing, and posting on dead ports.

#include <catch2/catch_test_macros.hpp>

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

struct close_test {
  test_context context;
  message_port port1;
  message_port port2;

  close_test() {
    auto made = context->make_channel();
    port1 = made.port1;
    port2 = made.port2;
  }
};

TEST_CASE_METHOD(close_test, "a closed port hears nothing of later posts", "[close][CL-001]") {
  inbox at{port2};
  port2.close();
  CHECK_FALSE(port1.post_message(1));
  settle(context);
  CHECK(at.seen.empty());
}

TEST_CASE_METHOD(close_test, "a closed port posts into the void", "[close][CL-002]") {
  inbox at{port2};
  port1.close();
  CHECK_FALSE(port1.post_message(1));
  settle(context);
  CHECK(at.seen == trace{"close closed_by_peer"});
}

TEST_CASE_METHOD(close_test, "a closed port hears nothing of the new owner of its peer",
                 "[close][CL-003]") {
  test_context other{"other"};
  inbox at{port1};
  port1.close();
  const auto moved = ferry{context, other}.carry(port2);
  CHECK_FALSE(moved.post_message(1));
  settle(context, other);
  CHECK(at.seen.empty());
}

TEST_CASE_METHOD(close_test, "what was posted before closing arrives", "[close][CL-004]") {
  port1.post_message("posted");
  port1.close();
  inbox at{port2};
  settle(context);
  CHECK(at.seen.at(0) == "posted");
}

TEST_CASE("two messages before a close arrive first, across threads, ten thousand times",
          "[close][CL-005]") {
  constexpr int rounds = 10'000;
  test_context sender{"sender"};
  test_context receiver{"receiver"};
  auto [near, far] = connect(sender, receiver);
  std::atomic<int> closed{0};
  int wrong = 0;
  // Each round brings a port, on which two messages and a close follow at once.
  far.on_message([&](message_event& ev) {
    const auto port = ev.ports().at(0);
    const auto heard = std::make_shared<trace>();
    port.on_close([&, heard, port] {
      wrong += *heard == trace{"1", "2"} ? 0 : 1;
      ++closed;
    });
    port.on_message([heard](message_event& inner) { heard->push_back(to_string(inner.data())); });
  });
  auto [again, round] = sender->make_channel();
  round.on_message([&, carrier = near, next = again](message_event& ev) {
    auto [mine, yours] = sender->make_channel();
    carrier.post_message(nullptr, {yours});
    mine.post_message(1);
    mine.post_message(2);
    mine.close();
    if (const auto number = *ev.data().as<int>(); number < rounds)
      next.post_message(number + 1);
  });
  again.post_message(1);
  {
    running threads{sender, receiver};
    threads.until([&] { return closed == rounds; });
  }
  CHECK(wrong == 0);
}

TEST_CASE_METHOD(close_test, "closing twice is closing once", "[close][CL-006]") {
  inbox at{port2};
  port1.close();
  port1.close();
  settle(context);
  port1.close();
  settle(context);
  CHECK(at.seen == trace{"close closed_by_peer"});
}

TEST_CASE_METHOD(close_test, "closing detaches this side, not the other", "[close][CL-007]") {
  auto carrier = context->make_channel();
  port1.close();
  CHECK(port1.detached());
  CHECK_FALSE(port2.detached());
  CHECK(carrier.port1.post_message(nullptr, {port1}) == errc::data_clone_error);
  CHECK_FALSE(carrier.port1.post_message(nullptr, {port2}));
}

TEST_CASE_METHOD(close_test, "closing takes effect before it returns", "[close][CL-008]") {
  auto carrier = context->make_channel();
  port2.start();
  port1.post_message("still waiting there");
  port2.close();
  CHECK(port2.detached());
  CHECK(carrier.port1.post_message(nullptr, {port2}) == errc::data_clone_error);
  CHECK_FALSE(context->release(port2));
}

TEST_CASE_METHOD(close_test, "messages in a disabled queue are lost when it is closed",
                 "[close][CL-009]") {
  inbox peer{port1};
  trace seen;
  port2.add_event_listener("message",
                           [&](message_event& ev) { seen.push_back(to_string(ev.data())); });
  port1.post_message(1);
  port2.close();
  port2.start();
  settle(context);
  CHECK(seen.empty());
  CHECK(peer.seen == trace{"close closed_by_peer, 1 undelivered"});
}

TEST_CASE_METHOD(close_test, "messages in an enabled queue are delivered after it is closed",
                 "[close][CL-010]") {
  trace seen;
  port2.on_message([&](message_event& ev) {
    seen.push_back(to_string(ev.data()));
    ev.port().close();
    seen.emplace_back("closed");
  });
  port1.post_message(1);
  port1.post_message(2);
  settle(context);
  CHECK(seen == trace{"1", "closed", "2", "closed"});
}

TEST_CASE("a close during a flood from another thread cuts it at one place", "[close][CL-011]") {
  constexpr std::size_t rounds = 200;
  constexpr int flood = 500;
  test_context sender{"sender"};
  test_context receiver{"receiver"};
  std::vector<std::atomic<int>> posted(rounds);
  std::vector<int> delivered(rounds, 0);
  std::vector<int> bound(rounds, 0); // What had been posted when the port was closed.
  std::vector<message_port> starters;
  std::atomic<std::size_t> told{0};
  std::atomic<std::size_t> finished{0};
  int out_of_order = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    auto [near, far] = connect(sender, receiver);
    near.on_close([&] { ++told; });
    far.on_message([&, round](message_event& ev) {
      out_of_order += ev.data() == delivered[round] ? 0 : 1;
      ++delivered[round];
      if (ev.data() == 5) {
        ev.port().close();
        bound[round] = posted[round];
      }
    });
    auto [tick, tock] = sender->make_channel();
    tock.on_message([&, round, near = near, tick = tick] {
      for (int i = 0; i < 20 && posted[round] < flood; ++i)
        near.post_message(posted[round]++);
      if (posted[round] < flood)
        tick.post_message(nullptr);
      else
        ++finished;
    });
    tick.post_message(nullptr);
    starters.push_back(tick);
  }
  {
    running threads{sender, receiver};
    threads.until([&] { return told == rounds && finished == rounds; });
  }
  CHECK(out_of_order == 0);
  for (std::size_t round = 0; round < rounds; ++round) {
    CHECK(delivered[round] >= 6);
    CHECK(delivered[round] <= bound[round]);
  }
}

TEST_CASE_METHOD(close_test, "a survivor's posts are discarded, not kept", "[close][CL-012]") {
  inbox at{port1};
  const auto watch = context->observe(port1);
  port2.close();
  settle(context);
  CHECK(at.seen == trace{"close closed_by_peer"});
  for (int i = 0; i < 1000; ++i)
    CHECK_FALSE(port1.post_message(std::string(1000, 'x')));
  CHECK(watch.towards(1).queued_messages() == 0);
  CHECK(watch.towards(1).queued_bytes() == 0);
}

TEST_CASE_METHOD(close_test, "a disentangled port posts without effect", "[close][CL-013]") {
  inbox at{port2};
  const auto taken = context->release(port1);
  CHECK_FALSE(port1.post_message(1));
  settle(context);
  CHECK(at.seen.empty());
}

TEST_CASE_METHOD(close_test, "a port that was posted arrives though its carrier closes",
                 "[close][CL-014]") {
  auto [inner1, inner2] = context->make_channel();
  port1.post_message(nullptr, {inner2});
  port1.close();
  inbox at{port2};
  settle(context);
  REQUIRE(at.ports.size() == 1);
  inbox inner{at.ports[0]};
  inner1.post_message("works");
  settle(context);
  CHECK(inner.seen == trace{"works"});
}

} // namespace
} // namespace hawser
