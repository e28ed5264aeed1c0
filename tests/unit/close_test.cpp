#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "printing.hpp"
#include "test_context.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

TEST_CASE("the peer of a closed port gets what was posted, then close", "[close]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  near.post_message(1);
  near.post_message(2);
  near.close();
  CHECK(near.detached());
  inbox at{far};
  settle(a, b);
  CHECK(at.seen == trace{"1", "2", "close closed_by_peer"});
  CHECK_FALSE(far.detached());
}

TEST_CASE("close comes to a disabled port when nothing waits before it", "[close]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  trace seen;
  port2.on_close([&](close_event& ev) { seen.emplace_back(to_string(ev.reason())); });
  SECTION("an empty queue") {
    port1.close();
    settle(context);
    CHECK(seen == trace{"closed_by_peer"});
  }
  SECTION("a queue that must be taken first") {
    port1.post_message(1);
    port1.close();
    settle(context);
    CHECK(seen.empty());
    port2.start();
    settle(context);
    CHECK(seen == trace{"closed_by_peer"});
  }
}

TEST_CASE("closing a context does not wake it", "[close]") {
  test_context a{"a"};
  test_context b{"b"};
  message_port far;
  message_channel own;
  SECTION("though its listeners drop the last handles of their ports") {
    const auto made = connect(a, b);
    made.port1.on_message([held = made.port1] { static_cast<void>(held); });
    far = made.port2;
  }
  SECTION("though its ports lose their peers in it") {
    own = a->make_channel();
  }
  settle(a, b);
  const auto wakes = a.waker().wakes();
  a->close(close_reason::context_closed);
  CHECK(a.waker().wakes() == wakes);
}

TEST_CASE("a port whose peer closed while it travelled hears of it unasked", "[close]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [port1, port2] = a->make_channel();
  auto travelling = a->release(port2);
  port1.close();
  const auto received = b->adopt(std::move(travelling));
  trace seen;
  received.on_close([&] { seen.emplace_back("close"); });
  settle(a, b);
  CHECK(seen == trace{"close"});
}

TEST_CASE("close comes once, and to one side only", "[close]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox first{port1};
  inbox second{port2};
  port1.close();
  port1.close();
  settle(context);
  port2.close();
  settle(context);
  CHECK(first.seen.empty());
  CHECK(second.seen == trace{"close closed_by_peer"});
}

TEST_CASE("both sides closing tells nobody", "[close]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox first{port1};
  inbox second{port2};
  port1.close();
  port2.close();
  settle(context);
  CHECK(first.seen.empty());
  CHECK(second.seen.empty());
  CHECK(context->statistics().ports == 0);
}

TEST_CASE("messages waiting in an enabled queue outlive its closing", "[close]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  inbox peer{port1};
  port1.post_message(1);
  port1.post_message(2);
  port2.close();
  port1.post_message("too late");
  CHECK(at.seen.empty());
  CHECK(context->statistics().ports == 2);
  settle(context);
  CHECK(at.seen == trace{"1", "2"});
  CHECK(peer.seen == trace{"close closed_by_peer"});
  CHECK(context->statistics().ports == 1);
}

TEST_CASE("messages waiting in a disabled queue are lost and counted", "[close]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox peer{port1};
  port1.post_message(1);
  port1.post_message(2);
  port2.close();
  settle(context);
  CHECK(peer.seen == trace{"close closed_by_peer, 2 undelivered"});
}

TEST_CASE("a context that ends tells every peer why and what it did not take", "[close]") {
  for (const auto reason : {close_reason::context_closed, close_reason::context_crashed}) {
    test_context a{"a"};
    test_context b{"b"};
    auto first = connect(a, b);
    auto second = connect(a, b);
    inbox peers{first.port1};
    peers.listen(second.port1);
    inbox enabled{second.port2};
    first.port1.post_message("waits");
    second.port1.post_message("waits, enabled");
    b->close(reason);
    CHECK(b->closed());
    CHECK(first.port2.detached());
    settle(a, b);
    const auto line = "close " + std::string{to_string(reason)} + ", 1 undelivered";
    CHECK(peers.seen == trace{line, line});
    CHECK(enabled.seen.empty());
  }
}

TEST_CASE("an ended context delivers nothing and its handles do no harm", "[close]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  port1.post_message("lost");
  context->close(close_reason::context_closed);
  context->close(close_reason::context_crashed);
  settle(context);
  CHECK(at.seen.empty());
  CHECK_FALSE(port1.post_message("nothing"));
  port1.start();
  port1.close();
  port1.on_message([] {});
  CHECK(port1.detached());
  CHECK(context->ports().empty());
  CHECK_FALSE(context->release(port1));
  auto late = context->make_channel();
  CHECK(late.port1.detached());
}

TEST_CASE("what an ended context would adopt is closed", "[close]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [port1, port2] = a->make_channel();
  inbox peer{port1};
  auto end = a->release(port2);
  b->close(close_reason::context_closed);
  const auto adopted = b->adopt(std::move(end));
  CHECK(adopted.detached());
  settle(a, b);
  CHECK(peer.seen == trace{"close context_closed"});
}

