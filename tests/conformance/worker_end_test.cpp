// How workers end: by closing themselves, by being terminated, with their owner.

#include <memory>

#include <catch2/catch_test_macros.hpp>

#include "accessor.hpp"
#include "printing.hpp"
#include "worker_page.hpp"

namespace hawser {
namespace {

using test::gate;
using test::lines;
using test::worker_page;
using inside = dedicated_worker_global_scope;

// -- closing itself -----------------------------------------------------------------------------

TEST_CASE_METHOD(worker_page, "what a worker posts in the run that closes it arrives",
                 "[worker][DW-020]") {
  make([](inside* worker) {
    worker->post_message(1);
    worker->close();
    worker->post_message(worker->closing() ? 2 : 3);
  });
  REQUIRE(hears(3));
  CHECK(heard == lines{"1", "2", "closed context_closed"});
}

TEST_CASE_METHOD(worker_page, "a worker that has closed itself handles no further message",
                 "[worker][DW-021]") {
  gate queued;
  const auto made = make([&](inside* worker) {
    worker->on_message([worker](message_event& ev) {
      worker->post_message(ev.data());
      if (ev.data() == "close")
        worker->close();
    });
    static_cast<void>(queued.pass());
  });
  for (const auto* word : {"first", "close", "queued before", "queued as well"})
    CHECK_FALSE(made.post_message(word));
  REQUIRE(arrives());
  queued.open();
  REQUIRE(hears(3));
  CHECK_FALSE(made.post_message("later"));
  REQUIRE(settles_with(0));
  CHECK(heard == lines{"first", "close", "closed context_closed"});
}

TEST_CASE_METHOD(worker_page, "no timer fires after a worker has closed itself",
                 "[worker][DW-022]") {
  test::notebook ticks;
  const auto tick_after = [&ticks](inside* worker, int delay_ms, std::string text) {
    worker->run_delayed(std::chrono::milliseconds{delay_ms},
                        [&ticks, text = std::move(text)] { ticks.add(text); });
  };
  make([&](inside* worker) {
    tick_after(worker, 1, "set before");
    worker->close();
    tick_after(worker, 1, "set after");
  });
  REQUIRE(hears(1));
  // Timers run in the order of their times, so these two had their chance.
  make([&](inside* worker) { tick_after(worker, 5, "another worker's"); });
  CHECK(ticks.await(1) == lines{"another worker's"});
  CHECK(heard == lines{"closed context_closed"});
}

TEST_CASE_METHOD(worker_page, "an exception after close still reaches the worker object",
                 "[worker][DW-023]") {
  make([](inside* worker) {
    worker->close();
    throw std::runtime_error{"last words"};
  });
  REQUIRE(hears(2));
  CHECK(heard == lines{"error: the start function: last words", "closed context_closed"});
}

TEST_CASE_METHOD(worker_page, "posting to a worker that has closed itself does nothing",
                 "[worker][DW-024]") {
  const auto made = make([](inside* worker) { worker->close(); });
  REQUIRE(hears(1));
  CHECK_FALSE(made.post_message("anybody?"));
  CHECK(made.post_message(test::uncloneable()).code() == errc::data_clone_error);
  auto [port1, port2] = self.make_channel();
  CHECK_FALSE(made.post_message("a port", {port2}));
  CHECK(port2.detached());
  REQUIRE(settles_with(0));
  CHECK(heard == lines{"closed context_closed"});
}

TEST_CASE_METHOD(worker_page, "terminating a worker that has closed itself is harmless",
                 "[worker][DW-025]") {
  SECTION("once its end is known") {
    const auto made = make([](inside* worker) { worker->close(); });
    REQUIRE(hears(1));
    made.terminate();
    made.terminate();
    REQUIRE(settles_with(0));
    CHECK(heard.size() == 1);
  }
  SECTION("before") {
    const auto made = make([](inside* worker) { worker->close(); });
    REQUIRE(falls_to(0));
    made.terminate();
    REQUIRE(settles_with(0));
    CHECK(heard.empty());
  }
}

TEST_CASE_METHOD(worker_page, "a nested worker's answer outlives its close", "[worker][DW-026]") {
  make([this](inside* worker) {
    const auto nested = make_worker(*worker, {"nested", [](inside* inner) {
                                                inner->on_message([inner](message_event& ev) {
                                                  inner->post_message(ev.data());
                                                  inner->close();
                                                });
                                              }});
    nested.on_message(
      [worker](message_event& ev) { worker->post_message("nested said " + to_string(ev.data())); });
    nested.post_message("goodbye");
  });
  REQUIRE(hears(1));
  CHECK(heard == lines{"nested said goodbye"});
}

TEST_CASE_METHOD(worker_page, "after close a worker's own channels are silent, its owner's is not",
                 "[worker][LF-007]") {
  make([](inside* worker) {
    worker->close();
    auto [port1, port2] = worker->make_channel();
    port2.on_message([worker] { worker->post_message("heard inside"); });
    port1.post_message(1);
    worker->post_message("posted outside");
  });
  REQUIRE(hears(2));
  REQUIRE(settles_with(0));
  CHECK(heard == lines{"posted outside", "closed context_closed"});
}

// -- terminate ----------------------------------------------------------------------------------

TEST_CASE_METHOD(worker_page, "terminate silences the worker object, whatever has arrived",
                 "[worker][DW-040]") {
  gate flooded;
  const auto made = make_worker(self, {"flood", [&](inside* worker) {
                                         for (int i = 0; i < 1000; ++i)
                                           worker->post_message(i);
                                         flooded.open();
                                       }});
  listen(made);
  made.add_event_listener("message", [made] { made.terminate(); });
  REQUIRE(flooded.pass());
  REQUIRE(hears(1));
  REQUIRE(settles_with(0));
  CHECK(heard == lines{"0"});
}

TEST_CASE_METHOD(worker_page, "a worker with a thousand waiting messages can be terminated",
                 "[worker][DW-042]") {
  test::gate loaded;
  const auto made =
    make_worker(self, {"worker", [&](inside* worker) {
                         worker->on_message([&, worker](message_event& ev) {
                           const auto port = ev.ports().at(0);
                           port.on_message([worker] { worker->post_message("one"); });
                           port.post_message("ready");
                           static_cast<void>(loaded.pass());
                         });
                       }});
  listen(made);
  auto [port1, port2] = self.make_channel();
  port1.on_message([&, port = port1](message_event& ev) {
    heard.push_back(to_string(ev.data()));
    for (int i = 0; i < 1000; ++i)
      CHECK_FALSE(port.post_message(i));
    made.terminate();
    loaded.open();
  });
  port1.on_close([&] { heard.push_back("closed"); });
  CHECK_FALSE(made.post_message("take it", {port2}));
  REQUIRE(hears(2));
  REQUIRE(settles_with(0));
  CHECK(heard == lines{"ready", "closed"});
}

TEST_CASE_METHOD(worker_page, "workers nested in one that is terminated end as well",
                 "[worker][DW-043]") {
  const auto outer = make([this](inside* worker) {
    const auto middle = make_worker(*worker, {"middle", [this](inside* nested) {
                                                make_worker(*nested, {"inner", [](inside*) {}});
                                                nested->post_message("all there");
                                              }});
    middle.on_message([worker](message_event& ev) { worker->post_message(ev.data()); });
  });
  REQUIRE(hears(1));
  REQUIRE(comes_to(3));
  outer.terminate();
  CHECK(settles_with(0));
  CHECK(heard == lines{"all there"});
}

TEST_CASE_METHOD(worker_page, "posting to a terminated worker does nothing", "[worker][DW-044]") {
  const auto made = make(
    [](inside* worker) { worker->on_message([worker] { worker->post_message("still there"); }); });
  made.terminate();
  CHECK_FALSE(made.post_message("anybody?"));
  CHECK(made.post_message(test::uncloneable()).code() == errc::data_clone_error);
  made.on_message([this] { heard.push_back("heard"); });
  REQUIRE(settles_with(0));
  CHECK_FALSE(made.post_message("anybody now?"));
  REQUIRE(settles_with(0));
  CHECK(heard.empty());
}

TEST_CASE_METHOD(worker_page, "a port posted to a worker right before terminate is lost",
                 "[worker][DW-045]") {
  gate terminated;
  const auto made = make([&](inside* worker) {
    static_cast<void>(terminated.pass());
    worker->on_message([](message_event& ev) { ev.ports().at(0).post_message("alive"); });
  });
  auto [port1, port2] = self.make_channel();
  listen(port1);
  CHECK_FALSE(made.post_message("take it", {port2}));
  made.terminate();
  REQUIRE(arrives());
  terminated.open();
  REQUIRE(hears(1));
  REQUIRE(settles_with(0));
  CHECK(heard == lines{"closed undeliverable"});
}

} // namespace
} // namespace hawser
