// The port message queue: disabled, enabled, started.

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

/// A context with a channel, and a listener on `port2` that does not enable it.
struct queue_test {
  test_context context;
  message_port port1;
  message_port port2;
  trace seen;

  queue_test() {
    auto made = context->make_channel();
    port1 = made.port1;
    port2 = made.port2;
  }

  event_listener note(std::string prefix = {}) {
    return [this, prefix](message_event& ev) { seen.push_back(prefix + to_string(ev.data())); };
  }

  void post(std::initializer_list<value> messages) {
    for (const auto& message : messages)
      port1.post_message(message);
  }

  bool enabled() { return context->ports().at(1).enabled; }
};

TEST_CASE_METHOD(queue_test, "a listener alone hears nothing", "[port][MQ-001]") {
  port2.add_event_listener("message", note());
  post({1, 2});
  settle(context);
  CHECK(seen.empty());
  CHECK(context->ports().at(1).inbound.queued_messages() == 2);
}

TEST_CASE_METHOD(queue_test, "messages wait until the port is started", "[port][MQ-002]") {
  port2.add_event_listener("message", note());
  post({1, 2, 3});
  settle(context);
  port2.start();
  settle(context);
  CHECK(seen == trace{"1", "2", "3"});
}

TEST_CASE_METHOD(queue_test, "starting again changes nothing", "[port][MQ-003]") {
  port2.add_event_listener("message", note());
  port2.start();
  post({1, 2});
  port2.start();
  settle(context);
  port2.start();
  settle(context);
  CHECK(seen == trace{"1", "2"});
}

TEST_CASE_METHOD(queue_test, "the first message handler enables the queue", "[port][MQ-004]") {
  CHECK_FALSE(enabled());
  port2.on_message(note());
  CHECK(enabled());
  post({1});
  settle(context);
  CHECK(seen == trace{"1"});
}

TEST_CASE_METHOD(queue_test, "a message handler gets what was posted before it", "[port][MQ-005]") {
  post({1});
  settle(context);
  port2.on_message(note());
  settle(context);
  CHECK(seen == trace{"1"});
}

TEST_CASE_METHOD(queue_test, "a handler that replaces itself leaves its message to nobody else",
                 "[port][MQ-006]") {
  port2.on_message([this] {
    seen.emplace_back("A");
    port2.on_message([this] { seen.emplace_back("B"); });
  });
  post({1});
  settle(context);
  CHECK(seen == trace{"A"});
}

TEST_CASE_METHOD(queue_test, "other handlers and listeners leave the queue disabled",
                 "[port][MQ-007]") {
  port2.on_message_error([] {});
  port2.on_close([] {});
  port2.add_event_listener("message", note());
  port2.add_event_listener("messageerror", note());
  CHECK_FALSE(enabled());
  post({1});
  settle(context);
  CHECK(seen.empty());
}

TEST_CASE_METHOD(queue_test, "an enabled queue without a listener loses what arrives",
                 "[port][MQ-009]") {
  port2.start();
  post({1});
  settle(context);
  port2.add_event_listener("message", note());
  settle(context);
  post({2});
  settle(context);
  CHECK(seen == trace{"2"});
}

TEST_CASE_METHOD(queue_test, "taking the handler away does not disable the queue",
                 "[port][MQ-010]") {
  port2.on_message(note());
  port2.on_message(nullptr);
  CHECK(enabled());
  post({"lost"});
  settle(context);
  port2.on_message(note());
  settle(context);
  CHECK(seen.empty());
}

TEST_CASE_METHOD(queue_test, "a listener added after starting, in the same task, is in time",
                 "[port][MQ-011]") {
  post({1});
  port2.start();
  port2.add_event_listener("message", note());
  settle(context);
  CHECK(seen == trace{"1"});
}

