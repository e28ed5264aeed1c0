// For whom a node may speak.

#include <catch2/catch_test_macros.hpp>

#include "two_nodes.hpp"

namespace hawser::test {
namespace {

/// What becomes of a message with a port from a page of `url` at node a to a window at node b.
struct delivery {
  lines seen; ///< By the window.
  std::string port;
  lines log; ///< Of b.
};

delivery deliver(std::string_view url, std::vector<std::string> granted) {
  test_node a{"a"};
  node_options options;
  options.grants["a"] = std::move(granted);
  options.grants["somebody"] = {"*"};
  test_node b{"b", options};
  notebook seen;
  b->publish("frame", b.system().open("https://frame.example/", [&seen](browsing_context* self) {
    self->on_message([&seen](message_event& ev) {
      seen.add(ev.origin() + " says " + to_string(ev.data()));
      for (const auto& port : ev.ports())
        static_cast<void>(port.post_message("thanks"));
    });
  }));
  scoped_context page{a.system(), url};
  auto [port1, port2] = page.make_channel();
  static_cast<void>(a->open(b.address() + "/frame").post_message("Hello!", "*", {port2}));
  const auto back = page.receive(port1, patience);
  return {seen.all(), back ? to_string(back->data) : back.error().what(), b.log()};
}

TEST_CASE("a node may speak for the origins it was granted", "[distributed][grants]") {
  for (const auto& granted : {lines{"https://page.example"}, lines{"*"},
                              lines{"https://other.example", "https://page.example"}}) {
    const auto got = deliver("https://page.example/", granted);
    CHECK(got.seen == lines{"https://page.example says Hello!"});
    CHECK(got.port == "thanks");
    CHECK(got.log.empty());
  }
}

TEST_CASE("a node may always speak for its own origin, and for opaque ones",
          "[distributed][grants]") {
  CHECK(deliver("hawser://a/", {}).seen == lines{"hawser://a says Hello!"});
  CHECK(deliver("data:,", {}).seen == lines{"null says Hello!"});
}

TEST_CASE("what a node says for an origin that it was not granted is refused, with its ports",
          "[distributed][grants]") {
  for (const auto& granted :
       {lines{}, lines{"https://page.example.org"}, lines{"http://page.example"},
        lines{"https://page.example:8443"}, lines{"https://"}}) {
    const auto got = deliver("https://page.example/", granted);
    CHECK(got.seen.empty());
    CHECK(got.port == "the channel of MessagePort 1 has ended: refused");
    CHECK(got.log
          == lines{"[warning] [node] origin_refused: node a may not speak for "
                   "https://page.example: its message was refused"});
  }
  const auto other = deliver("hawser://b/", {});
  CHECK(other.seen.empty());
  CHECK(other.log
        == lines{"[warning] [node] origin_refused: node a may not speak for hawser://b: its "
                 "message was refused"});
}

} // namespace
} // namespace hawser::test
