// Shared workers: who meets whom, how clients come and go.

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "printing.hpp"
#include "worker_page.hpp"

namespace hawser {
namespace {

using test::gate;
using test::lines;
using test::worker_page;
using inside = shared_worker_global_scope;

// Answers each message with itself, at every client's port.
void echo(inside* self) {
  self->on_connect([](message_event& ev) {
    const auto port = ev.ports().at(0);
    port.on_message([port](message_event& msg) { port.post_message(msg.data()); });
  });
}

// Tells each client which one it is, counted from when the worker started.
void count(inside* self) {
  self->on_connect([clients = std::vector<message_port>{}](message_event& ev) mutable {
    clients.push_back(ev.ports().at(0));
    clients.back().post_message(clients.size());
  });
}

struct shared_page : worker_page {
  // A client in this page whose port is listened to.
  shared_worker join(worker_script script, worker_options options = {}) {
    auto made = make_shared_worker(self, std::move(script), std::move(options));
    made.on_error([this](error_event& ev) { heard.push_back("error: " + ev.message()); });
    listen(made.port());
    return made;
  }

  // A context of another page that is a client, until it gets a message.
  window_proxy open_client(std::string_view url, const worker_script& script,
                           test::notebook& notes) {
    return sys->open(url, [this, &notes, script](browsing_context* client) {
      const auto shared = make_shared_worker(*client, script);
      shared.port().on_message([&notes](message_event& ev) { notes.add(to_string(ev.data())); });
      client->on_message([client] { client->close(); });
    });
  }
};

TEST_CASE_METHOD(shared_page, "a client comes with one connect event and one port",
                 "[shared_worker][SW-001]") {
  const auto shared = join({"script", [](inside* worker) {
                              worker->on_connect([](message_event& ev) {
                                const auto port = ev.ports().at(0);
                                port.post_message(ev.type());
                                port.post_message(ev.data());
                                port.post_message(ev.ports().size());
                                port.post_message(ev.source_port() == port && !ev.source());
                                port.post_message(ev.trusted() && ev.origin().empty());
                              });
                            }});
  REQUIRE(hears(5));
  CHECK(heard == lines{"connect", "", "1", "true", "true"});
}

TEST_CASE_METHOD(shared_page, "clients of one script and name meet the same instance",
                 "[shared_worker][SW-002]") {
  test::notebook notes;
  const auto first = join({"count", count});
  REQUIRE(hears(1));
  const auto second = join({"count", count}); // Its function is not used any more.
  REQUIRE(hears(2));
  open_client("https://page.example/other", {"count", count}, notes);
  CHECK(notes.await(1) == lines{"3"});
  CHECK(heard == lines{"1", "2"});
  CHECK(first != second);
  CHECK(end_all()); // Nobody writes into the notebook once it is gone.
}

TEST_CASE_METHOD(shared_page, "another script or another name is another instance",
                 "[shared_worker][SW-003]") {
  std::vector<shared_worker> clients;
  for (const std::string script : {"one", "two"})
    for (const std::string name : {"", "a", "b"})
      clients.push_back(join({script, count}, {.name = name}));
  REQUIRE(hears(6));
  CHECK(heard == lines(6, "1"));
  clients.push_back(join({"two", count}, {.name = "a"}));
  REQUIRE(hears(7));
  CHECK(heard.back() == "2");
}

TEST_CASE_METHOD(shared_page, "another origin never meets the same instance",
                 "[shared_worker][SW-005]") {
  test::notebook notes;
  const auto here = join({"count", count});
  REQUIRE(hears(1));
  open_client("https://other.example/", {"count", count}, notes);
  CHECK(notes.await(1) == lines{"1"});
  // Each data: URL has an opaque origin, like no other.
  open_client("data:,one", {"count", count}, notes);
  open_client("data:,two", {"count", count}, notes);
  CHECK(notes.await(3) == lines{"1", "1", "1"});
  open_client("https://page.example/again", {"count", count}, notes);
  CHECK(notes.await(4).back() == "2");
  CHECK(end_all()); // Nobody writes into the notebook once it is gone.
}

TEST_CASE_METHOD(shared_page, "a client's port is always the same ordinary port",
                 "[shared_worker][SW-006]") {
  const auto shared = make_shared_worker(self, {"echo", echo});
  const auto copy = shared;
  CHECK(shared.port() == copy.port());
  CHECK(shared.port() == shared.port());
  // All a port can do: be labelled, listened to, given away.
  auto port = shared.port();
  port.label("way in");
  CHECK(shared.port().label() == "way in");
  auto [port1, port2] = self.make_channel();
  CHECK_FALSE(port1.post_message("take it", {port}));
  CHECK(shared.port().detached());
  message_port moved;
  port2.on_message([&](message_event& ev) { moved = ev.ports().at(0); });
  REQUIRE(self.run_until([&] { return static_cast<bool>(moved); }, test::patience));
  listen(moved);
  CHECK_FALSE(moved.post_message("through another port"));
  REQUIRE(hears(1));
  CHECK(heard == lines{"through another port"});
  CHECK(shared.port() == port);
}

TEST_CASE_METHOD(shared_page, "a client's port waits until it is started",
                 "[shared_worker][SW-007]") {
  gate posted;
  const auto shared = make_shared_worker(self, {"script", [&](inside* worker) {
                                                  worker->on_connect([&](message_event& ev) {
                                                    ev.ports().at(0).post_message("hello");
                                                    posted.open();
                                                  });
                                                }});
  shared.port().add_event_listener(
    "message", [this](message_event& ev) { heard.push_back(to_string(ev.data())); });
  REQUIRE(posted.pass());
  REQUIRE(settles_with(1));
  CHECK(heard.empty());
  shared.port().start();
  REQUIRE(hears(1));
  CHECK(heard == lines{"hello"});
}

TEST_CASE_METHOD(shared_page, "the worker's port waits until it is started, and can post at once",
                 "[shared_worker][SW-008]") {
  const worker_script script{"script", [](inside* worker) {
                               const auto waiting = std::make_shared<std::vector<message_port>>();
                               worker->on_connect([waiting](message_event& ev) {
                                 const auto port = ev.ports().at(0);
                                 port.add_event_listener("message", [port](message_event& msg) {
                                   port.post_message(msg.data());
                                 });
                                 port.post_message("connected");
                                 for (const auto& each : *waiting) // One connection late.
                                   each.start();
                                 waiting->push_back(port);
                               });
                             }};
  const auto first = join(script);
  CHECK_FALSE(first.port().post_message("waits"));
  REQUIRE(hears(1));
  REQUIRE(settles_with(1));
  CHECK(heard == lines{"connected"});
  const auto second = join(script);
  REQUIRE(hears(3));
  CHECK(std::ranges::count(heard, "connected") == 2);
  CHECK(std::ranges::count(heard, "waits") == 1);
}

TEST_CASE_METHOD(shared_page, "what a client posts before the worker has started waits for it",
                 "[shared_worker][SW-009]") {
  gate posted;
  const auto shared = join({"echo", [&](inside* worker) {
                              static_cast<void>(posted.pass());
                              echo(worker);
                            }});
  for (int i = 1; i <= 3; ++i)
    CHECK_FALSE(shared.port().post_message(i));
  REQUIRE(arrives());
  posted.open();
  REQUIRE(hears(3));
  CHECK(heard == lines{"1", "2", "3"});
}

TEST_CASE_METHOD(shared_page, "connect fires once the start function has run",
                 "[shared_worker][SW-010]") {
  gate both_asked;
  const worker_script script{"script", [&](inside* worker) {
                               auto started = std::make_shared<bool>(false);
                               worker->on_connect([started, clients = std::vector<message_port>{}](
                                                    message_event& ev) mutable {
                                 clients.push_back(ev.ports().at(0));
                                 clients.back().post_message(*started ? "after" : "before");
                               });
                               static_cast<void>(both_asked.pass());
                               *started = true;
                             }};
  const auto first = join(script);
  const auto second = join(script);
  REQUIRE(arrives());
  both_asked.open();
  REQUIRE(hears(2));
  CHECK(heard == lines{"after", "after"});
}

TEST_CASE_METHOD(shared_page, "what a shared worker's listeners throw is its own affair",
                 "[shared_worker][SW-011]") {
  test::notebook errors;
  self.on_error([this] { heard.push_back("hook"); });
  const auto shared =
    join({"script", [&](inside* worker) {
            worker->on_error([&](error_event& ev) { errors.add(ev.message()); });
            worker->add_event_listener("connect", [] { throw std::runtime_error{"at connect"}; });
            worker->on_connect([](message_event& ev) {
              const auto port = ev.ports().at(0);
              port.on_message([port](message_event& msg) {
                if (msg.data() == "throw")
                  throw std::runtime_error{"at the port"};
                port.post_message(msg.data());
              });
            });
          }});
  CHECK_FALSE(shared.port().post_message("throw"));
  CHECK_FALSE(shared.port().post_message("fine"));
  REQUIRE(hears(1));
  REQUIRE(settles_with(1));
  CHECK(heard == lines{"fine"});
  const auto seen = errors.all();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == "worker scope: at connect");
  CHECK(seen[1].ends_with(": at the port"));
}

TEST_CASE_METHOD(shared_page, "a script that cannot be loaded is an error at each client's object",
                 "[shared_worker][SW-012]") {
  self.on_error([this] { heard.push_back("hook"); });
  const auto first = join("nowhere");
  CHECK_FALSE(first.port().post_message("anybody?"));
  const auto second = join({"dedicated only", [](dedicated_worker_global_scope*) {}});
  CHECK(heard.empty());
  REQUIRE(hears(4));
  REQUIRE(settles_with(0));
  std::ranges::sort(heard);
  CHECK(heard
        == lines{"closed closed_by_peer", "closed closed_by_peer",
                 "error: " + refusal("no worker script is called 'nowhere'"),
                 "error: " + refusal("worker script 'dedicated only' is not for shared workers")});
}

TEST_CASE_METHOD(shared_page, "a context may end inside the handler of that error",
                 "[shared_worker][SW-013]") {
  test::notebook notes;
  const auto frame = self.open("https://page.example/frame", [&](browsing_context* context) {
    const auto shared = make_shared_worker(*context, "nowhere");
    shared.on_error([&, context] {
      notes.add("error");
      context->close();
    });
  });
  CHECK(notes.await(1) == lines{"error"});
  REQUIRE(settles_with(0));
  CHECK(frame.closed());
  CHECK(notes.all().size() == 1);
}

TEST_CASE_METHOD(shared_page, "a shared worker can join two clients directly",
                 "[shared_worker][SW-014]") {
  test::notebook notes;
  const worker_script matchmaker{"matchmaker", [](inside* worker) {
                                   const auto waiting = std::make_shared<message_port>();
                                   worker->on_connect([worker, waiting](message_event& ev) {
                                     if (!*waiting) {
                                       *waiting = ev.ports().at(0);
                                       return;
                                     }
                                     auto [port1, port2] = worker->make_channel();
                                     waiting->post_message("meet", {port1});
                                     ev.ports().at(0).post_message("meet", {port2});
                                     worker->close();
                                   });
                                 }};
  const auto meet = [&](browsing_context* client) {
    const auto shared = make_shared_worker(*client, matchmaker);
    shared.port().on_message([&, client](message_event& ev) {
      const auto other = ev.ports().at(0);
      other.on_message(
        [&notes](message_event& greeting) { notes.add("hears " + to_string(greeting.data())); });
      other.post_message(client->context_name());
    });
  };
  sys->open("https://page.example/a", meet, {.name = "a"});
  sys->open("https://page.example/b", meet, {.name = "b"});
  auto seen = notes.await(2);
  std::ranges::sort(seen);
  CHECK(seen == lines{"hears a", "hears b"});
  CHECK(end_all()); // Nobody writes into the notebook once it is gone.
}

TEST_CASE_METHOD(shared_page, "a shared worker lives while one client's context does",
                 "[shared_worker][SW-018]") {
  test::notebook notes;
  const worker_script script{"count", count};
  const auto first = open_client("https://page.example/1", script, notes);
  CHECK(notes.await(1) == lines{"1"});
  const auto second = open_client("https://page.example/2", script, notes);
  CHECK(notes.await(2).back() == "2");
  CHECK_FALSE(first.post_message("go", "*"));
  REQUIRE(settles_with(2)); // The second client and the worker.
  const auto third = open_client("https://page.example/3", script, notes);
  CHECK(notes.await(3).back() == "3");
  CHECK_FALSE(second.post_message("go", "*"));
  CHECK_FALSE(third.post_message("go", "*"));
  REQUIRE(settles_with(0));
  // The next client finds nothing and starts anew.
  const auto fourth = open_client("https://page.example/4", script, notes);
  CHECK(notes.await(4).back() == "1");
  CHECK_FALSE(fourth.post_message("go", "*"));
  CHECK(settles_with(0));
}

TEST_CASE_METHOD(shared_page, "a client that goes away is a closed port, for nobody else a change",
                 "[shared_worker][SW-019]") {
  test::notebook notes;
  const worker_script script{"echo", [&](inside* worker) {
                               echo(worker);
                               worker->add_event_listener("connect", [&](message_event& ev) {
                                 ev.ports().at(0).on_close([&](close_event& gone) {
                                   notes.add("gone: " + std::string{to_string(gone.reason())});
                                 });
                               });
                             }};
  const auto staying = join(script);
  const auto leaving = sys->open("https://page.example/leaving", [&](browsing_context* client) {
    const auto shared = make_shared_worker(*client, script);
    shared.port().on_message([client] { client->close(); });
    shared.port().post_message("are you there?");
  });
  CHECK(notes.await(1) == lines{"gone: context_closed"});
  CHECK_FALSE(staying.port().post_message("still there?"));
  REQUIRE(hears(1));
  CHECK(heard == lines{"still there?"});
  CHECK(end_all()); // Nobody writes into the notebook once it is gone.
}

TEST_CASE_METHOD(shared_page, "one script can serve workers of both kinds",
                 "[shared_worker][SW-020]") {
  const worker_script script{
    "both", [](auto* worker) {
      if constexpr (requires { worker->on_connect(nullptr); })
        worker->on_connect([](message_event& ev) { ev.ports().at(0).post_message("shared"); });
      else
        worker->post_message("dedicated");
    }};
  const auto dedicated = make_worker(self, script);
  listen(dedicated);
  REQUIRE(hears(1));
  const auto shared = join(script);
  REQUIRE(hears(2));
  CHECK(heard == lines{"dedicated", "shared"});
}

TEST_CASE_METHOD(shared_page, "values of every type survive the way to a shared worker and back",
                 "[shared_worker][SW-021]") {
  error_object failure;
  failure.message = "no such item";
  const value nested{array{1, "two", object{{"three", nullptr}, {"four", array{}}}}};
  const std::vector<value> battery{value{},
                                   nullptr,
                                   true,
                                   false,
                                   0,
                                   -1,
                                   1.5,
                                   1e300,
                                   "",
                                   "text",
                                   nested,
                                   object{},
                                   big_integer{-1},
                                   *big_integer::parse("0x1234567890abcdef012"),
                                   date{1000.0},
                                   failure,
                                   map{{{"key", nested}, {nested, 1}}},
                                   set{{1, "one"}}};
  const auto shared = make_shared_worker(self, {"echo", echo});
  std::vector<value> back;
  shared.port().on_message([&](message_event& ev) { back.push_back(ev.data()); });
  for (const auto& each : battery)
    CHECK_FALSE(shared.port().post_message(each));
  REQUIRE(self.run_until([&] { return back.size() == battery.size(); }, test::patience));
  CHECK(back == battery);
}

TEST_CASE_METHOD(shared_page, "shared memory goes neither to a shared worker nor from it",
                 "[shared_worker][SW-017]") {
  const auto shared = join({"memory", [](inside* worker) {
                              worker->on_connect([](message_event& ev) {
                                const auto port = ev.ports().at(0);
                                port.on_message([port] { port.post_message("message"); });
                                port.on_message_error([port](message_event& failed) {
                                  port.post_message("messageerror " + to_string(failed.data()));
                                  port.post_message(shared_array_buffer{2});
                                  port.post_message("done");
                                });
                              });
                            }});
  shared.port().on_message_error([this] { heard.push_back("messageerror here"); });
  CHECK_FALSE(shared.port().post_message(shared_array_buffer{2}));
  REQUIRE(hears(3));
  CHECK(heard == lines{"messageerror null", "messageerror here", "done"});
}

TEST_CASE_METHOD(shared_page, "shared memory goes to a dedicated worker and its own worker",
                 "[worker][AB-045][one_process]") {
  const auto made = make([](dedicated_worker_global_scope* outer) {
    const auto inner = outer->make_worker({"inner", [](dedicated_worker_global_scope* innermost) {
                                             innermost->on_message([innermost](message_event& ev) {
                                               auto memory_here =
                                                 ev.data().as<shared_array_buffer>()->bytes();
                                               std::atomic_ref{memory_here[0]}.store(std::byte{5});
                                               innermost->post_message("stored");
                                             });
                                             innermost->post_message("ready");
                                           }});
    // What is stored wakes nobody; the page looks again when it hears of it.
    inner.on_message([outer](message_event& ev) { outer->post_message(ev.data()); });
    outer->on_message([outer, inner](message_event& ev) {
      inner.post_message(ev.data());
      outer->post_message("passed on");
    });
  });
  const shared_array_buffer memory{1};
  CHECK_FALSE(made.post_message(memory));
  const auto* first = memory.bytes().data();
  CHECK(self.run_until(
    [&] { return std::atomic_ref{*const_cast<std::byte*>(first)}.load() == std::byte{5}; },
    test::patience));
}

} // namespace
} // namespace hawser
