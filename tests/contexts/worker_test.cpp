// Workers beyond the catalogue: how they end, what they hold on to, and many at once.

#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "death.hpp"
#include "worker_page.hpp"

using namespace hawser;
using test::gate;
using test::lines;
using test::worker_page;
using inside = dedicated_worker_global_scope;

namespace {

void echo(inside* self) {
  self->on_message([self](message_event& ev) { self->post_message(ev.data()); });
}

// Becomes true when the last copy is gone.
class trace_of_life {
public:
  explicit trace_of_life(std::shared_ptr<std::atomic<bool>> gone) : gone_(std::move(gone)) {}
  ~trace_of_life() { *gone_ = true; }

  trace_of_life(const trace_of_life&) = delete;
  trace_of_life& operator=(const trace_of_life&) = delete;

private:
  std::shared_ptr<std::atomic<bool>> gone_;
};

} // namespace

TEST_CASE_METHOD(worker_page, "a worker knows its names and has its owner's origin",
                 "[contexts][worker]") {
  const auto tell = [](inside* worker) {
    worker->post_message(worker->script() + ", " + worker->context_name() + ", "
                         + to_string(worker->origin()));
  };
  const auto named = self.make_worker({"script", tell}, {.name = "first"});
  listen(named);
  REQUIRE(hears(1));
  const auto unnamed = self.make_worker({"script", tell});
  listen(unnamed);
  REQUIRE(hears(2));
  CHECK(heard
        == lines{"script, first, https://page.example", "script, script, https://page.example"});
  CHECK(named != unnamed);
  CHECK(worker{named} == named);
  CHECK_FALSE(worker{});
  auto all = sys->contexts();
  std::erase_if(all, [](const auto& each) { return each.kind == scope_kind::window; });
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "first");
  CHECK(all[0].url == "script");
  CHECK(all[0].kind == scope_kind::dedicated_worker);
  CHECK(all[0].parent == self.window().id());
}

TEST_CASE_METHOD(worker_page, "workers end with their owner and are no children of it",
                 "[contexts][worker]") {
  test::notebook notes;
  const auto owner = self.open("https://page.example/frame", [&](browsing_context* frame) {
    const auto made = frame->make_worker({"worker", echo});
    made.on_message([&, frame, made] {
      notes.check(frame->children().empty(), "a worker is no child");
      notes.add("answered");
    });
    made.post_message("hello");
    frame->on_message([frame] { frame->close(); });
  });
  CHECK(notes.await(1) == lines{"answered"});
  CHECK(sys->statistics().contexts_open == 3);
  CHECK_FALSE(owner.post_message("end", "*"));
  CHECK(settles_with(0));
}

TEST_CASE_METHOD(worker_page, "a worker that crashes says so, after all it had posted",
                 "[contexts][worker]") {
  make([](inside* worker) {
    for (int i = 0; i < 3; ++i)
      worker->post_message(i);
    worker->run_delayed(std::chrono::milliseconds{1},
                        [] { throw std::runtime_error{"a CAF handler, broken"}; });
  });
  REQUIRE(hears(4));
  CHECK(heard == lines{"0", "1", "2", "closed context_crashed"});
  REQUIRE(settles_with(0));
  CHECK(sys->statistics().contexts_crashed == 1);
}

TEST_CASE_METHOD(worker_page, "a worker's ports close with the reason of its end",
                 "[contexts][worker]") {
  const auto keep = [](inside* worker) {
    worker->on_message([worker](message_event& ev) {
      ev.ports().at(0).on_message([] {});
      ev.ports().at(0).post_message("kept");
      if (ev.data() == "close")
        worker->close();
    });
  };
  const auto made = self.make_worker({"worker", keep});
  auto [port1, port2] = self.make_channel();
  listen(port1);
  SECTION("terminated") {
    CHECK_FALSE(made.post_message("keep", {port2}));
    REQUIRE(hears(1));
    made.terminate();
  }
  SECTION("closed by itself") {
    CHECK_FALSE(made.post_message("close", {port2}));
  }
  REQUIRE(hears(2));
  CHECK(heard == lines{"kept", "closed context_closed"});
}

