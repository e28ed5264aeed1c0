// Systems that want HTML as browsers have it: no port gets a `close` event. What hawser does with
// ports of its own, for workers, must go on all the same.

#include <algorithm>
#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "worker_page.hpp"

using namespace hawser;
using test::lines;
using test::worker_page;
using dedicated = dedicated_worker_global_scope;
using shared = shared_worker_global_scope;

namespace {

struct strict_page : worker_page {
  strict_page() : worker_page(strictness::strict_html) {}
};

// Answers each message.
void echo_at(const message_port& port) {
  port.on_message([port](message_event& ev) { port.post_message(ev.data()); });
}

} // namespace

TEST_CASE("a system may want strict HTML", "[contexts][strict]") {
  test::notebook notes;
  {
    test::test_system sys{{}, strictness::strict_html};
    const auto frame = sys->open("https://frame.example/", [](browsing_context* self) {
      self->on_message([self] { self->close(); });
    });
    sys->open("https://page.example/", [&](browsing_context* self) {
      auto [mine, its] = self->make_channel();
      auto [own, other] = self->make_channel();
      mine.on_close([&] { notes.add("close"); });
      other.on_close([&] { notes.add("close"); });
      frame.post_message("take it and go", "*", {its});
      own.close();
      // Long after: a child's message comes when the frame has ended.
      self->on_message([self, frame, mine = mine, other = other](message_event&) {
        if (frame.closed())
          self->close();
        else
          self->window().post_message("again");
      });
      self->window().post_message("wait");
    });
    REQUIRE(sys.all_end());
  }
  CHECK(notes.all().empty());
}

TEST_CASE_METHOD(strict_page,
                 "a strict worker's end is an event at the worker object, not at ports",
                 "[contexts][strict][worker]") {
  auto [mine, its] = self.make_channel();
  listen(mine);
  const auto made = make([](dedicated* worker) {
    worker->on_message([worker](message_event& ev) {
      echo_at(ev.ports().at(0));
      worker->post_message("ready");
      ev.ports().at(0).post_message("from a port");
      worker->close();
    });
  });
  CHECK_FALSE(made.post_message("a port", {its}));
  REQUIRE(settles_with(0));
  // Two channels, so no order between them.
  std::ranges::sort(heard);
  CHECK(heard == lines{"closed context_closed", "from a port", "ready"});
  // The object behind the handle is gone with the worker.
  CHECK(made.add_event_listener("close", [] {}) == listener_id::none);
  CHECK_FALSE(mine.post_message("to nobody"));
}

TEST_CASE_METHOD(strict_page, "a strict worker hears nothing of its owner's ports",
                 "[contexts][strict][worker]") {
  const auto made = make([](dedicated* worker) {
    worker->on_message([worker, kept = message_port{}](message_event& ev) mutable {
      if (!ev.ports().empty()) {
        kept = ev.ports().at(0);
        kept.on_message([worker](message_event& got) { worker->post_message(got.data()); });
        kept.on_close([worker] { worker->post_message("close at a port"); });
        worker->add_event_listener("close", [worker] { worker->post_message("close"); });
      } else {
        worker->post_message(kept.detached() ? "detached" : "still there");
      }
    });
  });
  const auto [mine, its] = self.make_channel();
  CHECK_FALSE(made.post_message("a port", {its}));
  CHECK_FALSE(mine.post_message("the last"));
  mine.close();
  // Its ports take turns, so the third answer comes after anything that waits at the other port.
  CHECK_FALSE(made.post_message("and now?"));
  CHECK_FALSE(made.post_message("and now?"));
  CHECK_FALSE(made.post_message("and now?"));
  REQUIRE(hears(4));
  REQUIRE(settles_with(1));
  std::ranges::sort(heard);
  CHECK(heard == lines{"still there", "still there", "still there", "the last"});
  heard.clear();
  made.terminate();
  REQUIRE(settles_with(0));
  CHECK(heard.empty()); // As without strict HTML, `terminate` is silent.
  CHECK(made.add_event_listener("close", [] {}) == listener_id::none);
}

TEST_CASE_METHOD(strict_page, "errors of strict workers reach their owners",
                 "[contexts][strict][worker]") {
  const auto throwing = make([](dedicated* worker) {
    worker->on_message([]() -> void { throw std::runtime_error{"bad news"}; });
  });
  CHECK_FALSE(throwing.post_message(nullptr));
  REQUIRE(hears(1));
  CHECK(heard.at(0).ends_with("bad news"));
  heard.clear();
  const auto missing = self.make_worker("nowhere");
  listen(missing);
  REQUIRE(hears(2));
  CHECK(heard == lines{"error: no worker script is called 'nowhere'", "closed closed_by_peer"});
  CHECK(missing.add_event_listener("close", [] {}) == listener_id::none);
  heard.clear();
  const auto nobody = self.make_shared_worker("nowhere");
  listen(nobody.port());
  nobody.on_error([this](error_event& ev) { heard.push_back("error: " + ev.message()); });
  REQUIRE(hears(1));
  REQUIRE(settles_with(1));
  CHECK(heard == lines{"error: no worker script is called 'nowhere'"});
}

TEST_CASE_METHOD(strict_page, "a strict shared worker ends with its last client, unheard",
                 "[contexts][strict][worker]") {
  test::notebook notes;
  const worker_script script{"script", [&](shared* worker) {
                               worker->on_connect([&](message_event& ev) {
                                 const auto port = ev.ports().at(0);
                                 echo_at(port);
                                 port.on_close([&] { notes.add("close at a client's port"); });
                               });
                             }};
  const auto client = [&](browsing_context* page) {
    const auto made = page->make_shared_worker(script);
    made.port().on_message([&](message_event& ev) { notes.add(to_string(ev.data())); });
    made.port().on_close([&] { notes.add("close at the worker's port"); });
    made.port().post_message("hello");
    page->on_message([page] { page->close(); });
  };
  const auto first = sys->open("https://page.example/", client);
  const auto second = sys->open("https://page.example/", client);
  REQUIRE(notes.await(2) == lines{"hello", "hello"});
  CHECK(sys->statistics().contexts_open == 4);
  CHECK_FALSE(first.post_message(nullptr, "*"));
  REQUIRE(settles_with(2));
  CHECK(notes.all().size() == 2);
  // It serves the one that is left, and those that come.
  const auto third = sys->open("https://page.example/", client);
  REQUIRE(notes.await(3).size() == 3);
  CHECK(sys->statistics().contexts_open == 4);
  for (const auto& each : {second, third})
    CHECK_FALSE(each.post_message(nullptr, "*"));
  REQUIRE(settles_with(0));
  CHECK(notes.all() == lines{"hello", "hello", "hello"});
}

TEST_CASE_METHOD(strict_page, "a strict shared worker that closes itself is not heard either",
                 "[contexts][strict][worker]") {
  const worker_script script{"script", [](shared* worker) {
                               worker->on_connect([worker](message_event& ev) {
                                 ev.ports().at(0).post_message("farewell");
                                 worker->close();
                               });
                             }};
  const auto first = self.make_shared_worker(script);
  listen(first.port());
  REQUIRE(hears(1));
  REQUIRE(settles_with(0));
  CHECK(heard == lines{"farewell"});
  const auto second = self.make_shared_worker(script);
  listen(second.port());
  REQUIRE(hears(2));
  CHECK(heard == lines{"farewell", "farewell"});
}
