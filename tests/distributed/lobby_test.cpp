// What nodes ask each other, what they are called, and what they tell of themselves.

#include <algorithm>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "hawser/link.hpp"
#include "raw_peer.hpp"
#include "two_nodes.hpp"

namespace hawser::test {
namespace {

template <class Condition>
bool comes_true(Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::yield();
  }
  return true;
}

start_function greeter(notebook& seen) {
  return [&seen](browsing_context* self) {
    self->on_message([&seen, self](message_event& ev) {
      seen.add(ev.origin() + " says " + to_string(ev.data()));
      self->close();
    });
  };
}

// -- questions ----------------------------------------------------------------------------------

TEST_CASE("a window that is published after it was asked for is found", "[distributed][lobby]") {
  notebook seen;
  test_node a{"a"};
  test_node b{"b"};
  scoped_context page{a.system(), "https://page.example/"};
  static_cast<void>(a->open(b.address() + "/late").post_message("hello", "*"));
  // The port for the answer is there, so the question is.
  REQUIRE(comes_true([&] { return b->peers().size() == 1 && b->peers()[0].channels == 1; }));
  CHECK(seen.all().empty());
  b->publish("early", b.system().open("https://frame.example/", greeter(seen)));
  b->publish("late", b.system().open("https://frame.example/", greeter(seen)));
  CHECK(seen.await(1) == lines{"https://page.example says hello"});
  CHECK(comes_true([&] { return b->peers()[0].channels == 0; }));
  CHECK(a.log().empty());
  b.system().close_all();
}

TEST_CASE("a window at another node is closed when its context ends, and so is a message's source",
          "[distributed][lobby]") {
  test_node a{"a"};
  test_node b{"b"};
  scoped_context page{a.system(), "https://page.example/"};
  window_proxy source;
  page.on_message([&source](message_event& ev) { source = ev.source(); });
  const auto frame = b.system().open("https://frame.example/", [](browsing_context* self) {
    self->on_message([self](message_event& ev) {
      if (ev.data() == "end")
        return self->close();
      static_cast<void>(ev.source().post_message(ev.data(), "*"));
    });
  });
  const auto staying = b.system().open("https://frame.example/", [](browsing_context*) {});
  b->publish("frame", frame);
  b->publish("staying", staying);
  const auto window = a->open(b.address() + "/frame");
  const auto other = a->open(b.address() + "/staying");
  CHECK_FALSE(window.post_message("answer", "*"));
  REQUIRE(page.run_until([&source] { return static_cast<bool>(source); }, patience));
  CHECK_FALSE(window.closed());
  CHECK_FALSE(source.closed());
  CHECK_FALSE(window.post_message("end", "*"));
  CHECK(comes_true([&] { return window.closed() && source.closed(); }));
  CHECK_FALSE(other.closed());
  b.system().close_all();
  CHECK(comes_true([&other] { return other.closed(); }));
}

TEST_CASE("a question for a window that nobody publishes is refused when patience ends",
          "[distributed][lobby]") {
  test_node a{"a"};
  node_options options;
  options.patience = std::chrono::milliseconds{50};
  test_node b{"b", options};
  scoped_context page{a.system(), "https://page.example/"};
  auto [port1, port2] = page.make_channel();
  static_cast<void>(a->open(b.address() + "/never").post_message("hello", "*", {port2}));
  const auto back = page.receive(port1, patience);
  REQUIRE_FALSE(back);
  CHECK(back.error().what() == "the channel of MessagePort 1 has ended: refused");
  CHECK(a.log()
        == lines{"[warning] [node] window_not_found: node b has published no window 'never'"});
}

TEST_CASE("only so many questions of a node wait", "[distributed][lobby]") {
  test_node a{"a"};
  node_options options;
  options.patience = std::chrono::hours{1};
  options.waiting_per_node_max = 2;
  test_node b{"b", options};
  REQUIRE(a->connect(b.address()));
  std::vector<window_proxy> asked;
  for (const auto* name : {"/one", "/two", "/three"})
    asked.push_back(a->open(b.address() + name));
  CHECK(comes_true([&asked] { return asked[2].closed(); }));
  CHECK_FALSE(asked[0].closed());
  CHECK_FALSE(asked[1].closed());
  CHECK(a.log()
        == lines{"[warning] [node] window_not_found: node b has published no window 'three'"});
}

// -- names --------------------------------------------------------------------------------------

TEST_CASE("capitals make no difference in the names of nodes", "[distributed][names]") {
  notebook seen;
  node_options options;
  options.grants["BEE"] = {"https://page.example"};
  test_node a{"a", options};
  test_node bee{"Bee"};
  CHECK(bee->name() == "bee");
  a->publish("frame", a.system().open("https://frame.example/", [&seen](browsing_context* self) {
    self->on_message([&seen](message_event& ev) { seen.add(ev.origin()); });
  }));
  const auto frame = bee->open(a.address() + "/frame");
  for (const auto* url : {"hawser://Bee/", "https://page.example/"}) {
    scoped_context page{bee.system(), url};
    static_cast<void>(frame.post_message("hello", "*"));
  }
  CHECK(seen.await(2) == lines{"hawser://bee", "https://page.example"});
  CHECK(a.log().empty());
}

TEST_CASE("a name whose origin would be another is none", "[distributed][names]") {
  test_system sys;
  for (const std::string name : {"7", "node.7", "0x10", "10.1"})
    CHECK_THROWS_AS((node{*sys, {.name = name}}), std::invalid_argument);
  try {
    node{*sys, {.name = "7"}};
  } catch (const std::invalid_argument& refused) {
    CHECK(std::string{refused.what()}
          == "'7' cannot be a node's name: its origin would be hawser://0.0.0.7");
  }
  CHECK(node{*sys, {.name = "node-7"}}.name() == "node-7");
}

// -- what nodes tell of themselves --------------------------------------------------------------

// What a node on that port tells a client of where it can be reached.
std::string contact_told_at(std::uint16_t port) {
  const raw_socket client{raw_socket::connect_to(port)};
  link line{link::side::initiator, {{7, 7}, "m", {}, {}}, 0};
  std::vector<std::byte> bytes;
  line.take_output(bytes, std::size_t{1} << 20);
  client.send({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (;;) {
    const auto next = client.read(1);
    if (next.empty())
      return "nothing";
    line.receive(std::as_bytes(std::span{next}), 0);
    while (auto event = line.next_event())
      if (const auto* told = std::get_if<link_event::introduced>(&event->what))
        return told->peer.contact;
  }
}

TEST_CASE("a node that listens everywhere tells nobody to reach it there",
          "[distributed][contact]") {
  test_node near{"a"};
  const auto address = near.address();
  CHECK(contact_told_at(near.port()) == address);
  test_node everywhere{"b"};
  CHECK(contact_told_at(*everywhere->listen("0.0.0.0", 0, exposure::anybody)).empty());
  node_options options;
  options.contact = "hawser://b.example:4000";
  test_node named{"c", options};
  CHECK(contact_told_at(*named->listen("0.0.0.0", 0, exposure::anybody))
        == "hawser://b.example:4000");
}

TEST_CASE("a system is one node, which it makes itself when it is asked for",
          "[distributed][system]") {
  notebook seen;
  test_system one;
  test_system two;
  CHECK(one->nodes().empty());
  const auto port = one->listen("127.0.0.1", 0);
  REQUIRE(port);
  one->own_node().publish("frame", one->open("https://frame.example/", greeter(seen)));
  const auto url = "hawser://127.0.0.1:" + std::to_string(*port);
  const auto name = two->connect(url);
  REQUIRE(name);
  CHECK(*name == one->own_node().name());
  REQUIRE(two->nodes().size() == 1);
  CHECK(two->nodes()[0].name == *name);
  CHECK(two->nodes()[0].channels == 0);
  CHECK(two->nodes()[0].bytes_out > 0);
  CHECK(two->connect("hawser://nowhere").error() == errc::syntax_error);
  {
    scoped_context page{*two, "data:,"};
    static_cast<void>(two->own_node().open(url + "/frame").post_message("hello", "*"));
    CHECK(seen.await(1) == lines{"null says hello"});
  }
  CHECK_THROWS_AS(node{*two}, std::logic_error);
  test_node own{"a"};
  CHECK_THROWS_AS(own.system().own_node(), std::logic_error);
  REQUIRE(own.system().connect(url));
  CHECK(own->peers().size() == 1);
  CHECK(own.system().nodes().size() == 1);
}

} // namespace
} // namespace hawser::test