TEST_CASE("a context may end inside one of its listeners", "[close]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  trace seen;
  inbox peer{near};
  far.on_message([&](message_event& ev) {
    seen.push_back(to_string(ev.data()));
    b->close(close_reason::context_closed);
    CHECK(ev.port().detached());
    CHECK_FALSE(ev.port().post_message("nothing"));
  });
  far.add_event_listener("message", [&] { seen.emplace_back("second listener"); });
  near.post_message(1);
  near.post_message(2);
  settle(a, b);
  CHECK(seen == trace{"1"});
  CHECK(peer.seen == trace{"close context_closed, 1 undelivered"});
}

TEST_CASE("a registry that is destroyed closes its ports", "[close]") {
  test_context a{"a"};
  inbox peer;
  message_port survivor;
  {
    test_context b{"b"};
    auto [near, far] = connect(a, b);
    peer.listen(near);
    survivor = far;
  }
  settle(a);
  CHECK(peer.seen == trace{"close context_closed"});
  CHECK(survivor.detached());
  CHECK(to_string(survivor) == "MessagePort 1");
}

// -- handles ------------------------------------------------------------------------------------

TEST_CASE("a port without a handle or a message listener is closed", "[close][handles]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox peer{port1};
  auto copy = port2;
  port2 = {};
  settle(context);
  CHECK(peer.seen.empty());
  copy = {};
  settle(context);
  CHECK(peer.seen == trace{"close context_unreachable"});
  CHECK(context->statistics().ports == 1);
}

TEST_CASE("a message listener keeps a port without handles", "[close][handles]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox peer{port1};
  inbox at{port2};
  port2 = {};
  settle(context);
  port1.post_message("still here");
  settle(context);
  CHECK(at.seen == trace{"still here"});
  CHECK(peer.seen.empty());
}

TEST_CASE("a close listener alone does not keep a port", "[close][handles]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox peer{port1};
  port2.on_close([] {});
  port2 = {};
  settle(context);
  CHECK(peer.seen == trace{"close context_unreachable"});
}

TEST_CASE("a value that holds a port keeps it", "[close][handles]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox peer{port1};
  value holder{array{port2}};
  port2 = {};
  settle(context);
  CHECK(peer.seen.empty());
  holder = {};
  settle(context);
  CHECK(peer.seen == trace{"close context_unreachable"});
}

TEST_CASE("an enabled queue is emptied before an unreachable port goes", "[close][handles]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox peer{port1};
  trace seen;
  port2.add_event_listener(
    "message", [&](message_event& ev) { seen.push_back(to_string(ev.data())); }, listen::once);
  port2.start();
  const auto messages = GENERATE(1, 2, 3);
  for (int i = 1; i <= messages; ++i)
    port1.post_message(i);
  port2 = {};
  settle(context);
  CHECK(seen == trace{"1"});
  CHECK(peer.seen == trace{"close context_unreachable"});
}

TEST_CASE("ports that arrive and are not kept are closed", "[close][handles]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  auto [inner1, inner2] = a->make_channel();
  inbox peer{inner1};
  far.on_message([] {});
  near.post_message("take it", {inner2});
  settle(a, b);
  CHECK(peer.seen == trace{"close context_unreachable"});
}

TEST_CASE("after close, listeners that hold their own port let go of it", "[close][handles]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  const auto token = std::make_shared<int>(0);
  port2.on_message([port2 = port2, token] {});
  port2.on_close([port2 = port2, token] {});
  port2 = {};
  port1.close();
  settle(context);
  CHECK(token.use_count() == 1);
  CHECK(context->statistics().ports == 0);
}

TEST_CASE("a port that closes or leaves lets go of what its channel's listeners hold",
          "[close][handles]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  auto [carrier, far] = context->make_channel();
  const auto token = std::make_shared<int>(0);
  int heard = 0;
  for (const auto& port : {port1, port2}) {
    port.on_message([token] {});
    port.on_message_error([token] {});
    port.on_close([token] {});
    port.add_event_listener("foo", [&] { ++heard; });
  }
  CHECK(token.use_count() == 7);
  carrier.post_message(nullptr, {port2});
  CHECK(token.use_count() == 4);
  port1.close();
  CHECK(token.use_count() == 1);
  event foo{"foo"};
  port1.dispatch_event(foo);
  port2.dispatch_event(foo);
  CHECK(heard == 2);
}

// -- messages that carry ports ------------------------------------------------------------------

TEST_CASE("a port in a message that is lost is closed", "[close]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  auto [inner1, inner2] = a->make_channel();
  inbox peer{inner1};
  near.post_message(nullptr, {inner2});
  inner1.post_message("waits in the inner port");
  SECTION("the carrier is closed, disabled") {
    far.close();
  }
  SECTION("the carrier's context ends") {
    b->close(close_reason::context_closed);
  }
  settle(a, b);
  CHECK(peer.seen == trace{"close undeliverable, 1 undelivered"});
}

TEST_CASE("ports nested ten thousand deep in messages are closed on a small stack", "[close]") {
  constexpr int levels = 10'000;
  test_context context;
  std::vector<message_port> senders;
  auto [outermost, nested] = context->make_channel();
  for (int i = 0; i < levels; ++i) {
    auto carrier = context->make_channel();
    carrier.port1.post_message(i, {nested});
    senders.push_back(carrier.port1);
    nested = carrier.port2;
  }
  inbox peers{outermost};
  for (const auto& sender : senders)
    peers.listen(sender);
  test::run_on_small_stack(std::size_t{128} << 10, [&, port = nested] { port.close(); });
  settle(context);
  CHECK(peers.seen.size() == levels + 1);
  CHECK(peers.seen.back() == "close undeliverable");
}

} // namespace
} // namespace hawser
