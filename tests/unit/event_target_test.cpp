#include <memory>
#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "hawser/event.hpp"
#include "hawser/event_target.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::trace;

class target : public event_target {
public:
  using event_target::dispatch_trusted;

  void fire(std::string type) {
    event ev{std::move(type)};
    dispatch_event(ev);
  }

  trace reported;

private:
  void report_exception(const event& ev, std::exception_ptr exception) override {
    try {
      std::rethrow_exception(std::move(exception));
    } catch (const std::exception& thrown) {
      reported.push_back(ev.type() + ": " + thrown.what());
    }
  }
};

struct event_target_test {
  target at;
  trace seen;

  event_listener note(std::string line) {
    return [this, line] { seen.push_back(line); };
  }
};

TEST_CASE_METHOD(event_target_test, "listeners of a type run in the order they were added",
                 "[event_target]") {
  at.add_event_listener("x", note("first"));
  at.add_event_listener("y", note("other type"));
  at.handler("x", note("handler"));
  at.add_event_listener("x", note("last"));
  at.fire("x");
  CHECK(seen == trace{"first", "handler", "last"});
}

TEST_CASE_METHOD(event_target_test, "an event knows its type and, while dispatched, its target",
                 "[event_target]") {
  event ev{"x"};
  at.add_event_listener("x", [this](event& running) {
    CHECK(running.target() == &at);
    CHECK(running.type() == "x");
    CHECK_FALSE(running.trusted());
    running.prevent_default();
    CHECK_FALSE(running.default_prevented());
    seen.emplace_back("ran");
  });
  at.dispatch_event(ev);
  CHECK(ev.target() == nullptr);
  CHECK(seen == trace{"ran"});
}

TEST_CASE_METHOD(event_target_test, "events of the runtime's making are trusted",
                 "[event_target]") {
  at.add_event_listener("x", [this](event& ev) { seen.emplace_back(ev.trusted() ? "yes" : "no"); });
  event ev{"x"};
  at.dispatch_trusted(ev);
  at.dispatch_event(ev);
  CHECK(seen == trace{"yes", "no"});
}

TEST_CASE_METHOD(event_target_test, "a listener for once runs once, even when it dispatches again",
                 "[event_target]") {
  at.add_event_listener(
    "x",
    [this] {
      seen.emplace_back("once");
      at.fire("x");
    },
    listen::once);
  at.add_event_listener("x", note("always"));
  at.fire("x");
  CHECK(seen == trace{"once", "always", "always"});
  CHECK(at.has_listener("x"));
}

TEST_CASE_METHOD(event_target_test, "a removed listener does not run any more", "[event_target]") {
  const auto first = at.add_event_listener("x", note("first"));
  const auto second = at.add_event_listener("x", note("second"));
  at.remove_event_listener(first);
  at.remove_event_listener(first);
  at.remove_event_listener(listener_id::none);
  at.fire("x");
  CHECK(seen == trace{"second"});
  at.remove_event_listener(second);
  CHECK_FALSE(at.has_listener("x"));
}

TEST_CASE_METHOD(event_target_test, "a listener removed during a dispatch is passed over",
                 "[event_target]") {
  listener_id later{};
  at.add_event_listener("x", [&, this] {
    seen.emplace_back("first");
    at.remove_event_listener(later);
  });
  later = at.add_event_listener("x", note("removed"));
  at.add_event_listener("x", note("last"));
  at.fire("x");
  at.fire("x");
  CHECK(seen == trace{"first", "last", "first", "last"});
}

TEST_CASE_METHOD(event_target_test, "a listener may remove itself and stays usable while it runs",
                 "[event_target]") {
  const auto token = std::make_shared<std::string>("still alive");
  const std::weak_ptr<std::string> watch = token;
  auto self = std::make_shared<listener_id>();
  *self = at.add_event_listener("x", [this, self, kept = *token, owned = token] {
    at.remove_event_listener(*self);
    seen.push_back(*owned);
  });
  at.fire("x");
  at.fire("x");
  CHECK(seen == trace{"still alive"});
  CHECK(watch.use_count() == 1); // Only this test's.
}

TEST_CASE_METHOD(event_target_test, "a listener added during a dispatch waits for the next event",
                 "[event_target]") {
  at.add_event_listener(
    "x",
    [this] {
      for (int i = 0; i < 100; ++i) // Enough to move the list about.
        at.add_event_listener("x", note("added"), listen::once);
      seen.emplace_back("adder");
    },
    listen::once);
  at.fire("x");
  CHECK(seen == trace{"adder"});
  at.fire("x");
  CHECK(seen.size() == 101);
}

TEST_CASE_METHOD(event_target_test, "clearing during a dispatch silences what has not run",
                 "[event_target]") {
  at.add_event_listener("x", [this] {
    at.clear_listeners();
    seen.emplace_back("first");
  });
  at.add_event_listener("x", note("cleared"));
  at.fire("x");
  at.fire("x");
  CHECK(seen == trace{"first"});
}

