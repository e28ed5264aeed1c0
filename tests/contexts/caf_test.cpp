// Contexts as CAF actors among others.

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/timespan.hpp>

#include "caf_messages.hpp"
#include "test_system.hpp"

using namespace hawser;
using test::lines;

namespace {

void prepare_program() {
  caf::init_global_meta_objects<caf::id_block::program>();
}

// An actor that has never heard of hawser.
caf::behavior oracle() {
  return {
    [](const program::question& asked) {
      return program::answer{"the answer to " + std::to_string(asked.number)};
    },
  };
}

// A page that hands one end of a channel to `target` and tells why the other end closes.
void watch(hawser::system& sys, const window_proxy& target, test::notebook& notes) {
  sys.open("https://watcher.example/", [&notes, target](browsing_context* self) {
    auto [mine, its] = self->make_channel();
    mine.on_close([&notes, self, mine = mine](close_event& ev) {
      notes.add("closed: " + std::string{to_string(ev.reason())});
      self->close();
    });
    mine.on_message([&notes](message_event& ev) { notes.add(to_string(ev.data())); });
    target.post_message("watch", "*", {its});
  });
}

// Keeps the ports it is handed and says so.
void keep_ports(browsing_context* self) {
  auto kept = std::make_shared<std::vector<message_port>>();
  self->on_message([kept](message_event& ev) {
    for (const auto& port : ev.ports()) {
      kept->push_back(port);
      port.post_message("watched");
    }
  });
}

} // namespace

TEST_CASE("a context handles CAF messages beside its events", "[contexts][caf]") {
  prepare_program();
  test::notebook notes;
  test::test_system sys;
  const auto asked = sys->actors().spawn(oracle);
  sys->open("https://page.example/", [&](browsing_context* self) {
    self->on_message([&, self](message_event& ev) {
      notes.add("event " + to_string(ev.data()));
      self->send(asked, program::question{*ev.data().as<int>()});
    });
    self->handle([&, self](const program::answer& got) {
      notes.add(got.text);
      self->close();
    });
    self->window().post_message(42);
  });
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"event 42", "the answer to 42"});
}

TEST_CASE("CAF handlers can be added later, earlier ones go first, and answers go back",
          "[contexts][caf]") {
  prepare_program();
  test::notebook notes;
  caf::actor context;
  test::gate ready;
  test::test_system sys;
  sys->open("https://page.example/", [&](browsing_context* self) {
    self->handle([](const program::question& asked) {
      return program::answer{"first, to " + std::to_string(asked.number)};
    });
    self->on_message([&, self] {
      self->handle([](const program::question&) { return program::answer{"second"}; },
                   [&, self](program::tick) {
                     notes.add("tick");
                     self->close();
                   });
      context = test::actor_of(self);
      ready.open();
    });
    self->window().post_message("add");
  });
  REQUIRE(ready.pass());
  caf::scoped_actor main{sys->actors()};
  main->request(context, caf::timespan{test::patience}, program::question{7})
    .receive([&](const program::answer& got) { notes.add(got.text); },
             [&](const caf::error& failure) { notes.add(to_string(failure)); });
  caf::anon_send(context, program::tick{});
  context = nullptr;
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"first, to 7", "tick"});
}

TEST_CASE("timers of CAF work in a context", "[contexts][caf]") {
  prepare_program();
  test::notebook notes;
  test::test_system sys;
  sys->open("https://page.example/", [&](browsing_context* self) {
    self->handle([&, self](program::tick) {
      notes.add("tick");
      self->close();
    });
    self->delayed_send(self, std::chrono::milliseconds{1}, program::tick{});
    self->window().post_message("ignored");
  });
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"tick"});
}

TEST_CASE("CAF handlers may post and make channels", "[contexts][caf]") {
  prepare_program();
  test::notebook notes;
  test::test_system sys;
  sys->open("https://page.example/", [&](browsing_context* self) {
    self->handle([&, self](program::tick) {
      auto [port1, port2] = self->make_channel();
      port2.on_message([&, self](message_event& ev) {
        notes.add(to_string(ev.data()));
        self->close();
      });
      port1.post_message("from a CAF handler");
    });
    self->send(self, program::tick{});
  });
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"from a CAF handler"});
}

TEST_CASE("a CAF handler that throws ends the context, and its peers see a crash",
          "[contexts][caf]") {
  prepare_program();
  test::notebook notes;
  test::test_system sys;
  const auto page = sys->open(
    "https://page.example/",
    [&](browsing_context* self) {
      keep_ports(self);
      self->handle([&](program::tick) -> void { throw std::runtime_error{"broken handler"}; });
      self->add_event_listener("message", [self] { self->send(self, program::tick{}); });
    },
    {.name = "page"});
  watch(*sys, page, notes);
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"watched", "closed: context_crashed"});
  CHECK(sys->statistics().contexts_crashed == 1);
  CHECK(sys.log()
        == lines{"[error] [context] handler_threw: context 'page': a CAF handler threw, the "
                 "context ends: broken handler"});
}

