// Dedicated workers: what they are, and messages to and from them.

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

void echo(inside* self) {
  self->on_message([self](message_event& ev) { self->post_message(ev.data()); });
}

TEST_CASE_METHOD(worker_page, "messages wait until the worker's start function has run",
                 "[worker][DW-001]") {
  gate posted;
  const auto slow = make([&](inside* worker) {
    static_cast<void>(posted.pass());
    worker->post_message("starting");
    echo(worker);
  });
  for (int i = 1; i <= 3; ++i)
    CHECK_FALSE(slow.post_message(i));
  REQUIRE(arrives());
  posted.open();
  REQUIRE(hears(4));
  CHECK(heard == lines{"starting", "1", "2", "3"});
}

TEST_CASE_METHOD(worker_page, "neither side of a worker starts its port", "[worker][DW-002]") {
  const auto made =
    make_worker(self, {"worker", [](inside* worker) {
                         worker->add_event_listener("message", [worker](message_event& ev) {
                           worker->post_message(ev.data());
                         });
                       }});
  made.add_event_listener("message",
                          [this](message_event& ev) { heard.push_back(to_string(ev.data())); });
  CHECK_FALSE(made.post_message("hello"));
  REQUIRE(hears(1));
  CHECK(heard == lines{"hello"});
}

TEST_CASE_METHOD(worker_page, "what a start function posts arrives while it still runs",
                 "[worker][DW-003]") {
  gate heard_it;
  const auto busy = make([&](inside* worker) {
    worker->post_message("early");
    worker->post_message(heard_it.pass() ? "and late" : "nobody came");
  });
  REQUIRE(hears(1));
  CHECK(heard == lines{"early"});
  heard_it.open();
  REQUIRE(hears(2));
  CHECK(heard.back() == "and late");
}

TEST_CASE_METHOD(worker_page, "messages fire at the worker's scope and at the worker object",
                 "[worker][DW-004]") {
  const auto made = make([](inside* worker) {
    worker->on_message([worker](message_event& ev) {
      // Listeners of the scope see it, and no port is to be seen.
      worker->post_message(ev.port() ? "at a port" : "at the scope");
    });
    worker->add_event_listener("message", [worker](message_event& ev) {
      worker->post_message(ev.trusted() && ev.target() != nullptr ? "at it too" : "elsewhere");
    });
  });
  event_target* first = nullptr;
  bool at_port = false;
  made.add_event_listener("message", [&](message_event& ev) {
    first = ev.target();
    at_port = static_cast<bool>(ev.port());
  });
  const auto other = make(echo, "other");
  CHECK_FALSE(made.post_message("where?"));
  REQUIRE(hears(2));
  CHECK(heard == lines{"at the scope", "at it too"});
  CHECK(first != nullptr);
  CHECK(first != &self.registry().window_events());
  CHECK_FALSE(at_port);
  event_target* second = nullptr;
  other.add_event_listener("message", [&](message_event& ev) { second = ev.target(); });
  CHECK_FALSE(other.post_message("and you?"));
  REQUIRE(hears(3));
  CHECK(second != nullptr);
  CHECK(second != first);
}

TEST_CASE_METHOD(worker_page, "a message from a worker names no sender", "[worker][DW-005]") {
  const auto made = make_worker(self, {"worker", [](inside* worker) { worker->post_message(1); }});
  bool seen = false;
  made.on_message([&](message_event& ev) {
    CHECK(ev.data() == 1);
    CHECK(ev.origin().empty());
    CHECK(ev.last_event_id().empty());
    CHECK_FALSE(ev.source());
    CHECK_FALSE(ev.source_port());
    CHECK(ev.ports().empty());
    CHECK_FALSE(ev.bubbles());
    CHECK_FALSE(ev.cancelable());
    CHECK(ev.trusted());
    seen = true;
  });
  REQUIRE(self.run_until([&] { return seen; }, test::patience));
}

