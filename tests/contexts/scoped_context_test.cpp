// Contexts for `main` and for tests.

#include <chrono>
#include <stdexcept>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "test_system.hpp"

using namespace hawser;
using test::lines;

namespace {

// Sends back what arrives on the ports it is handed.
void echo(browsing_context* self) {
  self->on_message([](message_event& ev) {
    for (const auto& port : ev.ports())
      port.on_message([port](message_event& inner) { port.post_message(inner.data()); });
  });
}

constexpr std::chrono::milliseconds soon{5};

} // namespace

TEST_CASE("receive waits for the next message of a port", "[contexts][scoped]") {
  test::test_system sys;
  scoped_context main{*sys};
  auto [mine, its] = main.make_channel();
  CHECK_FALSE(main.open("https://echo.example/", echo).post_message(nullptr, "*", {its}));
  // Many rounds, for each is a chance to miss a wake-up.
  for (int i = 0; i < 5000; ++i) {
    REQUIRE_FALSE(mine.post_message(i));
    const auto got = main.receive(mine, test::patience);
    REQUIRE(got);
    REQUIRE(got->data == i);
  }
}

TEST_CASE("receive gives up at its deadline and can be called again", "[contexts][scoped]") {
  test::test_system sys;
  scoped_context main{*sys};
  auto [port1, port2] = main.make_channel();
  port2.label("quiet");
  const auto nothing = main.receive(port2, soon);
  REQUIRE_FALSE(nothing);
  CHECK(to_string(nothing.error())
        == "TimeoutError: no message arrived on MessagePort 2 'quiet' in time");
  CHECK_FALSE(port1.post_message("late"));
  // A message that waits already is taken whatever the deadline.
  const auto late = main.receive(port2, std::chrono::steady_clock::now() - soon);
  REQUIRE(late);
  CHECK(late->data == "late");
}

TEST_CASE("receive hands out what was posted before the close, then the reason",
          "[contexts][scoped]") {
  test::test_system sys;
  scoped_context main{*sys};
  auto [mine, its] = main.make_channel();
  const auto peer = main.open("https://peer.example/", [](browsing_context* self) {
    self->on_message([self](message_event& ev) {
      ev.ports().at(0).post_message(1);
      ev.ports().at(0).post_message(2);
      self->close();
    });
  });
  CHECK_FALSE(peer.post_message(nullptr, "*", {its}));
  for (int i = 1; i <= 2; ++i) {
    const auto got = main.receive(mine, test::patience);
    REQUIRE(got);
    CHECK(got->data == i);
  }
  const auto ended = main.receive(mine, test::patience);
  REQUIRE_FALSE(ended);
  CHECK(to_string(ended.error())
        == "InvalidStateError: the channel of MessagePort 1 has ended: context_closed");
}

TEST_CASE("receive on a port that is closed or was transferred is an error", "[contexts][scoped]") {
  test::test_system sys;
  scoped_context main{*sys};
  auto [port1, port2] = main.make_channel();
  port1.close();
  const auto closed = main.receive(port1, test::patience);
  REQUIRE_FALSE(closed);
  CHECK(to_string(closed.error())
        == "InvalidStateError: MessagePort 1 is closed or was transferred");
}

TEST_CASE("receive takes ports along with a message", "[contexts][scoped]") {
  test::test_system sys;
  scoped_context main{*sys};
  auto [mine, its] = main.make_channel();
  const auto peer = main.open("https://peer.example/", [](browsing_context* self) {
    self->on_message([self](message_event& ev) {
      auto [one, two] = self->make_channel();
      one.on_message([one = one](message_event& asked) { one.post_message(asked.data()); });
      ev.ports().at(0).post_message("a port", {two});
    });
  });
  CHECK_FALSE(peer.post_message(nullptr, "*", {its}));
  const auto got = main.receive(mine, test::patience);
  REQUIRE(got);
  REQUIRE(got->ports.size() == 1);
  CHECK_FALSE(got->ports[0].post_message("over the new one"));
  const auto answer = main.receive(got->ports[0], test::patience);
  REQUIRE(answer);
  CHECK(answer->data == "over the new one");
}

TEST_CASE("while one port is awaited, events of others are delivered", "[contexts][scoped]") {
  test::test_system sys;
  lines seen;
  scoped_context main{*sys};
  auto [events1, events2] = main.make_channel();
  auto [mine, its] = main.make_channel();
  events2.on_message([&](message_event& ev) { seen.push_back("port " + to_string(ev.data())); });
  main.on_message([&](message_event& ev) { seen.push_back("window " + to_string(ev.data())); });
  CHECK_FALSE(events1.post_message(1));
  CHECK_FALSE(main.window().post_message(2));
  CHECK_FALSE(main.receive(mine, soon));
  CHECK(seen == lines{"port 1", "window 2"});
}

