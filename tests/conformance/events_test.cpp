// The message event. HTML #the-messageevent-interface.

#include <cmath>
#include <concepts>
#include <limits>

#include <catch2/catch_test_macros.hpp>

#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::connect;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

// Posts on one port and looks at the event on the other.
struct event_test {
  test_context sender{"sender"};
  test_context receiver{"receiver"};
  message_channel channel = connect(sender, receiver);
  int events = 0;

  template <class Look>
  void post_and_look(const value& data, transfer_list moved, Look look) {
    channel.port2.on_message([this, look](message_event& ev) {
      ++events;
      look(ev);
    });
    const auto refused = channel.port1.post_message(data, std::move(moved));
    REQUIRE_FALSE(refused);
    settle(sender, receiver);
    REQUIRE(events == 1);
  }
};

TEST_CASE_METHOD(event_test, "a message event does not bubble and cannot be cancelled",
                 "[event][EV-001]") {
  post_and_look("x", {}, [](message_event& ev) {
    CHECK(ev.type() == "message");
    CHECK(ev.kind() == event_kind::message);
    CHECK_FALSE(ev.bubbles());
    CHECK_FALSE(ev.cancelable());
  });
}

TEST_CASE_METHOD(event_test, "a port message has no origin, no event id and no source",
                 "[event][EV-002]") {
  post_and_look("x", {}, [](message_event& ev) {
    CHECK(ev.origin().empty());
    CHECK(ev.last_event_id().empty());
    CHECK_FALSE(ev.source());
  });
}

TEST_CASE_METHOD(event_test, "a message without ports has an empty list of them",
                 "[event][EV-003]") {
  STATIC_REQUIRE(std::same_as<decltype(std::declval<const message_event&>().ports()),
                              const std::vector<message_port>&>);
  post_and_look("x", {array_buffer{1}}, [](message_event& ev) { CHECK(ev.ports().empty()); });
}

TEST_CASE_METHOD(event_test, "a message event's target is the receiving port", "[event][EV-006]") {
  const event_target* probed = nullptr;
  channel.port2.add_event_listener("probe", [&](event& ev) { probed = ev.target(); });
  event probe{"probe"};
  CHECK(probe.target() == nullptr);
  channel.port2.dispatch_event(probe);
  CHECK(probe.target() == nullptr);
  post_and_look("x", {}, [&](message_event& ev) {
    CHECK(ev.target() != nullptr);
    CHECK(ev.target() == probed);
    CHECK(ev.port() == channel.port2);
    CHECK(ev.port() != channel.port1);
  });
}

TEST_CASE("what the runtime delivers is trusted, on ports, broadcast channels and windows",
          "[event][EV-007]") {
  test_context context;
  trace seen;
  const auto look = [&seen](const char* where) {
    return [&seen, where](message_event& ev) {
      seen.push_back(where + std::string{ev.trusted() ? " trusted" : " untrusted"});
    };
  };
  const auto [port1, port2] = context->make_channel();
  const auto poster = context->make_broadcast_channel("news");
  const auto listener = context->make_broadcast_channel("news");
  port2.on_message(look("port"));
  listener.on_message(look("broadcast channel"));
  context->window_events().handler("message", look("window"));
  port1.post_message(1);
  settle(context);
  poster.post_message(1);
  settle(context);
  context->window().post_message(1, "*");
  settle(context);
  CHECK(seen == trace{"port trusted", "broadcast channel trusted", "window trusted"});
}

TEST_CASE_METHOD(event_test, "an application's own event is not trusted, and yet handlers run",
                 "[event][EV-008]") {
  message_event own{"message", {.data = 1}};
  CHECK_FALSE(own.trusted());
  bool trusted = true;
  channel.port2.on_message([&](message_event& ev) {
    ++events;
    trusted = ev.trusted();
  });
  channel.port2.dispatch_event(own);
  CHECK(events == 1); // At once, without a turn.
  CHECK_FALSE(trusted);
}

TEST_CASE_METHOD(event_test, "preventing the default has no effect", "[event][EV-009]") {
  int later = 0;
  channel.port2.on_message([](message_event& ev) {
    ev.prevent_default();
    CHECK_FALSE(ev.default_prevented());
  });
  channel.port2.add_event_listener("message", [&](message_event& ev) {
    ++later;
    CHECK_FALSE(ev.default_prevented());
  });
  channel.port1.post_message(1);
  channel.port1.post_message(2);
  settle(sender, receiver);
  CHECK(later == 2);
}

TEST_CASE_METHOD(event_test, "the ports of an event are the transferred ones in their order",
                 "[event][EV-010]") {
  std::vector<message_channel> made;
  made.reserve(3);
  for (int i = 0; i < 3; ++i)
    made.push_back(sender->make_channel());
  // In the data they stand in another order, and one does not stand there at all.
  const array data{made[2].port2, made[0].port2};
  std::vector<message_port> ports;
  post_and_look(data,
                {made[0].port2, array_buffer{1}, made[1].port2, array_buffer{2}, made[2].port2},
                [&](message_event& ev) { ports = ev.ports(); });
  REQUIRE(ports.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const inbox at{ports[i]};
    made[i].port1.post_message(static_cast<int>(i));
    settle(sender, receiver);
    CHECK(at.seen == trace{std::to_string(i)});
  }
}

TEST_CASE_METHOD(event_test, "a port in data and list is received as one port", "[event][EV-011]") {
  const auto [near, far] = sender->make_channel();
  post_and_look(object{{"reply", far}, {"again", far}}, {far}, [](message_event& ev) {
    REQUIRE(ev.ports().size() == 1);
    CHECK(*ev.data()["reply"].get_if<message_port>() == ev.ports()[0]);
    CHECK(*ev.data()["again"].get_if<message_port>() == ev.ports()[0]);
  });
}

TEST_CASE_METHOD(event_test, "a port in the list only is received in the ports only",
                 "[event][EV-012]") {
  const auto [near, far] = sender->make_channel();
  inbox at_near{near};
  post_and_look(object{{"text", "no port here"}}, {far}, [](message_event& ev) {
    CHECK(ev.data() == value{object{{"text", "no port here"}}});
    REQUIRE(ev.ports().size() == 1);
    ev.ports()[0].post_message("it works");
  });
  CHECK(at_near.seen.at(0) == "it works");
}

TEST_CASE("primitive values arrive as what they are", "[event][EV-013]") {
  test_context sender{"sender"};
  test_context receiver{"receiver"};
  const auto [port1, port2] = connect(sender, receiver);
  inbox at{port2};
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  constexpr auto infinity = std::numeric_limits<double>::infinity();
  const std::vector<value> all{value{}, nullptr, false, true, 1, 0, nan, -infinity, 2.5, "", "x"};
  for (const auto& each : all)
    port1.post_message(each);
  settle(sender, receiver);
  REQUIRE(at.data.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(at.data[i].type() == all[i].type());
    CHECK(at.data[i] == all[i]);
  }
  CHECK(at.data[0].is_undefined()); // Not null.
  CHECK(std::isnan(*at.data[6].as<double>()));
}

} // namespace
} // namespace hawser
