// How long ports live, and what becomes of messages for contexts that rest or have ended.

#include <optional>

#include <catch2/catch_test_macros.hpp>

#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::connect;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

TEST_CASE("a listener and a waiting message keep a port that nobody holds", "[lifetime][LF-001]") {
  test_context context;
  inbox at;
  {
    auto [port1, port2] = context->make_channel();
    at.listen(port2);
    port1.post_message("waits");
  }
  settle(context);
  CHECK(at.seen.at(0) == "waits");
}

TEST_CASE("a sender that is dropped after posting is heard", "[lifetime][LF-002]") {
  test_context a{"a"};
  std::optional<test_context> b{std::in_place, "b"};
  auto [port1, port2] = connect(a, *b);
  inbox at{port1};
  port2.post_message("last words");
  SECTION("the handle goes") {
    port2 = {};
    settle(a, *b);
    CHECK(at.seen == trace{"last words", "close context_unreachable"});
  }
  SECTION("the context goes") {
    b.reset();
    settle(a);
    CHECK(at.seen == trace{"last words", "close context_closed"});
  }
}

TEST_CASE("a channel of a frame that was taken away is silent", "[lifetime][LF-004]") {
  test_context page{"page"};
  std::optional<test_context> frame{std::in_place, "frame"};
  SECTION("made before") {
    const auto channel = (*frame)->make_channel();
    inbox first{channel.port1};
    inbox second{channel.port2};
    channel.port1.post_message("before");
    frame.reset();
    CHECK_FALSE(channel.port1.post_message("after"));
    settle(page);
    CHECK(first.seen.empty());
    CHECK(second.seen.empty());
  }
  SECTION("made after") {
    (*frame)->close(close_reason::context_closed);
    const auto channel = (*frame)->make_channel();
    inbox first{channel.port1};
    inbox second{channel.port2};
    CHECK_FALSE(channel.port1.post_message("after"));
    settle(page, *frame);
    CHECK(first.seen.empty());
    CHECK(second.seen.empty());
  }
}

TEST_CASE("a handle of a document that is gone reaches nothing from another one",
          "[lifetime][LF-005]") {
  test_context page{"page"};
  std::optional<test_context> frame{std::in_place, "frame"};
  auto [near, far] = connect(page, *frame);
  inbox at{near};
  const auto kept = far;
  frame.reset();
  frame.emplace("frame"); // The document that comes instead.
  page.run([&] {
    CHECK(kept.detached());
    CHECK_FALSE(kept.post_message("from the page, through a port of the frame"));
  });
  settle(page, *frame);
  CHECK(at.seen == trace{"close context_closed"});
}

TEST_CASE("a context that has asked to end hears nothing, but its posts arrive",
          "[lifetime][LF-007]") {
  test_context worker{"worker"};
  test_context parent{"parent"};
  auto [to_parent, from_worker] = connect(worker, parent);
  inbox at_parent{from_worker};
  worker->stop_deliveries();
  const auto own = worker->make_channel();
  inbox in_worker{own.port2};
  own.port1.post_message("never heard");
  to_parent.post_message("heard");
  settle(worker, parent);
  CHECK(in_worker.seen.empty());
  CHECK(at_parent.seen == trace{"heard"});
}

TEST_CASE("a message for a document that is loaded anew does not reach the new one",
          "[lifetime][LF-008]") {
  test_context page{"page"};
  std::optional<test_context> frame{std::in_place, "frame"};
  const auto window = (*frame)->window();
  CHECK_FALSE(window.post_message("for the old document", "*"));
  frame.reset();
  frame.emplace("frame");
  inbox at;
  at.listen((*frame)->window_events());
  CHECK_FALSE(window.post_message("late", "*"));
  settle(page, *frame);
  CHECK(at.seen.empty());
  CHECK(window.closed());
}

TEST_CASE("messages for a context that rests wait and come in order", "[lifetime][LF-009]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  inbox at{far};
  at.listen(b->window_events());
  const auto post = [&, near = near](int from) {
    for (int i = from; i < from + 100; ++i)
      near.post_message(i);
  };
  post(0);
  b->suspend();
  CHECK(b->suspended());
  post(100);
  settle(a, b);
  CHECK(at.seen.empty());
  b->window().post_message("to the window", "*");
  near.close();
  settle(a, b);
  CHECK(at.seen.empty());
  SECTION("it comes back") {
    b->resume();
    settle(a, b);
    REQUIRE(at.seen.size() == 202);
    std::erase(at.seen, "to the window");
    for (int i = 0; i < 200; ++i)
      CHECK(at.seen[static_cast<std::size_t>(i)] == std::to_string(i));
    CHECK(at.seen.back() == "close closed_by_peer");
  }
  SECTION("it is discarded") {
    b->close(close_reason::context_closed);
    b->resume();
    settle(a, b);
    CHECK(at.seen.empty());
  }
}

