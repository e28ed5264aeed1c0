// Shared workers beyond the catalogue: many clients at once, and how the worker ends.

#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>

#include <catch2/catch_test_macros.hpp>

#include "death.hpp"
#include "worker_page.hpp"

using namespace hawser;
using test::gate;
using test::lines;
using test::worker_page;
using inside = shared_worker_global_scope;

namespace {

// Answers each message with itself, at every client's port.
void echo(inside* self) {
  self->on_connect([](message_event& ev) {
    const auto port = ev.ports().at(0);
    port.on_message([port](message_event& msg) { port.post_message(msg.data()); });
  });
}

} // namespace

TEST_CASE("contexts that ask at the same moment get one instance between them",
          "[contexts][shared_worker][stress]") {
  constexpr int rounds = 50;
  constexpr int clients = 64;
  test::test_system sys;
  std::atomic<int> started{0};
  for (int round = 0; round < rounds; ++round) {
    test::notebook notes;
    std::atomic<int> answered{0};
    const worker_script script{"count", [&](inside* worker) {
                                 ++started;
                                 worker->on_connect([count = 0](message_event& ev) mutable {
                                   const auto port = ev.ports().at(0);
                                   port.on_message([] {});
                                   port.post_message(++count);
                                 });
                               }};
    for (int i = 0; i < clients; ++i)
      sys->open("https://page.example/", [&, script](browsing_context* client) {
        const auto shared = client->make_shared_worker(script);
        shared.port().on_message([&](message_event& ev) {
          notes.add(to_string(ev.data()));
          // They stay until all have been answered, so that there is no reason for a second one.
          if (++answered == clients)
            for (const auto& each : sys->contexts())
              notes.check(each.kind != scope_kind::shared_worker || each.name == "count", "name");
        });
        client->on_message([client] { client->close(); });
      });
    auto seen = notes.await(clients);
    std::ranges::sort(seen);
    lines expected;
    for (int i = 1; i <= clients; ++i)
      expected.push_back(std::to_string(i));
    std::ranges::sort(expected);
    REQUIRE(seen == expected);
    REQUIRE(started == round + 1);
    sys->close_all();
    REQUIRE(sys.all_end());
  }
}

TEST_CASE("whoever asks is answered, though the last client leaves at that moment",
          "[contexts][shared_worker][stress]") {
  constexpr int clients = 4000;
  test::test_system sys;
  std::atomic<int> answered{0};
  std::atomic<int> refused{0};
  std::atomic<int> started{0};
  const worker_script script{"echo", [&](inside* worker) {
                               ++started;
                               echo(worker);
                             }};
  for (int i = 0; i < clients; ++i)
    sys->open("https://page.example/", [&, i](browsing_context* client) {
      const auto shared = client->make_shared_worker(script);
      shared.port().on_message([&, i, client](message_event& ev) {
        answered += ev.data() == i ? 1 : 0;
        client->close();
      });
      shared.port().on_close([&, client] {
        ++refused;
        client->close();
      });
      shared.port().post_message(i);
    });
  REQUIRE(sys.all_end());
  CHECK(answered == clients);
  CHECK(refused == 0);
  CHECK(started >= 1);
}

TEST_CASE_METHOD(worker_page, "a shared worker handles what its last client posted last",
                 "[contexts][shared_worker]") {
  constexpr int posts = 1000;
  gate running;
  gate client_gone;
  std::atomic<int> handled{0};
  self.open("https://page.example/client", [&](browsing_context* client) {
    const auto shared = client->make_shared_worker({"sink", [&](inside* worker) {
                                                      worker->on_connect([&](message_event& ev) {
                                                        const auto port = ev.ports().at(0);
                                                        port.on_message([&, port] { ++handled; });
                                                      });
                                                      running.open();
                                                      static_cast<void>(client_gone.pass());
                                                    }});
    for (int i = 0; i < posts; ++i)
      shared.port().post_message(i);
    client->close();
  });
  REQUIRE(running.pass());
  REQUIRE(settles_with(1)); // The worker.
  client_gone.open();
  REQUIRE(settles_with(0));
  CHECK(handled == posts);
}

TEST_CASE_METHOD(worker_page, "a client that comes when the last one has gone keeps the worker",
                 "[contexts][shared_worker]") {
  gate holding;
  gate client_gone;
  gate unused;
  gate next_client_asked;
  const worker_script script{"script", [&](inside* worker) {
                               auto [port1, port2] = worker->make_channel();
                               port2.on_message(
                                 [&] { // By now the worker has counted out its only client.
                                   unused.open();
                                   static_cast<void>(next_client_asked.pass());
                                 });
                               worker->on_connect([&, port1 = port1](message_event& ev) {
                                 const auto port = ev.ports().at(0);
                                 port.on_message([&, port, port1](message_event& msg) {
                                   port.post_message(msg.data());
                                   if (msg.data() != "hold")
                                     return;
                                   holding.open();
                                   static_cast<void>(client_gone.pass());
                                   port1.post_message("once its end has been delivered");
                                 });
                               });
                             }};
  self.open("https://page.example/client", [&](browsing_context* client) {
    client->make_shared_worker(script).port().post_message("hold");
    client->close();
  });
  REQUIRE(holding.pass());
  REQUIRE(settles_with(1));
  client_gone.open();
  REQUIRE(unused.pass());
  const auto shared = self.make_shared_worker(script);
  listen(shared.port());
  CHECK_FALSE(shared.port().post_message("still there?"));
  next_client_asked.open();
  REQUIRE(hears(1));
  CHECK(heard == lines{"still there?"});
  CHECK(sys->statistics().contexts_opened == 3);
}

