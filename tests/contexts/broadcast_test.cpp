// Broadcast channels between contexts of a system.

#include <algorithm>
#include <atomic>

#include <catch2/catch_test_macros.hpp>

#include "test_system.hpp"

using namespace hawser;
using test::lines;

TEST_CASE("a broadcast reaches contexts of the origin, nested or not, and scoped ones",
          "[contexts][broadcast]") {
  test::notebook notes;
  test::test_system sys;
  scoped_context main{*sys, "https://one.example"};
  const auto listen = [&](std::string who) {
    return [&, who](browsing_context* self) {
      const auto news = self->make_broadcast_channel("news");
      news.on_message([&, who, news](message_event& ev) {
        notes.check(!ev.source(), "a broadcast has no source");
        notes.add(who + " got " + to_string(ev.data()) + " from " + ev.origin());
      });
      notes.add(who + " is ready");
    };
  };
  sys->open("https://one.example/top", [&](browsing_context* self) {
    self->open("https://one.example/frame", listen("frame"));
    self->open("about:blank", listen("blank"));
    self->open("https://two.example/", listen("stranger"));
    self->open("data:,", listen("opaque"));
    listen("top")(self);
  });
  sys->open("https://ONE.example:443/window", listen("window"));
  REQUIRE(notes.await(6).size() == 6);
  const auto news = main.make_broadcast_channel("news");
  CHECK_FALSE(news.post_message("hello"));
  auto all = notes.await(10);
  std::ranges::sort(all);
  std::erase_if(all, [](const std::string& line) { return line.ends_with("is ready"); });
  CHECK(all
        == lines{
          "blank got hello from https://one.example", "frame got hello from https://one.example",
          "top got hello from https://one.example", "window got hello from https://one.example"});
}

TEST_CASE("a scoped context hears broadcasts while it waits", "[contexts][broadcast]") {
  test::test_system sys;
  scoped_context main{*sys, "https://one.example"};
  const auto news = main.make_broadcast_channel("news");
  int sum = 0;
  news.on_message([&](message_event& ev) { sum += *ev.data().as<int>(); });
  for (int i = 0; i < 4; ++i)
    main.open("https://one.example/", [](browsing_context* self) {
      self->make_broadcast_channel("news").post_message(1); // The last thing it does.
      self->close();
    });
  // The contexts hear one another too, but have no listener.
  CHECK(main.run_until([&] { return sum == 4; }, test::patience));
}

TEST_CASE("two systems have nothing to do with each other's broadcasts", "[contexts][broadcast]") {
  test::test_system first;
  test::test_system second;
  scoped_context here{*first, "https://one.example"};
  {
    scoped_context there{*second, "https://one.example"};
    CHECK_FALSE(there.make_broadcast_channel("news").post_message("other system"));
  }
  const auto news = here.make_broadcast_channel("news");
  lines seen;
  news.on_message([&](message_event& ev) { seen.push_back(to_string(ev.data())); });
  const auto poster = here.make_broadcast_channel("news");
  {
    scoped_context there{*second, "https://one.example"};
    CHECK_FALSE(there.make_broadcast_channel("news").post_message("other system again"));
  }
  CHECK_FALSE(poster.post_message("this system"));
  REQUIRE(here.run_until([&] { return !seen.empty(); }, test::patience));
  CHECK(seen == lines{"this system"});
}

TEST_CASE("a context that closes itself says last words to its origin and hears nothing more",
          "[contexts][broadcast]") {
  test::notebook notes;
  test::test_system sys;
  sys->open("https://one.example/", [&](browsing_context* self) {
    const auto news = self->make_broadcast_channel("news");
    news.on_message([&, self](message_event& ev) {
      notes.add("stayer got " + to_string(ev.data()));
      if (ev.data() == "bye")
        self->close();
    });
    self->open("https://one.example/", [&](browsing_context* leaver) {
      const auto its = leaver->make_broadcast_channel("news");
      const auto other = leaver->make_broadcast_channel("news");
      other.on_message([&] { notes.add("FAILED: the leaver heard something"); });
      leaver->close();
      notes.check(!its.post_message("bye"), "posting while closing is no error");
    });
  });
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"stayer got bye"});
}

TEST_CASE("trouble with a broadcast is logged with the channel's name", "[contexts][broadcast]") {
  test::test_system sys{{.queue_messages_max = 1}};
  scoped_context main{*sys, "https://one.example"};
  const auto poster = main.make_broadcast_channel("news");
  const auto listener = main.make_broadcast_channel("news");
  int missed = 0;
  listener.on_message([] { throw std::runtime_error{"no"}; });
  listener.on_message_error([&] { ++missed; });
  CHECK_FALSE(poster.post_message(1));
  CHECK_FALSE(poster.post_message(2));
  listener.on_message_error([&] { ++missed; });
  CHECK(main.run_until([&] { return missed == 1; }, test::patience));
  poster.close();
  CHECK(poster.post_message(3) == errc::invalid_state_error);
  const auto log = sys.log();
  const auto has = [&](const std::string& text) {
    return std::ranges::any_of(
      log, [&](const std::string& line) { return line.find(text) != std::string::npos; });
  };
  CHECK(has("at BroadcastChannel 2 'news' threw: no"));
  CHECK(has("BroadcastChannel 2 'news' could not be rebuilt: QuotaExceededError: 1 of its messages "
            "were lost"));
  CHECK(has("at BroadcastChannel 1 'news' was refused: InvalidStateError: the channel is closed"));
}