TEST_CASE_METHOD(event_target_test, "clearing one type leaves the others", "[event_target]") {
  at.add_event_listener("x", note("x"));
  at.handler("x", note("x handler"));
  at.add_event_listener("y", note("y"));
  at.clear_listeners("x");
  at.fire("x");
  at.fire("y");
  CHECK(seen == trace{"y"});
}

TEST_CASE_METHOD(event_target_test, "a replaced handler keeps its place", "[event_target]") {
  at.handler("x", note("old"));
  at.add_event_listener("x", note("listener"));
  at.handler("x", note("new"));
  at.fire("x");
  CHECK(seen == trace{"new", "listener"});
  at.handler("x", nullptr);
  at.handler("x", note("again"));
  seen.clear();
  at.fire("x");
  CHECK(seen == trace{"listener", "again"});
}

TEST_CASE_METHOD(event_target_test, "a handler replaced while it runs stays alive and stops there",
                 "[event_target]") {
  at.handler("x", [this, owned = std::make_shared<std::string>("old")] {
    at.handler("x", note("new"));
    at.handler("x", note("newer"));
    seen.push_back(*owned);
  });
  at.fire("x");
  CHECK(seen == trace{"old"});
  at.fire("x");
  CHECK(seen == trace{"old", "newer"});
}

TEST_CASE_METHOD(event_target_test, "an exception is reported and the other listeners run",
                 "[event_target]") {
  at.add_event_listener("x", [] { throw std::runtime_error{"first"}; });
  at.add_event_listener("x", note("second"));
  at.add_event_listener(
    "x", [] { throw std::logic_error{"third"}; }, listen::once);
  at.fire("x");
  at.fire("x");
  CHECK(seen == trace{"second", "second"});
  CHECK(at.reported == trace{"x: first", "x: third", "x: first"});
}

TEST_CASE_METHOD(event_target_test, "stopping keeps later listeners from running",
                 "[event_target]") {
  at.add_event_listener("x", [this](event& ev) {
    ev.stop_immediate_propagation();
    seen.emplace_back("stopper");
  });
  at.add_event_listener("x", note("later"));
  at.fire("x");
  CHECK(seen == trace{"stopper"});
}

TEST_CASE_METHOD(event_target_test, "a listener for one class of event ignores the others",
                 "[event_target]") {
  at.add_event_listener("x", [this](message_event& ev) { seen.push_back(to_string(ev.data())); });
  at.add_event_listener("x", [this](close_event&) { seen.emplace_back("close"); });
  at.add_event_listener("x", [this](error_event& ev) { seen.push_back(ev.message()); });
  at.fire("x");
  CHECK(seen.empty());
  message_event message{"x", {.data = "hello"}};
  at.dispatch_event(message);
  error_event failure{"trouble", {}};
  at.add_event_listener("error", [this](error_event& ev) { seen.push_back(ev.message()); });
  at.dispatch_event(failure);
  CHECK(seen == trace{"hello", "trouble"});
}

TEST_CASE_METHOD(event_target_test, "only error events can be cancelled, by any listener",
                 "[event_target]") {
  const auto prevent = [](event& ev) { ev.prevent_default(); };
  at.add_event_listener("error", prevent);
  at.add_event_listener("message", prevent);
  error_event failure{"trouble", {}};
  CHECK(failure.cancelable());
  CHECK_FALSE(failure.default_prevented());
  at.dispatch_event(failure);
  CHECK(failure.default_prevented());
  message_event message{"message", {}};
  at.dispatch_event(message);
  CHECK_FALSE(message.default_prevented());
}

TEST_CASE("a made message event has the standard's defaults", "[event_target]") {
  const message_event ev{"message", {}};
  CHECK(ev.data().is_undefined());
  CHECK(ev.origin().empty());
  CHECK(ev.last_event_id().empty());
  CHECK_FALSE(ev.source());
  CHECK(ev.ports().empty());
  CHECK_FALSE(ev.port());
  CHECK_FALSE(ev.source_port());
  CHECK_FALSE(ev.bubbles());
  CHECK_FALSE(ev.cancelable());
}

TEST_CASE_METHOD(event_target_test, "a listener's destructor may come back to its target",
                 "[event_target]") {
  struct comes_back {
    target& at;
    trace& seen;
    comes_back(target& where, trace& list) : at(where), seen(list) {}
    ~comes_back() {
      seen.emplace_back("destroyed");
      at.clear_listeners("x");
      at.add_event_listener("x", [&list = seen] { list.emplace_back("late"); });
    }
  };
  at.add_event_listener(
    "x", [owned = std::make_shared<comes_back>(at, seen)] {}, listen::once);
  at.fire("x");
  at.fire("x");
  CHECK(seen == trace{"destroyed", "late"});
}

} // namespace
} // namespace hawser