TEST_CASE("run_until delivers events until the condition holds or time is up",
          "[contexts][scoped]") {
  test::test_system sys;
  int heard = 0;
  scoped_context main{*sys};
  auto [mine, its] = main.make_channel();
  mine.on_message([&] { ++heard; });
  CHECK_FALSE(main.open("https://echo.example/", echo).post_message(nullptr, "*", {its}));
  for (int i = 0; i < 10; ++i)
    CHECK_FALSE(mine.post_message(i));
  CHECK(main.run_until([&] { return heard == 10; }, test::patience));
  CHECK_FALSE(main.run_until([&] { return heard == 11; }, soon));
  CHECK(main.run_until([] { return true; }, std::chrono::steady_clock::now() - soon));
}

TEST_CASE("run_until stops after the event that made its condition true", "[contexts][scoped]") {
  test::test_system sys;
  int heard = 0;
  scoped_context main{*sys};
  auto [port1, port2] = main.make_channel();
  port2.on_message([&] { ++heard; });
  for (int i = 0; i < 10; ++i)
    CHECK_FALSE(port1.post_message(i));
  CHECK(main.run_until([&] { return heard == 3; }, test::patience));
  CHECK(heard == 3);
}

TEST_CASE("a deadline holds even when events never stop", "[contexts][scoped]") {
  test::test_system sys;
  scoped_context main{*sys};
  auto [port1, port2] = main.make_channel();
  port2.on_message([port1 = port1] { port1.post_message("for ever"); });
  CHECK_FALSE(port1.post_message("for ever"));
  CHECK_FALSE(main.run_until([] { return false; }, soon));
}

TEST_CASE("scoped contexts of one thread nest", "[contexts][scoped]") {
  test::test_system sys;
  scoped_context outer{*sys, "https://outer.example/"};
  auto [outer1, outer2] = outer.make_channel();
  {
    scoped_context inner{*sys, "https://inner.example/"};
    lines seen;
    inner.on_message(
      [&](message_event& ev) { seen.push_back(to_string(ev.data()) + " from " + ev.origin()); });
    CHECK_FALSE(inner.window().post_message("inner to itself"));
    CHECK(inner.run_until([&] { return seen.size() == 1; }, test::patience));
    CHECK(seen == lines{"inner to itself from https://inner.example"});
    CHECK(sys->contexts().size() == 2);
  }
  CHECK(sys->contexts().size() == 1);
  CHECK_FALSE(outer1.post_message("outer again"));
  const auto got = outer.receive(outer2, test::patience);
  REQUIRE(got);
  CHECK(got->data == "outer again");
}

TEST_CASE("the end of a scoped context ends what is nested in it and closes its ports",
          "[contexts][scoped]") {
  test::notebook notes;
  test::test_system sys;
  window_proxy nested;
  const auto watcher = sys->open("https://watcher.example/", [&](browsing_context* self) {
    self->on_message([&](message_event& ev) {
      const auto port = ev.ports().at(0);
      port.on_close(
        [&, port](close_event& gone) { notes.add(std::string{to_string(gone.reason())}); });
    });
  });
  {
    scoped_context main{*sys};
    nested = main.open("https://nested.example/", nullptr);
    auto [mine, its] = main.make_channel();
    CHECK_FALSE(watcher.post_message(nullptr, "*", {its}));
  }
  CHECK(notes.await(1) == lines{"context_closed"});
  sys->close_all();
  REQUIRE(sys.all_end());
  CHECK(nested.closed());
}

TEST_CASE("an error in a listener of a scoped context reaches its hook and the log",
          "[contexts][scoped]") {
  test::test_system sys;
  lines seen;
  scoped_context main{*sys};
  main.on_error([&](error_event& ev) { seen.push_back(ev.message()); });
  main.on_message([] { throw std::runtime_error{"in main"}; });
  CHECK_FALSE(main.window().post_message(1));
  CHECK(main.run_until([&] { return !seen.empty(); }, test::patience));
  CHECK(seen == lines{"window: in main"});
  CHECK(sys.log()
        == lines{"[error] [context] listener_threw: context 'main': a listener of 'message' at "
                 "window threw: in main"});
}

TEST_CASE("two threads have a scoped context each and talk", "[contexts][scoped]") {
  test::test_system sys;
  scoped_context main{*sys};
  auto [mine, its] = main.make_channel();
  test::notebook notes;
  test::gate known;
  window_proxy other_window;
  std::thread other{[&] {
    scoped_context there{*sys, "https://there.example/"};
    message_port port;
    there.on_message([&](message_event& ev) { port = ev.ports().at(0); });
    other_window = there.window();
    known.open();
    if (!there.run_until([&] { return static_cast<bool>(port); }, test::patience))
      return notes.add("no port came");
    const auto got = there.receive(port, test::patience);
    notes.add(got ? to_string(got->data) : to_string(got.error()));
    port.post_message("back");
  }};
  known.pass();
  CHECK_FALSE(other_window.post_message(nullptr, "*", {its}));
  CHECK_FALSE(mine.post_message("forth"));
  const auto got = main.receive(mine, test::patience);
  other.join();
  REQUIRE(got);
  CHECK(got->data == "back");
  CHECK(notes.all() == lines{"forth"});
}
