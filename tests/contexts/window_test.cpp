// window_proxy::post_message between contexts: whom it reaches and what the receiver learns.

#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "test_system.hpp"

using namespace hawser;
using test::lines;

TEST_CASE("the target origin decides at delivery whether a message arrives", "[contexts][window]") {
  struct one_case {
    const char* target_origin;
    const char* arrives; // nothing if dropped
  };
  // From https://a.example to https://b.example.
  const auto& [target_origin, arrives] =
    GENERATE(one_case{"*", "data"}, one_case{"https://b.example", "data"},
             one_case{"https://b.example/a/path?and=query#fragment", "data"},
             one_case{"HTTPS://B.EXAMPLE:443", "data"}, one_case{"/", ""},
             one_case{"https://a.example", ""}, one_case{"http://b.example", ""},
             one_case{"https://b.example:8443", ""}, one_case{"https://sub.b.example", ""},
             one_case{"data:,", ""}, one_case{"hawser://b.example", ""});
  CAPTURE(target_origin);
  test::notebook notes;
  test::test_system sys;
  const auto b = sys->open("https://b.example/", [&](browsing_context* self) {
    self->on_message([&](message_event& ev) { notes.add(to_string(ev.data())); });
  });
  sys->open("https://a.example/", [&, target_origin = target_origin](browsing_context* self) {
    notes.check(!b.post_message("data", target_origin), "posting succeeds");
    b.post_message("end", "*"); // Comes second, so the first is decided.
    self->close();
  });
  const std::string expected = arrives;
  CHECK(notes.await(expected.empty() ? 1 : 2)
        == (expected.empty() ? lines{"end"} : lines{expected, "end"}));
}

TEST_CASE("a target origin that is no URL is a SyntaxError and nothing is posted",
          "[contexts][window]") {
  const auto* target_origin = GENERATE("", "b.example", "//b.example", "https://", "**", "null",
                                       "https://b.example:99999", "https://b exam.ple");
  CAPTURE(target_origin);
  test::test_system sys;
  scoped_context main{*sys};
  auto [port1, port2] = main.make_channel();
  const auto target = main.open("https://b.example/", nullptr);
  CHECK(target.post_message("data", target_origin, {port2}) == errc::syntax_error);
  CHECK_FALSE(port2.detached());
  CHECK(sys->statistics().registries.messages_posted == 0);
  CHECK(sys->statistics().registries.posts_refused == 1);
}

TEST_CASE("without a target origin only the sender's own is reached", "[contexts][window]") {
  test::notebook notes;
  test::test_system sys;
  const auto listen = [&](browsing_context* self) {
    self->on_message([&, self](message_event& ev) {
      notes.add(to_string(self->origin()) + " got " + to_string(ev.data()));
    });
  };
  const auto same = sys->open("https://a.example/other", listen);
  const auto other = sys->open("https://b.example/", listen);
  sys->open("https://a.example/", [&](browsing_context* self) {
    other.post_message("default");
    other.post_message("end", "*");
    same.post_message("default");
    same.post_message("slash", "/");
    self->close();
  });
  auto seen = notes.await(3);
  std::ranges::sort(seen);
  CHECK(seen
        == lines{"https://a.example got default", "https://a.example got slash",
                 "https://b.example got end"});
}

TEST_CASE("a message names its sender's origin and source, and the source can be answered",
          "[contexts][window]") {
  test::notebook notes;
  test::test_system sys;
  const auto responder = sys->open("https://b.example/", [&](browsing_context* self) {
    self->on_message([](message_event& ev) {
      ev.source().post_message("re: " + to_string(ev.data()), ev.origin());
    });
  });
  sys->open("https://a.example:8443/page", [&](browsing_context* self) {
    self->on_message([&, self](message_event& ev) {
      notes.add(to_string(ev.data()) + " from " + ev.origin());
      notes.add(ev.source() == responder ? "responder's window" : "another window");
      notes.add(ev.source() == self->window() ? "mine" : "not mine");
      notes.add(ev.trusted() && ev.ports().empty() && !ev.port() ? "as it should" : "odd");
      self->close();
    });
    responder.post_message("hi", "*");
  });
  CHECK(
    notes.await(4)
    == lines{"re: hi from https://b.example", "responder's window", "not mine", "as it should"});
}

