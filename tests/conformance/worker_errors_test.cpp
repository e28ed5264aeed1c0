// Errors in dedicated workers, and who hears of them.

#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "printing.hpp"
#include "worker_page.hpp"

namespace hawser {
namespace {

using test::lines;
using test::worker_page;
using inside = dedicated_worker_global_scope;

// Throws what it is sent, and answers "fine" to that word.
void throwing(inside* worker) {
  worker->on_message([worker](message_event& ev) {
    if (ev.data() != "fine")
      throw std::runtime_error{to_string(ev.data())};
    worker->post_message(ev.data());
  });
}

TEST_CASE_METHOD(worker_page, "an error goes to the worker, the worker object, the owner's hook",
                 "[worker][DW-060]") {
  test::notebook notes;
  const auto made = make_worker(self,
                                {"script",
                                 [&](inside* worker) {
                                   worker->on_error([&](error_event& ev) {
                                     notes.check(static_cast<bool>(ev.exception()),
                                                 "the worker has the exception itself");
                                     notes.add("worker: " + ev.message());
                                   });
                                   throwing(worker);
                                 }},
                                {.name = "w"});
  const auto hook = [this](error_event& ev) { heard.push_back("hook: " + ev.message()); };
  self.on_error(hook);
  bool handle_it = false;
  made.on_error([&](error_event& ev) {
    CHECK(ev.cancelable());
    CHECK_FALSE(ev.exception());
    heard.push_back("object: " + ev.message());
    if (handle_it)
      ev.prevent_default();
  });
  CHECK_FALSE(made.post_message("oops"));
  REQUIRE(hears(2));
  CHECK(heard == lines{"object: worker scope: oops", "hook: worker 'w': worker scope: oops"});
  handle_it = true;
  CHECK_FALSE(made.post_message("again"));
  REQUIRE(hears(3));
  REQUIRE(settles_with(1));
  CHECK(heard.size() == 3);
  CHECK(heard.back() == "object: worker scope: again");
  CHECK(notes.all() == lines{"worker: worker scope: oops", "worker: worker scope: again"});
  made.terminate();
  REQUIRE(settles_with(0));
}

TEST_CASE_METHOD(worker_page, "an error nobody handles climbs through nested workers",
                 "[worker][DW-060]") {
  const auto outer =
    make_worker(self, {"outer", [this](inside* worker) {
                         const auto nested = make_worker(*worker, {"nested", throwing});
                         nested.post_message("deep down");
                       }});
  listen(outer);
  REQUIRE(hears(1));
  CHECK(heard == lines{"error: worker 'nested': worker scope: deep down"});
}

TEST_CASE_METHOD(worker_page, "an error handled inside the worker stays there",
                 "[worker][DW-061]") {
  const auto made = make([](inside* worker) {
    worker->on_error([](error_event& ev) { ev.prevent_default(); });
    throwing(worker);
  });
  self.on_error([this] { heard.push_back("hook"); });
  CHECK_FALSE(made.post_message("oops"));
  CHECK_FALSE(made.post_message("fine"));
  REQUIRE(hears(1));
  made.terminate();
  REQUIRE(settles_with(0));
  CHECK(heard == lines{"fine"});
}

TEST_CASE_METHOD(worker_page, "a worker lives on after an exception", "[worker][DW-062]") {
  const auto made = make(throwing);
  CHECK_FALSE(made.post_message("one"));
  CHECK_FALSE(made.post_message("two"));
  CHECK_FALSE(made.post_message("fine"));
  REQUIRE(hears(3));
  // Messages and errors come by two ways, each in order.
  CHECK(std::ranges::count(heard, "fine") == 1);
  std::erase(heard, "fine");
  CHECK(heard == lines{"error: worker scope: one", "error: worker scope: two"});
}

TEST_CASE_METHOD(worker_page, "handlers set before the start function threw are used",
                 "[worker][OR-008]") {
  const auto made = make([](inside* worker) {
    throwing(worker);
    throw std::runtime_error{"half way"};
  });
  CHECK_FALSE(made.post_message("fine"));
  REQUIRE(hears(2));
  CHECK(std::ranges::count(heard, "fine") == 1);
  CHECK(std::ranges::count(heard, "error: the start function: half way") == 1);
}

TEST_CASE_METHOD(worker_page, "an exception in the error handler is reported beside the first",
                 "[worker][DW-063]") {
  const auto made = make([](inside* worker) {
    worker->on_error([] { throw std::logic_error{"the handler is broken"}; });
    throwing(worker);
  });
  CHECK_FALSE(made.post_message("oops"));
  REQUIRE(hears(2));
  CHECK(heard == lines{"error: worker scope: the handler is broken", "error: worker scope: oops"});
  made.terminate();
  REQUIRE(settles_with(0));
}

TEST_CASE_METHOD(worker_page, "a script that cannot be loaded is an error at the worker object",
                 "[worker][DW-064]") {
  define_worker_script({"shared only", [](shared_worker_global_scope*) {}});
  define_worker_script({"known", [](inside* worker) { worker->post_message("loaded"); }});
  self.on_error([this] { heard.push_back("hook"); });
  std::string name;
  std::string trouble;
  SECTION("no such script") {
    name = "nowhere";
    trouble = "no worker script is called 'nowhere'";
  }
  SECTION("a script for the other kind of worker") {
    name = "shared only";
    trouble = "worker script 'shared only' is not for dedicated workers";
  }
  const auto made = make_worker(self, name);
  made.on_message([this] { heard.push_back("a message"); });
  made.on_error([this](error_event& ev) { heard.push_back(ev.message()); });
  CHECK_FALSE(made.post_message("anybody?"));
  CHECK(heard.empty());
  REQUIRE(hears(1));
  REQUIRE(settles_with(0));
  CHECK(heard == lines{refusal(trouble)});
  const auto loaded = make_worker(self, "known");
  listen(loaded);
  REQUIRE(hears(2));
  CHECK(heard.back() == "loaded");
}

} // namespace
} // namespace hawser
