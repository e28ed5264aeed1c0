// Many contexts, how they are counted, and how a system ends.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>

#include "test_system.hpp"

using namespace hawser;
using test::lines;

TEST_CASE("statistics add up what all contexts have done, ended ones included",
          "[contexts][system]") {
  test::test_system sys;
  const auto run_once = [&](bool fail) {
    sys->open("https://page.example/", [fail](browsing_context* self) {
      auto [port1, port2] = self->make_channel();
      port2.on_message([self, fail](message_event& ev) {
        if (fail)
          self->quit(caf::make_error(caf::sec::runtime_error));
        else if (ev.ports().size() == 1)
          self->close();
      });
      auto [extra1, extra2] = self->make_channel();
      port1.post_message("0123456789", {extra1});
    });
    REQUIRE(sys.all_end());
  };
  run_once(false);
  run_once(true);
  scoped_context main{*sys};
  const auto channel = main.make_channel();
  const auto sum = sys->statistics();
  CHECK(sum.contexts_opened == 3);
  CHECK(sum.contexts_open == 1);
  CHECK(sum.contexts_crashed == 1);
  CHECK(sum.registries.channels_made == 5);
  CHECK(sum.registries.messages_posted == 2);
  CHECK(sum.registries.messages_delivered == 2);
  CHECK(sum.registries.ports_received == 2);
  CHECK(sum.registries.ports == 2);
  CHECK(sum.registries.bytes_delivered >= 2 * 10);
}

TEST_CASE("a snapshot shows contexts, their nesting and what waits", "[contexts][system]") {
  test::notebook notes;
  test::gate looked;
  test::test_system sys;
  const auto parent = sys->open("https://parent.example/page",
                                [&](browsing_context* self) {
                                  self->open("https://child.example/", nullptr, {.name = "child"});
                                  self->on_message([&] {
                                    notes.add("busy");
                                    looked.pass();
                                  });
                                },
                                {.name = "parent"});
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(parent.post_message(i, "*"));
  notes.await(1);
  const auto all = sys->contexts();
  looked.open();
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == parent.id());
  CHECK(all[0].parent == 0);
  CHECK(all[0].name == "parent");
  CHECK(all[0].url == "https://parent.example/page");
  CHECK(all[0].window_inbound.posted_messages == 3);
  CHECK(all[0].window_inbound.queued_messages() == 2);
  CHECK(all[1].parent == parent.id());
  CHECK(all[1].name == "child");
  sys->close_all();
  REQUIRE(sys.all_end());
  CHECK(sys->contexts().empty());
}

TEST_CASE("ten thousand contexts open, answer and end", "[contexts][system]") {
  constexpr int count = 10'000;
  test::test_system sys;
  scoped_context main{*sys};
  auto [mine, its] = main.make_channel();
  int answers = 0;
  main.on_message([&] { ++answers; });
  for (int i = 0; i < count; ++i) {
    const auto context = main.open("https://worker.example/", [](browsing_context* self) {
      self->on_message([](message_event& ev) { ev.source().post_message(ev.data(), ev.origin()); });
    });
    context.post_message(i, "*");
  }
  CHECK(sys->statistics().contexts_open == count + 1);
  CHECK(main.run_until([&] { return answers == count; }, test::patience));
  sys->close_all();
  REQUIRE(sys.all_end());
  CHECK(sys->statistics().contexts_open == 1);
}

TEST_CASE("contexts nest a thousand deep and end together", "[contexts][system]") {
  constexpr int depth = 1'000;
  test::gate deepest;
  std::function<void(browsing_context*, int)> nest = [&](browsing_context* self, int level) {
    if (level == depth)
      return deepest.open();
    self->open("about:blank", [&, level](browsing_context* inner) { nest(inner, level + 1); });
  };
  test::test_system sys;
  const auto top = sys->open("https://page.example/", [&](browsing_context* self) {
    self->on_message([self] { self->close(); });
    nest(self, 1);
  });
  REQUIRE(deepest.pass());
  CHECK(sys->statistics().contexts_open == depth);
  CHECK_FALSE(top.post_message("end", "*"));
  REQUIRE(sys.all_end());
}

TEST_CASE("the system's destructor waits for its contexts", "[contexts][system]") {
  constexpr int count = 20;
  std::atomic<int> ended{0};
  const auto open_some = [&](hawser::system& sys) {
    for (int i = 0; i < count; ++i)
      sys.open("https://page.example/", [&](browsing_context* self) {
        auto rounds = std::make_shared<int>(0);
        self->on_message([&, self, rounds] {
          if (++*rounds < 500)
            return void(self->window().post_message(*rounds));
          ++ended;
          self->close();
        });
        self->window().post_message(0);
      });
  };
  SECTION("with an actor system of its own") {
    config settings;
    {
      hawser::system sys{settings};
      open_some(sys);
    }
    CHECK(ended == count);
  }
  SECTION("with one that goes on") {
    hawser::init_global_meta_objects();
    caf::actor_system_config settings;
    caf::actor_system actors{settings};
    {
      hawser::system sys{actors};
      open_some(sys);
    }
    CHECK(ended == count);
  }
}

TEST_CASE("waiting for the end gives up at its deadline", "[contexts][system]") {
  test::test_system sys;
  sys->open("https://page.example/", nullptr);
  CHECK_FALSE(
    sys->await_all_closed_until(std::chrono::steady_clock::now() + std::chrono::milliseconds{5}));
  sys->close_all();
  CHECK(sys.all_end());
}

TEST_CASE("contexts are opened from many threads and from each other", "[contexts][system]") {
  std::atomic<int> started{0};
  test::test_system sys;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i)
        sys->open("https://page.example/", [&](browsing_context* self) {
          ++started;
          self->open("about:blank", [&](browsing_context*) { ++started; });
          self->open("about:blank",
                     [&](browsing_context* inner) {
                       ++started;
                       inner->close();
                     },
                     {.kind = context_kind::auxiliary});
        });
    });
  for (auto& each : threads)
    each.join();
  while (started < 1200)
    std::this_thread::yield();
  sys->close_all();
  REQUIRE(sys.all_end());
  CHECK(sys->statistics().contexts_opened == 1200);
}