TEST_CASE_METHOD(worker_page, "ports and buffers move to and from a worker as through a port",
                 "[worker][DW-006]") {
  const auto made = make_worker(
    self, {"worker", [](inside* worker) {
             worker->on_message([worker](message_event& ev) {
               const auto port = ev.ports().at(0);
               const auto size = ev.data()["bytes"].get_if<array_buffer>()->size();
               worker->post_message("got " + std::to_string(size));
               // Once with the port in the data only, once as it should be, once when it has left.
               worker->post_message(to_string(worker->post_message(value{port}).code()));
               worker->post_message("back", {port});
               worker->post_message(to_string(worker->post_message("twice", {port}).code()));
             });
           }});
  listen(made);
  message_port back;
  made.add_event_listener("message", [&](message_event& ev) {
    if (!ev.ports().empty())
      back = ev.ports().front();
  });
  auto [port1, port2] = self.make_channel();
  const array_buffer bytes{16};
  CHECK(made.post_message(value{port2}).code() == errc::data_clone_error);
  CHECK(made.post_message("twice", {port2, port2}).code() == errc::data_clone_error);
  CHECK_FALSE(port2.detached());
  CHECK_FALSE(port1.post_message("waits"));
  CHECK_FALSE(made.post_message(object{{"bytes", bytes}}, {bytes, port2}));
  CHECK(port2.detached());
  CHECK(bytes.detached());
  CHECK(made.post_message("gone", {port2}).code() == errc::data_clone_error);
  REQUIRE(hears(4));
  CHECK(heard == lines{"got 16", "DataCloneError", "back", "DataCloneError"});
  REQUIRE(back);
  listen(back);
  REQUIRE(hears(5));
  CHECK(heard.back() == "waits");
}

TEST_CASE_METHOD(worker_page, "what cannot be cloned is refused inside the worker",
                 "[worker][DW-065]") {
  const auto made = make([](inside* worker) {
    const auto refusal = worker->post_message(test::uncloneable());
    worker->post_message(to_string(refusal));
  });
  REQUIRE(hears(1));
  CHECK(heard == lines{"DataCloneError: data: a function cannot be cloned"});
}

TEST_CASE_METHOD(worker_page, "siblings and nested workers have a mailbox each",
                 "[worker][DW-066]") {
  const auto nesting = [this](inside* worker) {
    worker->on_message([this, worker](message_event& ev) {
      const auto nested = make_worker(*worker, {"nested", echo});
      nested.on_message([worker, nested](message_event& answer) {
        worker->post_message(worker->context_name() + " " + to_string(answer.data()));
      });
      nested.post_message(ev.data());
    });
  };
  std::vector<worker> siblings;
  for (const auto* name : {"a", "b", "c"}) {
    siblings.push_back(make_worker(self, {"sibling", nesting}, {.name = name}));
    listen(siblings.back());
  }
  for (int i = 0; i < 3; ++i)
    for (const auto& each : siblings)
      CHECK_FALSE(each.post_message(i));
  REQUIRE(hears(9));
  for (const std::string name : {"a", "b", "c"})
    for (int i = 0; i < 3; ++i)
      CHECK(std::ranges::count(heard, name + " " + std::to_string(i)) == 1);
}

template <class T>
concept startable = requires(T& target) {
  target.start();
};

template <class T>
concept closable = requires(T& target) {
  target.close();
};

template <class T>
concept terminable = requires(T& target) {
  target.terminate();
};

TEST_CASE_METHOD(worker_page, "a worker's port can be neither started nor closed, only ended",
                 "[worker][CL-015]") {
  STATIC_CHECK_FALSE(startable<worker>);
  STATIC_CHECK_FALSE(startable<dedicated_worker_global_scope>);
  STATIC_CHECK_FALSE(closable<worker>);
  STATIC_CHECK(terminable<worker>);
  SECTION("the scope's own close ends the worker") {
    make([](inside* worker) { worker->close(); });
    REQUIRE(hears(1));
    CHECK(heard == lines{"closed context_closed"});
    CHECK(settles_with(0));
  }
  SECTION("so does terminate") {
    const auto made = make(echo);
    made.terminate();
    CHECK(settles_with(0));
    CHECK(heard.empty());
  }
}

TEST_CASE_METHOD(worker_page, "a channel made by a worker that has closed itself is harmless",
                 "[worker][MP-012]") {
  make([](inside* worker) {
    worker->close();
    auto [port1, port2] = worker->make_channel();
    port2.on_message([worker] { worker->post_message("never"); });
    worker->post_message(to_string(port1.post_message(1)));
    worker->post_message(to_string(port1.post_message(2, {port2})));
  });
  REQUIRE(hears(3));
  // A port cannot carry its peer and deliver it, and that is no error.
  CHECK(heard == lines{"none", "none", "closed context_closed"});
}

} // namespace
} // namespace hawser