TEST_CASE("an exit message ends a context, and peers learn whether it was in order",
          "[contexts][caf]") {
  struct one_case {
    caf::exit_reason reason;
    const char* seen;
    unsigned crashes;
  };
  const auto& [reason, seen, crashes] =
    GENERATE(one_case{caf::exit_reason::kill, "closed: context_crashed", 1},
             one_case{caf::exit_reason::user_shutdown, "closed: context_closed", 0},
             one_case{caf::exit_reason::out_of_workers, "closed: context_crashed", 1});
  CAPTURE(to_string(reason));
  test::notebook notes;
  test::test_system sys;
  caf::actor context;
  const auto page = sys->open("https://page.example/", [&](browsing_context* self) {
    keep_ports(self);
    context = test::actor_of(self);
  });
  watch(*sys, page, notes);
  REQUIRE(notes.await(1) == lines{"watched"});
  caf::anon_send_exit(context, reason);
  context = nullptr;
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"watched", seen});
  CHECK(sys->statistics().contexts_crashed == crashes);
}

TEST_CASE("a context killed from outside takes its nested contexts along", "[contexts][caf]") {
  test::gate ready;
  window_proxy child;
  caf::actor context;
  test::test_system sys;
  sys->open("https://page.example/", [&](browsing_context* self) {
    child = self->open("https://child.example/", nullptr);
    context = test::actor_of(self);
    ready.open();
  });
  REQUIRE(ready.pass());
  caf::anon_send_exit(context, caf::exit_reason::kill);
  context = nullptr;
  REQUIRE(sys.all_end());
  CHECK(child.closed());
}

TEST_CASE("contexts live in an actor system that exists already, beside its actors",
          "[contexts][caf]") {
  prepare_program();
  hawser::init_global_meta_objects();
  test::notebook notes;
  caf::actor_system_config settings;
  caf::actor_system actors{settings};
  const auto asked = actors.spawn(oracle);
  {
    hawser::system first{actors};
    hawser::system second{actors};
    CHECK(&first.actors() == &actors);
    const auto far = second.open("https://far.example/", [](browsing_context* self) {
      self->on_message([self](message_event& ev) {
        ev.ports().at(0).post_message("across systems");
        self->close();
      });
    });
    first.open("https://page.example/", [&](browsing_context* self) {
      self->handle([&, self](const program::answer& got) {
        notes.add(got.text);
        self->close();
      });
      auto [mine, its] = self->make_channel();
      mine.on_message([&, self](message_event& ev) {
        notes.add(to_string(ev.data()));
        self->send(asked, program::question{1});
      });
      far.post_message(nullptr, "*", {its});
    });
    CHECK(notes.await(2) == lines{"across systems", "the answer to 1"});
    // Both destructors wait for their own contexts only: the oracle lives on.
  }
  caf::scoped_actor main{actors};
  main->request(asked, caf::timespan{test::patience}, program::question{2})
    .receive([&](const program::answer& got) { notes.add(got.text); },
             [&](const caf::error& failure) { notes.add(to_string(failure)); });
  CHECK(notes.all().back() == "the answer to 2");
}

TEST_CASE("a burst of messages is no CAF message to its context", "[contexts][caf]") {
  prepare_program();
  constexpr int ports = 100;
  constexpr int messages_per_port = 20;
  test::gate posted;
  test::notebook notes;
  caf::actor context;
  int heard = 0; // The receiver's own until it has ended.
  test::test_system sys;
  const auto receiver = sys->open("https://receiver.example/", [&](browsing_context* self) {
    context = test::actor_of(self);
    self->handle([self](program::tick) { self->close(); });
    self->on_message([&](message_event& ev) {
      for (const auto& port : ev.ports())
        port.on_message([&] {
          if (++heard == ports * messages_per_port)
            notes.add("all heard");
        });
      notes.add("ready");
      posted.pass(); // Busy while the burst comes in.
    });
  });
  scoped_context main{*sys};
  std::vector<message_port> mine;
  transfer_list its;
  for (int i = 0; i < ports; ++i) {
    auto [near, far] = main.make_channel();
    mine.push_back(near);
    its.add(far);
  }
  CHECK_FALSE(receiver.post_message(nullptr, "*", its));
  notes.await(1);
  const auto& processed = *sys->actors().base_metrics().processed_messages;
  const auto before = processed.value();
  for (int i = 0; i < messages_per_port; ++i)
    for (const auto& port : mine)
      CHECK_FALSE(port.post_message(i));
  posted.open();
  notes.await(2);
  caf::anon_send(context, program::tick{});
  context = nullptr;
  REQUIRE(sys.all_end());
  CHECK(heard == ports * messages_per_port);
  // The tick, and one more whose handling may have been counted late; the events took 8 turns.
  CHECK(processed.value() - before <= 2);
}

