// What happens when code of an application throws.

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "test_system.hpp"

using namespace hawser;
using test::lines;

namespace {

// Tells `notes` why the channel of the port it is handed has ended.
void note_close(test::notebook& notes, const message_port& port) {
  port.on_close([&notes, port](close_event& ev) {
    notes.add("closed: " + std::string{to_string(ev.reason())});
  });
}

bool contains(const lines& in, const std::string& line) {
  return std::ranges::find(in, line) != in.end();
}

} // namespace

TEST_CASE("a listener that throws is reported to on_error and the log, and its context lives on",
          "[contexts][errors]") {
  test::notebook notes;
  test::test_system sys;
  sys->open("https://page.example/",
            [&](browsing_context* self) {
              self->on_error([&](error_event& ev) {
                notes.add("error: " + ev.message());
                try {
                  std::rethrow_exception(ev.exception());
                } catch (const std::out_of_range& thrown) {
                  notes.add(std::string{"rethrown: "} + thrown.what());
                }
              });
              self->on_message([](message_event& ev) {
                if (ev.data() == 1)
                  throw std::out_of_range{"no such item"};
              });
              self->add_event_listener("message", [&, self](message_event& ev) {
                notes.add("heard " + to_string(ev.data()));
                if (ev.data() == 2)
                  self->close();
              });
              self->window().post_message(1);
              self->window().post_message(2);
            },
            {.name = "page"});
  REQUIRE(sys.all_end());
  CHECK(notes.all()
        == lines{"error: window: no such item", "rethrown: no such item", "heard 1", "heard 2"});
  CHECK(sys.log()
        == lines{"[error] [context] listener_threw: context 'page': a listener of 'message' at "
                 "window threw: no such item"});
  CHECK(sys->statistics().contexts_crashed == 0);
}

TEST_CASE("errors of port listeners name the port", "[contexts][errors]") {
  test::notebook notes;
  test::test_system sys;
  sys->open("https://page.example/", [&](browsing_context* self) {
    auto [port1, port2] = self->make_channel();
    self->on_error([&](error_event& ev) { notes.add(ev.message()); });
    port2.label("control");
    port2.on_message([] { throw std::runtime_error{"oops"}; });
    port1.on_close([] { throw 42; });
    port1.post_message(1);
    self->on_message([port2 = port2] { port2.close(); });
    self->window().post_message("close it");
  });
  CHECK(notes.await(2)
        == lines{"MessagePort 2 'control': oops",
                 "MessagePort 1: an exception that is no std::exception"});
}

TEST_CASE("an error hook that throws is logged once and does no harm", "[contexts][errors]") {
  test::notebook notes;
  test::test_system sys;
  sys->open("https://page.example/",
            [&](browsing_context* self) {
              self->on_error([&](error_event& ev) {
                notes.add("hook: " + ev.message());
                throw std::runtime_error{"the hook is broken too"};
              });
              self->on_message([self](message_event& ev) {
                if (ev.data() == "end")
                  self->close();
                throw std::runtime_error{to_string(ev.data())};
              });
              self->window().post_message("one");
              self->window().post_message("two");
              self->window().post_message("end");
            },
            {.name = "page"});
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"hook: window: one", "hook: window: two", "hook: window: end"});
  const auto log = sys.log();
  CHECK(log.size() == 6);
  CHECK(std::ranges::count(log, "[error] [context] listener_threw: context 'page': a listener of "
                                "'error' at window threw: the hook is broken too")
        == 3);
}

TEST_CASE("a start function that throws ends the context, and its ports with it",
          "[contexts][errors]") {
  test::notebook notes;
  test::test_system sys;
  sys->open("https://parent.example/", [&](browsing_context* self) {
    auto [mine, its] = self->make_channel();
    note_close(notes, mine);
    // The port arrives in a queue that nobody will ever read.
    const auto child = self->open("https://child.example/",
                                  [](browsing_context*) { throw std::runtime_error{"bad start"}; },
                                  {.name = "child"});
    child.post_message("hi", "*", {its});
  });
  const auto seen = notes.await(1);
  // The child may have ended before or after the post.
  CHECK((seen == lines{"closed: undeliverable"} || seen == lines{"closed: context_crashed"}));
  CHECK(contains(sys.log(), "[error] [context] start_threw: context 'child': its start function "
                            "threw, the context ends: bad start"));
  CHECK(sys->statistics().contexts_crashed == 1);
  CHECK(sys->statistics().contexts_open == 1);
}

TEST_CASE("what a start function made before it threw closes with context_crashed",
          "[contexts][errors]") {
  test::notebook notes;
  test::test_system sys;
  window_proxy grandchild;
  const auto parent = sys->open("https://parent.example/", [&](browsing_context* self) {
    self->on_message([&](message_event& ev) { note_close(notes, ev.ports().at(0)); });
  });
  sys->open("https://child.example/", [&](browsing_context* self) {
    grandchild = self->open("https://grandchild.example/", nullptr);
    auto kept = std::make_shared<message_channel>(self->make_channel());
    self->on_message([kept] {});
    parent.post_message("watch", "*", {kept->port2});
    throw std::runtime_error{"too late"};
  });
  CHECK(notes.await(1) == lines{"closed: context_crashed"});
  CHECK_FALSE(parent.closed());
  CHECK_FALSE(parent.post_message("still there?", "*"));
  sys->close_all();
  REQUIRE(sys.all_end());
  CHECK(grandchild.closed());
}

TEST_CASE("a start function that throws is only reported if the opener says so",
          "[contexts][errors]") {
  test::notebook notes;
  test::test_system sys;
  const auto page =
    sys->open("https://page.example/",
              [&](browsing_context* self) {
                self->on_error([&](error_event& ev) { notes.add("error: " + ev.message()); });
                self->on_message([&, self](message_event& ev) {
                  notes.add("heard " + to_string(ev.data()));
                  self->close();
                });
                throw std::runtime_error{"half way"};
              },
              {.name = "page", .on_start_failure = start_failure::is_reported});
  CHECK_FALSE(page.post_message("hi", "*"));
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"error: the start function: half way", "heard hi"});
  CHECK(sys->statistics().contexts_crashed == 0);
}

TEST_CASE("a refused post is an error for the caller and a line in the log", "[contexts][errors]") {
  test::notebook notes;
  test::test_system sys{{.queue_messages_max = 2}};
  sys->open("https://page.example/",
            [&](browsing_context* self) {
              auto [port1, port2] = self->make_channel();
              port1.label("out");
              for (int i = 0; i < 3; ++i)
                notes.add(to_string(port1.post_message(i)));
              notes.add(to_string(port2.post_message(value{port1})));
              self->close();
            },
            {.name = "page"});
  REQUIRE(sys.all_end());
  CHECK(notes.all()
        == lines{"none", "none", "QuotaExceededError: the peer's message queue is full",
                 "DataCloneError: data: a MessagePort must be in the transfer list"});
  CHECK(sys.log()
        == lines{"[warning] [port] post_refused: context 'page': a post at MessagePort 1 'out' was "
                 "refused: QuotaExceededError: the peer's message queue is full",
                 "[warning] [port] post_refused: context 'page': a post at MessagePort 2 was "
                 "refused: DataCloneError: data: a MessagePort must be in the transfer list"});
}