TEST_CASE_METHOD(queue_test, "a port that was enabled arrives disabled", "[port][MQ-012]") {
  test_context other{"other"};
  port2.on_message(note("old "));
  const auto received = ferry{context, other}.carry(port2);
  CHECK_FALSE(other->ports().back().enabled);
  received.add_event_listener("message", note("new "));
  post({1});
  settle(context, other);
  CHECK(seen.empty());
  received.start();
  settle(context, other);
  CHECK(seen == trace{"new 1"});
}

TEST_CASE_METHOD(queue_test, "a received port that is never enabled collects everything",
                 "[port][MQ-013]") {
  test_context other{"other"};
  test_context third{"third"};
  auto received = ferry{context, other}.carry(port2);
  trace expected;
  for (int i = 0; i < 5000; ++i) {
    port1.post_message(i);
    expected.push_back(std::to_string(i));
  }
  settle(context, other);
  SECTION("and delivers it when enabled") {
    received.on_message(note());
  }
  SECTION("and takes it along when it moves on") {
    received = ferry{other, third}.carry(received);
    received.on_message(note());
  }
  settle(context, other, third);
  CHECK(seen == expected);
}

TEST_CASE_METHOD(queue_test, "a closed port may be started", "[port][MQ-014]") {
  port2.close();
  port2.start();
  port2.start();
  settle(context);
  CHECK(port2.detached());
}

TEST_CASE_METHOD(queue_test, "a closed port takes listeners and handlers that never run",
                 "[port][MQ-015]") {
  port2.close();
  const auto id = port2.add_event_listener("message", note());
  port2.remove_event_listener(id);
  port2.on_message(note());
  port2.on_message(nullptr);
  port2.on_message(note());
  port2.on_message_error(note());
  port2.on_close(note());
  post({1});
  settle(context);
  CHECK(seen.empty());
}

TEST_CASE_METHOD(queue_test, "a port enabled beforehand delivers one task a message",
                 "[port][MQ-016]") {
  port2.on_message(note());
  post({1});
  settle(context);
  post({2, 3});
  CHECK(context->run_turn(1));
  CHECK(seen == trace{"1", "2"});
  CHECK(context->run_turn(1));
  CHECK(seen == trace{"1", "2", "3"});
}

TEST_CASE_METHOD(queue_test, "handler and listeners each run once, in order, with one event",
                 "[port][MQ-017]") {
  std::vector<const event*> events;
  const auto remember = [&](std::string name) {
    return [&, name](event& ev) {
      seen.push_back(name);
      events.push_back(&ev);
    };
  };
  port2.add_event_listener("message", remember("first"));
  port2.on_message(remember("handler"));
  port2.add_event_listener("message", remember("last"));
  post({1});
  settle(context);
  CHECK(seen == trace{"first", "handler", "last"});
  CHECK(events == std::vector<const event*>(3, events.at(0)));
}

TEST_CASE_METHOD(queue_test, "starting delivers nothing before it returns", "[port][MQ-018]") {
  post({1, 2});
  port2.add_event_listener("message", note());
  port2.start();
  CHECK(seen.empty());
  port2.on_message(note());
  CHECK(seen.empty());
  settle(context);
  CHECK(seen.size() == 4);
}

TEST_CASE_METHOD(queue_test, "of a handler set many times the latest runs", "[port][MQ-020]") {
  for (int i = 0; i < 1000; ++i) {
    port2.on_message(note("handler " + std::to_string(i) + ": "));
    if (i % 3 == 0)
      port2.on_message(nullptr);
  }
  port2.on_message(note("latest: "));
  post({1});
  settle(context);
  CHECK(seen == trace{"latest: 1"});
}

TEST_CASE_METHOD(queue_test, "a handler can answer through its event alone", "[port][MQ-023]") {
  inbox answers{port1};
  port2.on_message([this](message_event& ev) {
    CHECK(ev.port() == port2);
    CHECK(ev.target() != nullptr);
    ev.port().post_message("answer");
  });
  post({"question"});
  settle(context);
  CHECK(answers.seen == trace{"answer"});
}

} // namespace
} // namespace hawser