TEST_CASE("a context does one thing at a time, whatever comes from wherever", "[contexts][caf]") {
  prepare_program();
  constexpr int posters = 3;
  constexpr int senders = 3;
  constexpr int each = 20000;
  test::notebook notes;
  caf::actor context;
  std::atomic<bool> inside{false};
  std::atomic<int> met{0};
  int events = 0; // The receiver's own until it has ended, as the next.
  int ticks = 0;
  test::test_system sys;
  const auto alone = [&](int& count, browsing_context* self) {
    met += inside.exchange(true) ? 1 : 0;
    ++count;
    const bool last = events == posters * each && ticks == senders * each;
    inside = false;
    if (last)
      self->close();
  };
  const auto receiver = sys->open("https://receiver.example/", [&](browsing_context* self) {
    context = test::actor_of(self);
    self->handle([&, self](program::tick) { alone(ticks, self); });
    self->on_message([&, self](message_event& ev) {
      ev.ports().at(0).on_message([&, self] { alone(events, self); });
    });
    notes.add("ready");
  });
  REQUIRE(notes.await(1).size() == 1);
  // Little at a time, so that the receiver falls asleep and is woken from both sides over and over.
  constexpr int at_once = 4;
  for (int i = 0; i < posters; ++i)
    sys->open("https://poster.example/", [&](browsing_context* self) {
      auto [mine, its] = self->make_channel();
      receiver.post_message(nullptr, "*", {its});
      auto [again, again_too] = self->make_channel();
      again_too.on_message([left = each, mine = mine, again = again]() mutable {
        for (int sent = 0; sent < at_once && left > 0; ++sent, --left)
          mine.post_message(left);
        if (left > 0)
          again.post_message(nullptr);
        else
          mine.label("done");
      });
      again.post_message(nullptr);
    });
  std::vector<std::jthread> threads;
  threads.reserve(senders);
  for (int i = 0; i < senders; ++i)
    threads.emplace_back([&context] {
      for (int sent = 0; sent < each; ++sent)
        caf::anon_send(context, program::tick{});
    });
  threads.clear();
  context = nullptr;
  const auto deadline = std::chrono::steady_clock::now() + test::patience;
  while (!receiver.closed() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  sys->close_all();
  REQUIRE(sys.all_end());
  CHECK(met == 0);
  CHECK(events == posters * each);
  CHECK(ticks == senders * each);
}

TEST_CASE("a context that floods itself still handles CAF messages soon", "[contexts][caf]") {
  prepare_program();
  test::test_system sys;
  const auto turn = limits{}.deliveries_per_turn_max;
  std::size_t events = 0; // The context's own until it has ended.
  std::size_t sent_at = 0;
  std::size_t handled_at = 0;
  sys->open("https://page.example/", [&](browsing_context* self) {
    auto [port1, port2] = self->make_channel();
    port2.on_message([&, self, port1 = port1] {
      port1.post_message("for ever");
      if (++events == 1000) {
        sent_at = events;
        self->send(self, program::tick{});
      }
    });
    self->handle([&, self](program::tick) {
      handled_at = events;
      self->close();
    });
    for (int i = 0; i < 500; ++i)
      port1.post_message("for ever");
  });
  REQUIRE(sys.all_end());
  CHECK(sent_at == 1000);
  CHECK(handled_at - sent_at <= turn);
}

TEST_CASE("a flooded port leaves other ports of its context their turns", "[contexts][caf]") {
  test::test_system sys;
  const auto quantum = limits{}.deliveries_per_port_max;
  std::size_t flood = 0;
  std::size_t at_urgent = 0;
  sys->open("https://page.example/", [&](browsing_context* self) {
    auto [flood1, flood2] = self->make_channel();
    auto [urgent1, urgent2] = self->make_channel();
    urgent2.on_message([&, self] {
      at_urgent = flood;
      self->close();
    });
    flood2.on_message([&, flood1 = flood1, urgent1 = urgent1] {
      flood1.post_message(0);
      if (++flood == 100)
        urgent1.post_message(1);
    });
    for (int i = 0; i < 500; ++i)
      flood1.post_message(0);
  });
  REQUIRE(sys.all_end());
  CHECK(at_urgent >= 100);
  CHECK(at_urgent - 100 <= quantum);
}
