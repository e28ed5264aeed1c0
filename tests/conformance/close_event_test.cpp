// The `close` event of ports.

#include <optional>

#include <catch2/catch_test_macros.hpp>

#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::connect;
using test::ferry;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

struct close_event_test {
  test_context a{"a"};
  std::optional<test_context> b{std::in_place, "b"};
  message_channel channel = connect(a, *b);
  message_port port1 = channel.port1;
  message_port port2 = channel.port2;
};

TEST_CASE_METHOD(close_event_test, "strict contexts hear nothing of a peer that closes",
                 "[close_event][CE-002]") {
  a->strict_html(strictness::strict_html);
  (*b)->strict_html(strictness::strict_html);
  inbox first{port1};
  inbox second{port2};
  port1.post_message("before");
  port1.close();
  settle(a, *b);
  CHECK(first.seen.empty());
  CHECK(second.seen == trace{"before"});
  CHECK_FALSE(port2.detached());
}

TEST_CASE_METHOD(close_event_test, "a port hears nothing of its own closing in a strict context",
                 "[close_event][CE-003]") {
  a->strict_html(strictness::strict_html);
  inbox at{port1};
  port1.close();
  settle(a, *b);
  CHECK(at.seen.empty());
}

TEST_CASE_METHOD(close_event_test, "an application's own close event runs in strict contexts too",
                 "[close_event][CE-002]") {
  a->strict_html(strictness::strict_html);
  int ran = 0;
  port1.add_event_listener("close", [&] { ++ran; });
  event own{"close"};
  port1.dispatch_event(own);
  CHECK(ran == 1);
}

TEST_CASE("the other end hears that a port was closed, once", "[close_event][CE-010][CE-011]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox first{port1};
  inbox second{port2};
  port1.close();
  settle(context);
  CHECK(first.seen.empty());
  CHECK(second.seen == trace{"close closed_by_peer"});
}

TEST_CASE_METHOD(close_event_test, "a close in one context is an event in another",
                 "[close_event][CE-012]") {
  inbox first{port1};
  inbox second{port2};
  port1.close();
  settle(a, *b);
  CHECK(first.seen.empty());
  CHECK(second.seen == trace{"close closed_by_peer"});
}

TEST_CASE_METHOD(close_event_test, "a close reaches a port on its way at its new owner",
                 "[close_event][CE-013]") {
  test_context c{"c"};
  ferry boat{*b, c};
  inbox old{port2};
  boat.load(port2);
  port1.close();
  inbox at;
  boat.unload_with([&](const message_port& arrived) { at.listen(arrived); });
  CHECK(at.seen == trace{"close closed_by_peer"});
  CHECK(old.seen.empty());
}

TEST_CASE_METHOD(close_event_test, "the end of a document is an event for the survivor",
                 "[close_event][CE-014]") {
  inbox at{port1};
  SECTION("its window is closed") {
    (*b)->close(close_reason::context_closed);
  }
  SECTION("its frame is taken away") {
    b.reset();
  }
  SECTION("it is replaced by another document") {
    b.reset();
    b.emplace("b");
  }
  settle(a);
  CHECK(at.seen == trace{"close context_closed"});
}

TEST_CASE_METHOD(close_event_test, "a crash of the peer's context is an event for the survivor",
                 "[close_event][CE-015]") {
  inbox at{port1};
  port1.post_message("never taken");
  (*b)->close(close_reason::context_crashed);
  settle(a);
  CHECK(at.seen == trace{"close context_crashed, 1 undelivered"});
}

TEST_CASE_METHOD(close_event_test, "a peer that nobody can use any more closes",
                 "[close_event][CE-016]") {
  inbox at{port1};
  channel = {};
  port2 = {};
  settle(a, *b);
  CHECK(at.seen == trace{"close context_unreachable"});
}

TEST_CASE_METHOD(close_event_test, "a page that rests and comes back keeps its ports open",
                 "[close_event][CE-017]") {
  inbox first{port1};
  inbox second{port2};
  (*b)->suspend();
  settle(a, *b);
  (*b)->resume();
  settle(a, *b);
  CHECK(first.seen.empty());
  CHECK(second.seen.empty());
  port1.post_message("still there?");
  port2.post_message("yes");
  settle(a, *b);
  CHECK(first.seen == trace{"yes"});
  CHECK(second.seen == trace{"still there?"});
}

TEST_CASE_METHOD(close_event_test, "the event has no code, only what we say of it",
                 "[close_event][CE-019]") {
  int checked = 0;
  port1.on_close([&](event& ev) {
    CHECK(ev.type() == "close");
    CHECK(ev.trusted());
    CHECK_FALSE(ev.bubbles());
    CHECK_FALSE(ev.cancelable());
    const auto* close = event_cast<close_event>(ev);
    REQUIRE(close != nullptr);
    CHECK(close->reason() == close_reason::closed_by_peer);
    CHECK(close->undelivered() == 0);
    ++checked;
  });
  port2.close();
  settle(a, *b);
  CHECK(checked == 1);
}

TEST_CASE("the event is a task of its own, never inside the call that closes",
          "[close_event][CE-020]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  auto [ask, answer] = context->make_channel();
  trace seen;
  port2.on_close([&] { seen.emplace_back("close"); });
  answer.on_message([&, port1 = port1](message_event& ev) {
    port1.close();
    seen.push_back("after closing in " + to_string(ev.data()));
  });
  ask.post_message("a listener");
  settle(context);
  CHECK(seen == trace{"after closing in a listener", "close"});
  // Nor where the last handle is dropped.
  auto [other1, other2] = context->make_channel();
  other2.on_close([&] { seen.emplace_back("collected"); });
  other1 = {};
  CHECK(seen.size() == 2);
  settle(context);
  CHECK(seen.back() == "collected");
}

TEST_CASE_METHOD(close_event_test, "everything that was posted before comes first",
                 "[close_event][CE-021]") {
  trace expected;
  for (int i = 0; i < 1000; ++i) {
    port1.post_message(i);
    expected.push_back(std::to_string(i));
  }
  expected.emplace_back("close closed_by_peer");
  SECTION("to a port that is enabled") {
    inbox at{port2};
    port1.close();
    settle(a, *b);
    CHECK(at.seen == expected);
  }
  SECTION("to one that is enabled later") {
    port1.close();
    settle(a, *b);
    inbox at{port2};
    settle(a, *b);
    CHECK(at.seen == expected);
  }
  SECTION("to one that moves in between") {
    test_context c{"c"};
    ferry boat{*b, c};
    boat.load(port2);
    port1.close();
    inbox at{boat.unload()};
    settle(a, *b, c);
    CHECK(at.seen == expected);
  }
}

TEST_CASE_METHOD(close_event_test, "each side has at most one close event",
                 "[close_event][CE-024]") {
  inbox first{port1};
  inbox second{port2};
  SECTION("one side closes twice") {
    port1.close();
    port1.close();
    settle(a, *b);
    port1.close();
    settle(a, *b);
    CHECK(second.seen == trace{"close closed_by_peer"});
  }
  SECTION("the survivor closes after it has heard") {
    port1.close();
    settle(a, *b);
    port2.close();
    settle(a, *b);
    CHECK(second.seen == trace{"close closed_by_peer"});
  }
  SECTION("the peer's context ends after the peer was closed") {
    port1.close();
    a->close(close_reason::context_crashed);
    settle(a, *b);
    CHECK(second.seen == trace{"close closed_by_peer"});
  }
  CHECK(first.seen.empty());
}

} // namespace
} // namespace hawser