TEST_CASE("the peers of a context that terminates see their ports closed", "[lifetime][LF-010]") {
  test_context page{"page"};
  std::optional<test_context> worker{std::in_place, "worker"};
  inbox at;
  std::vector<message_port> mine;
  for (int i = 0; i < 100; ++i) {
    mine.push_back(connect(page, *worker).port1);
    at.listen(mine.back());
  }
  (*worker)->close(close_reason::context_crashed);
  for (const auto& port : mine)
    CHECK_FALSE(port.post_message("into the void"));
  settle(page, *worker);
  CHECK(at.seen == trace(100, "close context_crashed"));
  for (const auto& port : mine) {
    CHECK_FALSE(port.post_message("still into the void"));
    CHECK(port.buffered_amount() == 0);
  }
}

TEST_CASE("a buffer outlives the context that sent it", "[lifetime][LF-011]") {
  test_context page{"page"};
  std::optional<test_context> worker{std::in_place, "worker"};
  auto [near, far] = connect(page, *worker);
  inbox at{near};
  {
    array_buffer bytes{1000};
    bytes.data()[999] = std::byte{42};
    far.post_message(bytes, {bytes});
  }
  worker.reset();
  settle(page);
  REQUIRE(at.data.size() == 1);
  const auto received = at.data[0].as<array_buffer>();
  REQUIRE(received);
  CHECK(received->size() == 1000);
  CHECK(received->bytes()[999] == std::byte{42});
}

TEST_CASE("a context that ends drops what waits for it and is done", "[lifetime][LF-012]") {
  test_context page{"page"};
  std::optional<test_context> worker{std::in_place, "worker"};
  auto [near, far] = connect(page, *worker);
  inbox at{near};
  inbox never{far};
  constexpr int count = 10'000;
  for (int i = 0; i < count; ++i)
    near.post_message(i);
  while (never.seen.size() < 10)
    worker->step(1);
  CHECK(never.seen.size() == 10);
  worker.reset();
  settle(page);
  CHECK(never.seen.size() == 10);
  CHECK(at.seen == trace{"close context_closed, " + std::to_string(count - 10) + " undelivered"});
}

TEST_CASE("what is in a message that nobody reads is let go with it", "[lifetime][LF-013]") {
  test_context page{"page"};
  std::optional<test_context> worker{std::in_place, "worker"};
  auto [near, far] = connect(page, *worker);
  const auto inner = page->make_channel();
  inbox peer{inner.port1};
  array_buffer bytes{100};
  near.post_message(array{bytes, inner.port2}, {bytes, inner.port2});
  inner.port1.post_message("inside");
  worker.reset();
  settle(page);
  CHECK(peer.seen == trace{"close undeliverable, 1 undelivered"});
  CHECK(near.buffered_amount() == 0);
  CHECK(inner.port1.buffered_amount() == 0);
}

TEST_CASE("the ports of a page that rests work when it comes back", "[lifetime][LF-014]") {
  test_context page{"page"};
  test_context other{"other"};
  auto [near, far] = connect(page, other);
  inbox first{near};
  inbox second{far};
  page->suspend();
  far.post_message("while it rests");
  near.post_message("its own posts go out");
  settle(page, other);
  CHECK(first.seen.empty());
  CHECK(second.seen == trace{"its own posts go out"});
  page->resume();
  settle(page, other);
  CHECK(first.seen == trace{"while it rests"});
}

TEST_CASE("a blob in a message outlives its sender's own", "[lifetime][LF-003]") {
  test_context receiver{"receiver"};
  inbox at;
  {
    test_context sender{"sender"};
    auto [near, far] = connect(sender, receiver);
    at.listen(far);
    near.post_message(array{blob{std::string(1'000, 'x'), "text/plain"}});
    settle(sender, receiver);
  }
  REQUIRE(at.data.size() == 1);
  CHECK(at.data[0][0].get_if<blob>()->text() == std::string(1'000, 'x'));
}

} // namespace
} // namespace hawser
