// Contexts that end by force or rest, and how their peers learn of it.

#include <memory>

#include <catch2/catch_test_macros.hpp>

#include "caf_messages.hpp"
#include "test_system.hpp"

using namespace hawser;
using test::lines;

TEST_CASE("a context that is killed in the middle of a turn closes all it has",
          "[contexts][close]") {
  test::notebook notes;
  test::test_system sys;
  constexpr int depth = 1000;
  const auto victim = sys->open("https://victim.example/", [&](browsing_context* self) {
    self->on_message([self](message_event& ev) {
      const auto port = ev.ports().at(0);
      auto [mine, its] = self->make_channel();
      port.post_message("yours", {its});
      mine.on_message([self, port, mine = mine] { self->quit(caf::exit_reason::kill); });
    });
  });
  sys->open("https://page.example/", [&](browsing_context* self) {
    auto [to_victim, given] = self->make_channel();
    const auto count = std::make_shared<int>(0);
    const auto note = [&, self, count](const message_port& peer) {
      peer.on_close([&, self, count, peer](close_event& ev) {
        if (ev.reason() == close_reason::context_crashed)
          notes.add("crashed");
        if (++*count == depth + 1)
          self->close();
      });
    };
    note(to_victim);
    to_victim.on_message([&, self, note](message_event& ev) {
      const auto arrived = ev.ports().at(0);
      note(arrived);
      // Everything that follows waits in the queue of the port that will be told to die.
      auto [innermost, nested] = self->make_channel();
      note(innermost);
      for (int i = 2; i < depth; ++i) {
        auto around = self->make_channel();
        around.port1.post_message(nullptr, {nested});
        note(around.port1);
        nested = around.port2;
      }
      arrived.post_message("die");
      arrived.post_message(nullptr, {nested});
    });
    victim.post_message("a port", "*", {given});
  });
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"crashed", "crashed"});
}

TEST_CASE("a context that holds back its events delivers them when it goes on",
          "[contexts][suspend]") {
  caf::init_global_meta_objects<caf::id_block::program>();
  test::notebook notes;
  test::test_system sys;
  caf::actor actor;
  test::gate ready;
  const auto page = sys->open("https://page.example/", [&](browsing_context* self) {
    self->on_message([&, self](message_event& ev) {
      notes.add(to_string(ev.data()));
      if (ev.data() == value{"end"})
        self->close();
    });
    self->suspend_deliveries();
    self->handle([&, self](program::tick) {
      notes.add("a CAF message");
      self->resume_deliveries();
    });
    actor = test::actor_of(self);
    ready.open();
  });
  REQUIRE(ready.pass());
  for (const auto* text : {"one", "two", "end"})
    CHECK_FALSE(page.post_message(text, "*"));
  caf::anon_send(actor, program::tick{});
  actor = nullptr;
  REQUIRE(sys.all_end());
  CHECK(notes.all() == lines{"a CAF message", "one", "two", "end"});
}
