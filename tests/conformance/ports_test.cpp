// Channels and ports as objects.

#include <catch2/catch_test_macros.hpp>

#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::ferry;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

TEST_CASE("a new channel has two different ports, entangled, disabled and attached",
          "[port][MP-001]") {
  test_context context;
  const auto [port1, port2] = context->make_channel();
  CHECK(port1 != port2);
  CHECK_FALSE(port1.detached());
  CHECK_FALSE(port2.detached());
  for (const auto& snapshot : context->ports())
    CHECK_FALSE(snapshot.enabled);
}

TEST_CASE("the ends of a new channel are each other's", "[port][MP-001][one_process]") {
  test_context context;
  const auto [port1, port2] = context->make_channel();
  CHECK(context->release(port1).entangled_with(context->release(port2)));
}

TEST_CASE("each port hears the other and never itself", "[port][MP-002]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at1{port1};
  inbox at2{port2};
  port1.post_message("to 2");
  settle(context);
  CHECK(at1.seen.empty());
  CHECK(at2.seen == trace{"to 2"});
  port2.post_message("to 1");
  settle(context);
  CHECK(at1.seen == trace{"to 1"});
  CHECK(at2.seen == trace{"to 2"});
}

TEST_CASE("a channel goes on naming the same ports, even one that has left", "[port][MP-003]") {
  test_context a{"a"};
  test_context b{"b"};
  const auto channel = a->make_channel();
  const auto before = channel.port2;
  ferry{a, b}.carry(channel.port2);
  CHECK(channel.port2 == before);
  CHECK(channel.port2.detached());
  CHECK_FALSE(channel.port1.detached());
}

TEST_CASE("ports work after the channel object is gone", "[port][MP-007]") {
  test_context context;
  message_port port1;
  inbox at;
  {
    const auto channel = context->make_channel();
    port1 = channel.port1;
    at.listen(channel.port2);
  }
  port1.post_message("hello");
  settle(context);
  CHECK(at.seen == trace{"hello"});
}

TEST_CASE("listeners and labels stay behind when a port moves", "[port][MP-008]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [port1, port2] = a->make_channel();
  port2.label("mine");
  int heard = 0;
  port2.add_event_listener("message", [&] { ++heard; });
  port2.add_event_listener("foo", [&] { ++heard; });
  const auto received = ferry{a, b}.carry(port2);
  CHECK(received.label().empty());
  received.start();
  port1.post_message(1);
  settle(a, b);
  event foo{"foo"};
  received.dispatch_event(foo);
  CHECK(heard == 0);
}

TEST_CASE("events of the application's own run their listeners, whatever the queue does",
          "[port][MP-009]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  trace heard;
  port1.add_event_listener("foo", [&](event& ev) { heard.push_back(ev.type()); });
  const auto fire = [&, port = port1] {
    event foo{"foo"};
    port.dispatch_event(foo);
  };
  fire();
  port1.start();
  fire();
  port1.close();
  fire();
  CHECK(heard == trace{"foo", "foo", "foo"});
}

TEST_CASE("a port arrives as a port in a context that exposes nothing", "[port][MP-011]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  auto [port1, port2] = a->make_channel();
  inbox at{far};
  near.post_message(object{{"port", port2}}, {port2});
  settle(a, b);
  REQUIRE(at.ports.size() == 1);
  CHECK(*at.data[0]["port"].get_if<message_port>() == at.ports[0]);
}

TEST_CASE("a context that has asked to close can still make a channel and use it",
          "[port][MP-012]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  bool survived = false;
  port2.on_message([&] {
    context->stop_deliveries();
    auto [late1, late2] = context->make_channel();
    late2.on_message([] {});
    CHECK_FALSE(late1.post_message("never mind"));
    CHECK_FALSE(late1.post_message("not even a port", {late2}));
    late1.close();
    survived = true;
  });
  port1.post_message("close yourself");
  settle(context);
  context->close(close_reason::context_closed);
  auto [dead1, dead2] = context->make_channel();
  CHECK_FALSE(dead1.post_message("nothing"));
  dead2.start();
  CHECK(survived);
}

} // namespace
} // namespace hawser
