// Contexts that CAF ends in the middle of a turn: what is ready by then is not delivered any more.

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <catch2/catch_test_macros.hpp>

#include "worker_page.hpp"

using namespace hawser;
using test::lines;
using test::test_system;

namespace {

struct way_to_end {
  std::string name;
  std::function<void(global_scope*)> end;
  std::string reason; ///< What the peers are told.
};

std::vector<way_to_end> ways_to_end() {
  return {
    {"killed", [](global_scope* self) { self->quit(caf::exit_reason::kill); }, "context_crashed"},
    {"failed", [](global_scope* self) { self->quit(caf::sec::runtime_error); }, "context_crashed"},
    {"done", [](global_scope* self) { self->quit(); }, "context_closed"},
    {"without behaviour", [](global_scope* self) { self->unbecome(); }, "context_closed"},
    {"closed", [](global_scope* self) { self->close(); }, "context_closed"},
  };
}

void post_three(const message_port& port) {
  for (int i = 1; i <= 3; ++i)
    static_cast<void>(port.post_message(i));
}

std::string told(const close_event& ev) {
  return std::string{to_string(ev.reason())} + ", " + std::to_string(ev.undelivered().value_or(0))
         + " undelivered";
}

} // namespace

TEST_CASE("a context that quits in a listener gets no further event of that turn",
          "[contexts][close]") {
  for (const auto& way : ways_to_end()) {
    INFO(way.name);
    test::notebook heard;
    test::notebook closed;
    test_system sys;
    const auto victim = sys->open("https://victim.example/", [&](browsing_context* self) {
      const auto news = self->make_broadcast_channel("news");
      news.on_message([&] { heard.add("news"); });
      self->on_message([&, self](message_event& ev) {
        self->on_message([&] { heard.add("a window message"); });
        for (const auto& port : ev.ports())
          port.on_message([&, self](message_event& got) {
            heard.add(to_string(got.data()));
            self->window().post_message("to itself");
            self->make_broadcast_channel("news").post_message("to itself");
            way.end(self);
            heard.add("the listener runs to its end");
          });
      });
    });
    sys->open("https://page.example/", [&](browsing_context* self) {
      const auto first = self->make_channel();
      const auto second = self->make_channel();
      for (const auto& each : {first, second}) {
        post_three(each.port1);
        each.port1.on_close([&, port = each.port1](close_event& ev) { closed.add(told(ev)); });
      }
      victim.post_message("ports", "*", {first.port2, second.port2});
    });
    auto all_closed = closed.await(2);
    std::ranges::sort(all_closed); // Which port closes first is nobody's business.
    CHECK(all_closed == lines{way.reason + ", 2 undelivered", way.reason + ", 3 undelivered"});
    CHECK(heard.all() == lines{"1", "the listener runs to its end"});
    sys->close_all();
    REQUIRE(sys.all_end());
  }
}

TEST_CASE("a context that quits in its start function hears nothing", "[contexts][close]") {
  for (const auto& way : ways_to_end()) {
    if (way.name == "without behaviour")
      continue; // It has none yet.
    INFO(way.name);
    test::notebook notes;
    test_system sys;
    sys->open("https://page.example/", [&](browsing_context* self) {
      auto [mine, other] = self->make_channel();
      self
        ->open("https://frame.example/",
               [&](browsing_context* frame) {
                 frame->on_message([&] { notes.add("heard"); });
                 way.end(frame);
               })
        .post_message("a port", "*", {other});
      mine.on_close([&, self, mine = mine](close_event& ev) {
        notes.add(std::string{to_string(ev.reason())});
        self->close();
      });
    });
    REQUIRE(sys.all_end());
    CHECK(notes.all() == lines{"undeliverable"});
  }
}

TEST_CASE_METHOD(test::worker_page, "a worker that quits in a listener gets no further event",
                 "[contexts][worker][close]") {
  for (const auto& way : ways_to_end()) {
    INFO(way.name);
    heard.clear();
    const auto made = make([&](dedicated_worker_global_scope* worker) {
      worker->on_message([&, worker](message_event& ev) {
        worker->post_message(ev.data());
        way.end(worker);
        worker->post_message(worker->closing() ? "closing" : "not closing");
      });
    });
    for (int i = 1; i <= 3; ++i)
      CHECK_FALSE(made.post_message(i));
    REQUIRE(hears(3));
    CHECK(heard.at(0) == "1");
    CHECK(heard.at(2) == "closed " + way.reason);
    CHECK(heard.size() == 3);
  }
}

TEST_CASE_METHOD(test::worker_page, "a shared worker that quits in a listener is started anew",
                 "[contexts][worker][close]") {
  for (const auto& way : ways_to_end()) {
    INFO(way.name);
    heard.clear();
    const auto start = [&](shared_worker_global_scope* worker) {
      worker->on_connect([&, worker](message_event& ev) {
        const auto port = ev.ports().at(0);
        port.on_message([&, worker, port](message_event& got) {
          port.post_message(got.data());
          way.end(worker);
        });
      });
    };
    const auto first = self.make_shared_worker({"worker", start});
    listen(first.port());
    post_three(first.port());
    REQUIRE(hears(2));
    CHECK(heard == lines{"1", "closed " + way.reason});
    heard.clear();
    const auto second = self.make_shared_worker({"worker", start});
    listen(second.port());
    second.port().post_message("again");
    REQUIRE(hears(2));
    CHECK(heard == lines{"again", "closed " + way.reason});
  }
}
