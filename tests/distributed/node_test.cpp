#include <optional>

#include <catch2/catch_test_macros.hpp>

#include "two_nodes.hpp"

namespace hawser::test {
namespace {

TEST_CASE("a window of another node gets a message and a port, and answers over it",
          "[distributed]") {
  test_node a{"a"};
  test_node b{"b"};
  notebook seen;
  b->publish("frame", b.system().open("https://frame.example/", [&](browsing_context* self) {
    self->on_message([&seen, self](message_event& ev) {
      seen.add(ev.origin() + " says " + to_string(ev.data()));
      const auto port = ev.ports().at(0);
      port.post_message("Message back from the IFrame");
      self->close();
    });
  }));
  const auto where = b.address() + "/frame";
  a.system().open("https://page.example/", [&](browsing_context* self) {
    auto [port1, port2] = self->make_channel();
    port1.on_message([&seen, self](message_event& ev) {
      seen.add("page got " + to_string(ev.data()));
      self->close();
    });
    static_cast<void>(a->open(where).post_message("Hello!", "*", {port2}));
  });
  CHECK(seen.await(2)
        == lines{"https://page.example says Hello!", "page got Message back from the IFrame"});
}

} // namespace
} // namespace hawser::test