TEST_CASE("an opaque sender's origin reads null", "[contexts][window]") {
  test::notebook notes;
  test::test_system sys;
  const auto target = sys->open("https://b.example/", [&](browsing_context* self) {
    self->on_message([&](message_event& ev) {
      notes.add("origin " + ev.origin() + (ev.source() ? ", a source" : ", no source"));
    });
  });
  SECTION("from a context") {
    sys->open("data:,", [&](browsing_context*) { target.post_message("hi", "*"); });
    CHECK(notes.await(1) == lines{"origin null, a source"});
  }
  SECTION("from outside of any context") {
    CHECK_FALSE(target.post_message("hi", "https://b.example"));
    CHECK(notes.await(1) == lines{"origin null, no source"});
    CHECK(target.post_message("hi", "*", {array_buffer{8}}) == errc::data_clone_error);
  }
}

TEST_CASE("ports travel with window messages and work at once", "[contexts][window]") {
  test::test_system sys;
  scoped_context main{*sys};
  const auto echo = main.open("https://echo.example/", [](browsing_context* self) {
    self->on_message([](message_event& ev) {
      for (const auto& port : ev.ports())
        port.on_message([port](message_event& inner) { port.post_message(inner.data()); });
    });
  });
  auto [first, its_first] = main.make_channel();
  auto [second, its_second] = main.make_channel();
  CHECK_FALSE(echo.post_message(nullptr, "*", {its_first, its_second}));
  CHECK(its_first.detached());
  CHECK_FALSE(second.post_message(2));
  CHECK_FALSE(first.post_message(1));
  const auto one = main.receive(first, test::patience);
  const auto two = main.receive(second, test::patience);
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->data == 1);
  CHECK(two->data == 2);
}

TEST_CASE("a port in a message that the target origin turns away closes with reason undeliverable",
          "[contexts][window]") {
  test::notebook notes;
  test::test_system sys;
  const auto target = sys->open("https://b.example/", nullptr);
  sys->open("https://a.example/", [&](browsing_context* self) {
    auto [mine, its] = self->make_channel();
    mine.on_close(
      [&, mine = mine](close_event& ev) { notes.add(std::string{to_string(ev.reason())}); });
    target.post_message(nullptr, "https://c.example", {its});
  });
  CHECK(notes.await(1) == lines{"undeliverable"});
}

TEST_CASE("posting to a window that has closed succeeds and closes what was transferred",
          "[contexts][window]") {
  test::test_system sys;
  const auto target =
    sys->open("https://b.example/", [](browsing_context* self) { self->close(); });
  REQUIRE(sys.all_end());
  scoped_context main{*sys};
  auto [mine, its] = main.make_channel();
  CHECK_FALSE(target.post_message(nullptr, "*", {its}));
  CHECK(its.detached());
  const auto got = main.receive(mine, test::patience);
  REQUIRE_FALSE(got);
  CHECK(got.error() == errc::invalid_state_error);
}

TEST_CASE("window listeners can be added, removed and asked for once", "[contexts][window]") {
  test::notebook notes;
  test::test_system sys;
  sys->open("https://a.example/", [&](browsing_context* self) {
    self->on_message([&](message_event& ev) { notes.add("handler " + to_string(ev.data())); });
    self->add_event_listener(
      "message", [&](message_event& ev) { notes.add("once " + to_string(ev.data())); },
      listen::once);
    const auto removed =
      self->add_event_listener("message", [&] { notes.add("removed, and yet it runs"); });
    self->remove_event_listener(removed);
    self->add_event_listener("message", [&, self](message_event& ev) {
      if (ev.data() == 2)
        self->close();
    });
    self->window().post_message(1);
    self->window().post_message(2);
  });
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"handler 1", "once 1", "handler 2"});
}