TEST_CASE_METHOD(worker_page, "messages that cannot be rebuilt are messageerrors at both objects",
                 "[contexts][worker]") {
  struct private_object : platform_object {
    std::string_view interface_name() const noexcept override { return "Private"; }
    result<value> serialize() const override { return value{1}; }
  };
  const auto unknown = [] {
    return value{std::shared_ptr<const platform_object>{std::make_shared<private_object>()}};
  };
  const auto made = make([unknown](inside* worker) {
    worker->on_message_error([worker, unknown](message_event& ev) {
      worker->post_message(ev.data() == nullptr ? "undecodable" : "decoded");
      worker->post_message(unknown());
    });
  });
  CHECK_FALSE(made.post_message(unknown()));
  REQUIRE(hears(2));
  CHECK(heard == lines{"undecodable", "messageerror"});
}

TEST_CASE_METHOD(worker_page, "who answers a window message of a worker reaches its scope",
                 "[contexts][worker]") {
  self.on_message([](message_event& ev) { ev.source().post_message("answer", ev.origin()); });
  make([page = self.window()](inside* worker) {
    echo(worker);
    page.post_message("from a worker", "*");
  });
  REQUIRE(hears(1));
  CHECK(heard == lines{"answer"});
}

TEST_CASE_METHOD(worker_page, "a worker that does not return is cut off by terminate",
                 "[contexts][worker]") {
  gate looping;
  gate released;
  test::notebook seen;
  const auto other = self.open("https://page.example/other", [&](browsing_context* frame) {
    frame->on_message([&](message_event& ev) {
      seen.add(to_string(ev.data()));
      for (const auto& port : ev.ports())
        port.on_message([&, port](message_event& msg) { seen.add(to_string(msg.data())); });
    });
  });
  auto [port1, port2] = self.make_channel();
  CHECK_FALSE(other.post_message("a port", "*", {port2}));
  const auto made = make([&, other](inside* worker) {
    const auto nested = worker->make_worker({"nested", echo});
    nested.on_message([worker] { worker->post_message("nested answered"); });
    worker->on_message([&, worker, nested, other](message_event& ev) {
      const auto port = ev.ports().at(0);
      port.post_message("in time");
      looping.open();
      while (!worker->closing())
        std::this_thread::yield();
      static_cast<void>(released.pass());
      worker->post_message("too late");
      port.post_message("too late");
      other.post_message("too late", "*");
      nested.post_message("too late");
      worker->make_worker({"late", [&](inside*) { seen.add("a late worker"); }});
    });
  });
  CHECK_FALSE(made.post_message("loop", {port1}));
  REQUIRE(looping.pass());
  made.terminate();
  REQUIRE(settles_with(2)); // The nested one is gone, the looping one is not.
  released.open();
  REQUIRE(settles_with(1));
  CHECK(heard.empty());
  // Windows and ports take turns, so the last one waits until the others have been seen.
  CHECK(seen.await(2) == lines{"a port", "in time"});
  CHECK_FALSE(other.post_message("last", "*"));
  CHECK(seen.await(3) == lines{"a port", "in time", "last"});
}

TEST_CASE_METHOD(worker_page, "terminate spares a start function that has not begun",
                 "[contexts][worker]") {
  std::atomic<int> started{0};
  gate done;
  // All threads of the scheduler are busy until the worker has been terminated.
  const auto threads = 2 * std::max(4U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i)
    self.make_worker({"busy", [&](inside* worker) {
                        static_cast<void>(done.pass());
                        worker->close();
                      }});
  const auto made = make([&](inside*) { ++started; });
  made.terminate();
  done.open();
  REQUIRE(settles_with(0));
  CHECK(started == 0);
}

TEST_CASE_METHOD(worker_page, "listeners that hold their own worker are let go with it",
                 "[contexts][worker]") {
  auto gone = std::make_shared<std::atomic<bool>>(false);
  const auto hold_itself = [&gone](const worker& made) {
    auto life = std::make_shared<trace_of_life>(gone);
    made.on_message([made, life] {});
    made.on_error([made, life] {});
    made.on_close([made, life] {});
  };
  const auto all_gone = [&] {
    return self.run_until([&] { return gone->load(); }, test::patience);
  };
  SECTION("when it is terminated") {
    const auto made = self.make_worker({"worker", echo});
    hold_itself(made);
    made.terminate();
    CHECK(*gone);
    made.on_message([this] { heard.push_back("never"); });
    CHECK(made.add_event_listener("message", [] {}) == listener_id::none);
  }
  SECTION("when it closes itself") {
    hold_itself(self.make_worker({"worker", [](inside* worker) { worker->close(); }}));
    CHECK(all_gone());
  }
  SECTION("when its script cannot be loaded") {
    hold_itself(self.make_worker("nowhere"));
    CHECK(all_gone());
  }
  SECTION("when its owner ends") {
    self.open("https://page.example/frame", [&](browsing_context* frame) {
      hold_itself(frame->make_worker({"worker", echo}));
      frame->close();
    });
    CHECK(settles_with(0));
    CHECK(*gone);
  }
}

