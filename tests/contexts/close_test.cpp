// How a context ends itself, and what others see of it.

#include <memory>

#include <catch2/catch_test_macros.hpp>

#include "test_system.hpp"

using namespace hawser;
using test::lines;

TEST_CASE("after close nothing is delivered, and what was posted before arrives",
          "[contexts][close]") {
  test::notebook notes;
  test::test_system sys;
  const auto observer = sys->open("https://observer.example/", [&](browsing_context* self) {
    self->on_message([&, self](message_event& handed) {
      const auto port = handed.ports().at(0);
      port.on_message([&](message_event& ev) { notes.add("got " + to_string(ev.data())); });
      port.on_close([&, self, port](close_event& ev) {
        notes.add("closed: " + std::string{to_string(ev.reason())});
        self->close();
      });
    });
  });
  sys->open("https://page.example/", [&](browsing_context* self) {
    auto [mine, its] = self->make_channel();
    observer.post_message("watch", "*", {its});
    mine.on_message([] {});
    self->on_message([&, self, mine = mine](message_event& ev) {
      notes.add("page heard " + to_string(ev.data()));
      mine.post_message("before close");
      self->close();
      mine.post_message("after close, in the same event");
    });
    self->window().post_message(1);
    self->window().post_message(2);
  });
  REQUIRE(sys.all_end());
  CHECK(notes.all()
        == lines{"page heard 1", "got before close", "got after close, in the same event",
                 "closed: context_closed"});
}

TEST_CASE("a context may close in its start function", "[contexts][close]") {
  test::notebook notes;
  test::test_system sys;
  const auto page = sys->open("https://page.example/", [&](browsing_context* self) {
    self->on_message([&] { notes.add("a message after close"); });
    self->window().post_message(1);
    self->close();
    self->close();
    notes.add("the start function runs to its end");
  });
  REQUIRE(sys.all_end());
  CHECK(page.closed());
  CHECK(notes.all() == lines{"the start function runs to its end"});
}

TEST_CASE("close tells how many posted messages were never taken", "[contexts][close]") {
  test::notebook notes;
  test::test_system sys;
  const auto idle = sys->open("https://idle.example/", [](browsing_context* self) {
    auto held = std::make_shared<message_port>();
    self->on_message([self, held](message_event& ev) {
      if (ev.ports().empty())
        self->close();
      else
        *held = ev.ports().at(0); // Never started.
    });
  });
  sys->open("https://page.example/", [&](browsing_context* self) {
    auto [mine, its] = self->make_channel();
    mine.on_close([&, mine = mine](close_event& ev) {
      notes.add(std::string{to_string(ev.reason())} + ", "
                + std::to_string(ev.undelivered().value_or(0)) + " undelivered");
    });
    idle.post_message("keep", "*", {its});
    for (int i = 0; i < 5; ++i)
      mine.post_message(i);
    idle.post_message("end", "*");
  });
  CHECK(notes.await(1) == lines{"context_closed, 5 undelivered"});
}

TEST_CASE("ports that wait in the queue of a context that ends are closed", "[contexts][close]") {
  test::notebook notes;
  test::gate posted;
  test::test_system sys;
  const auto target = sys->open("https://target.example/", [&](browsing_context* self) {
    self->on_message([&, self] {
      posted.pass();
      self->close();
    });
  });
  sys->open("https://page.example/", [&](browsing_context* self) {
    auto [mine, its] = self->make_channel();
    mine.on_close(
      [&, mine = mine](close_event& ev) { notes.add(std::string{to_string(ev.reason())}); });
    target.post_message("end", "*");
    target.post_message("never read", "*", {its});
    posted.open();
  });
  CHECK(notes.await(1) == lines{"undeliverable"});
}

TEST_CASE("listeners, and what they hold, are gone when a context has ended", "[contexts][close]") {
  const auto held = std::make_shared<int>(0);
  {
    test::test_system sys;
    sys->open("https://page.example/", [held](browsing_context* self) {
      auto [port1, port2] = self->make_channel();
      port1.on_message([held, port1 = port1, port2 = port2] {});
      self->on_message([held, self] { self->close(); });
      self->on_error([held] {});
      self->window().post_message("end");
    });
    REQUIRE(sys.all_end());
  }
  CHECK(held.use_count() == 1);
}

TEST_CASE("handles of a context that has ended are detached and harmless", "[contexts][close]") {
  message_port kept; // As in a program that stores a handle where it does not belong.
  test::test_system sys;
  sys->open("https://page.example/", [&](browsing_context* self) {
    kept = self->make_channel().port1;
    self->close();
  });
  REQUIRE(sys.all_end());
  CHECK(kept.detached());
  CHECK_FALSE(kept.post_message("anybody?"));
}

TEST_CASE("close_all ends contexts after their current event", "[contexts][close]") {
  test::notebook notes;
  test::gate closing;
  test::test_system sys;
  const auto page = sys->open("https://page.example/", [&](browsing_context* self) {
    self->on_message([&] {
      notes.add("begin");
      closing.pass();
      notes.add("end");
    });
  });
  CHECK_FALSE(page.post_message(1, "*"));
  notes.await(1);
  sys->close_all();
  closing.open();
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"begin", "end"});
}