TEST_CASE_METHOD(worker_page, "a shared worker that never has nothing to do still ends",
                 "[contexts][shared_worker]") {
  const auto made = self.open("https://page.example/client", [](browsing_context* client) {
    const auto shared = client->make_shared_worker(
      {"busy", [](inside* worker) {
         auto [port1, port2] = worker->make_channel();
         port1.on_message([port = port1](message_event& ev) { port.post_message(ev.data()); });
         port2.on_message([port = port2](message_event& ev) { port.post_message(ev.data()); });
         for (int i = 0; i < 1000; ++i)
           port1.post_message(i);
         echo(worker);
       }});
    shared.port().on_message([client] { client->close(); });
    shared.port().post_message("there?");
  });
  CHECK(settles_with(0));
  CHECK(made.closed());
}

TEST_CASE_METHOD(worker_page, "a shared worker that has closed itself is found by nobody",
                 "[contexts][shared_worker]") {
  const worker_script script{"once", [](inside* worker) {
                               worker->on_connect([worker](message_event& ev) {
                                 ev.ports().at(0).post_message("hello and goodbye");
                                 worker->close();
                               });
                             }};
  for (int i = 0; i < 3; ++i) {
    const auto shared = self.make_shared_worker(script);
    listen(shared.port());
    REQUIRE(hears(2));
    CHECK(heard == lines{"hello and goodbye", "closed context_closed"});
    heard.clear();
  }
  CHECK(settles_with(0));
}

TEST_CASE_METHOD(worker_page, "a client beyond the worker's limit of ports is turned away",
                 "[contexts][shared_worker]") {
  limits bounds;
  bounds.ports_per_context_max = 4; // Two for each client.
  std::vector<shared_worker> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(self.make_shared_worker({"echo", echo}, {.limits = bounds}));
    listen(clients.back().port());
    CHECK_FALSE(clients.back().port().post_message(i));
    REQUIRE(hears(static_cast<std::size_t>(i) + 1));
  }
  CHECK(heard == lines{"0", "1", "closed limit"});
  CHECK_FALSE(clients.front().port().post_message("still there?"));
  REQUIRE(hears(4));
  CHECK(heard.back() == "still there?");
}

TEST_CASE_METHOD(worker_page, "workers may be clients of shared workers, and own dedicated ones",
                 "[contexts][shared_worker]") {
  const worker_script shared_echo{
    "echo", [](inside* worker) {
      const auto helper = worker->make_worker(
        {"helper", [](dedicated_worker_global_scope* inner) {
           inner->on_message([](message_event& ev) {
             const auto port = ev.ports().at(0);
             port.on_message([port](message_event& msg) { port.post_message(msg.data()); });
           });
         }});
      worker->on_connect(
        [helper](message_event& ev) { helper.post_message("yours", {ev.ports().at(0)}); });
    }};
  const auto made = make([shared_echo](dedicated_worker_global_scope* worker) {
    const auto shared = worker->make_shared_worker(shared_echo);
    shared.port().on_message([worker](message_event& ev) { worker->post_message(ev.data()); });
    shared.port().post_message("round the house");
  });
  REQUIRE(hears(1));
  CHECK(heard == lines{"round the house"});
  CHECK(sys->statistics().contexts_open == 4);
  made.terminate();
  CHECK(settles_with(0));
}

TEST_CASE("a handle of a shared worker outside of its client stops the process",
          "[contexts][shared_worker]") {
  const auto die = [](void (*use)(const shared_worker&)) {
    const auto seen = test::death_of([use] {
      test::test_system sys;
      scoped_context client{*sys, "https://client.example/"};
      const auto made = client.make_shared_worker({"script", [](shared_worker_global_scope*) {}});
      const scoped_context other{*sys, "https://other.example/"};
      use(made);
    });
    CHECK(seen.signal == SIGABRT);
    CHECK(seen.output.find("'shared worker 'script'' of context 'main' was used in context 'main'")
          != std::string::npos);
  };
  die([](const shared_worker& made) { made.port().start(); });
  die([](const shared_worker& made) { made.on_error([] {}); });
  die([](const shared_worker& made) { made.add_event_listener("error", [] {}); });
  die([](const shared_worker& made) { made.remove_event_listener(listener_id{1}); });
}