TEST_CASE("a handle outside of its owner stops the process", "[contexts][worker]") {
  const auto die = [](void (*use)(const worker&)) {
    const auto seen = test::death_of([use] {
      test::test_system sys;
      scoped_context owner{*sys, "https://owner.example/"};
      const auto made = owner.make_worker({"script", echo}, {.name = "mine"});
      const scoped_context other{*sys, "https://other.example/"};
      use(made);
    });
    CHECK(seen.signal == SIGABRT);
    CHECK(seen.output.find("'worker 'mine'' of context 'main' was used in context 'main'")
          != std::string::npos);
  };
  die([](const worker& made) { made.post_message(1); });
  die([](const worker& made) { made.terminate(); });
  die([](const worker& made) { made.on_message([] {}); });
}

TEST_CASE("a worker script needs a name, a start function, and a name of its own",
          "[contexts][worker]") {
  test::test_system sys;
  const auto trouble_with = [&](worker_script script) -> std::string {
    try {
      (*sys).define_worker_script(std::move(script));
      return "none";
    } catch (const std::invalid_argument& refusal) {
      return refusal.what();
    }
  };
  CHECK(trouble_with({"echo", echo}) == "none");
  CHECK(trouble_with({"echo", echo}) == "worker script 'echo' is defined already");
  CHECK(trouble_with({"", echo}) == "a worker script must have a name");
  CHECK(trouble_with("nothing") == "worker script 'nothing' has no start function");
  CHECK(trouble_with({"empty", std::function<void(inside*)>{}})
        == "worker script 'empty' has no start function");
}

// -- many at once -------------------------------------------------------------------------------

TEST_CASE_METHOD(worker_page, "ten thousand workers are made, posted to and terminated",
                 "[contexts][worker][stress]") {
  constexpr int cycles = 10'000;
  int after_terminate = 0;
  for (int i = 0; i < cycles; ++i) {
    auto dead = std::make_shared<bool>(false);
    const auto made = self.make_worker({"worker", [](inside* worker) {
                                          echo(worker);
                                          for (int post = 0; post < 4; ++post)
                                            worker->post_message(post);
                                        }});
    made.on_message([&after_terminate, dead] { after_terminate += *dead ? 1 : 0; });
    auto [port1, port2] = self.make_channel();
    CHECK_FALSE(made.post_message("a port", {port2}));
    CHECK_FALSE(made.post_message("and a word"));
    if (i % 3 == 0) // Some of them get to do something.
      static_cast<void>(self.run_until([] { return true; }, test::patience));
    if (i % 16 == 0) {
      bool answered = false;
      made.add_event_listener("message", [&] { answered = true; });
      REQUIRE(self.run_until([&] { return answered; }, test::patience));
    }
    made.terminate();
    *dead = true;
  }
  REQUIRE(settles_with(0));
  CHECK(after_terminate == 0);
  CHECK(sys->statistics().contexts_opened == cycles + 1);
  CHECK(self.run_until([&] { return self.registry().statistics().ports == 0; }, test::patience));
}

TEST_CASE_METHOD(worker_page, "terminate races with what both sides post, nested workers included",
                 "[contexts][worker][stress]") {
  constexpr int rounds = 500;
  for (int i = 0; i < rounds; ++i) {
    bool dead = false;
    int received = 0;
    const auto made = self.make_worker(
      {"outer", [](inside* worker) {
         const auto nested = worker->make_worker({"nested", echo});
         nested.on_message([worker, nested](message_event& ev) {
           worker->post_message(ev.data());
           nested.post_message(ev.data());
         });
         worker->on_message([nested](message_event& ev) { nested.post_message(ev.data()); });
       }});
    made.on_message([&] {
      CHECK_FALSE(dead);
      ++received;
    });
    for (int post = 0; post < 8; ++post)
      CHECK_FALSE(made.post_message(post));
    REQUIRE(self.run_until([&] { return received >= i % 20; }, test::patience));
    made.terminate();
    dead = true;
    static_cast<void>(self.run_until([] { return true; }, test::patience));
  }
  CHECK(settles_with(0));
}
