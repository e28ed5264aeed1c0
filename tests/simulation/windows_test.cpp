// Posting to windows of other nodes.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "hostile.hpp"
#include "scenario.hpp"

namespace hawser::simulation {
namespace {

TEST_CASE("a target origin that no window elsewhere can have loses the message, and no connection",
          "[routing][S90]") {
  const std::string target = GENERATE(as<std::string>{}, "data:text/plain,x", "about:blank",
                                      "blob:x", "https://" + std::string(5'000, 'a') + ".example");
  mix how;
  how.nodes = 2;
  how.encoded = true;
  scenario s{how};
  auto& page = s.w.page(0);
  auto& there = s.w.page(1);
  const auto window = s.w.at(0).routes->remote_window(
    s.w.at(1).id, s.w.at(1).routes->publish(there.scope->registry().window()), "there");
  test::inbox at_mine;
  page.scope->run([&] {
    const auto [mine, its] = page.scope->registry().make_channel();
    at_mine.listen(mine);
    CHECK_FALSE(window.post_message(nullptr, target, {its}));
  });
  s.run();
  CHECK(s.w.count(incident::kind::rule) == 0);
  CHECK(at_mine.seen == test::trace{"close undeliverable"});
  CHECK(there.scope->registry().statistics().messages_delivered == 0);
}

// -- their ends ----------------------------------------------------------------------------------

constexpr end_name x{0, 0};
constexpr end_name y{0, 1};

// What a router says unasked leaves it with its next turn.
void take_turn(scenario& s, unsigned node) {
  s.w.at(node).waker->again();
  s.w.route(node);
}

window_id published(scenario& s, unsigned node) {
  return s.w.at(node).routes->publish(s.w.page(node).scope->registry().window());
}

window_proxy handle_at(scenario& s, unsigned node, unsigned of) {
  auto made =
    s.w.at(node).routes->remote_window(s.w.at(of).id, published(s, of), "page of another node");
  take_turn(s, node);
  return made;
}

TEST_CASE("a handle is closed when its context at another node has ended", "[routing][S91]") {
  scenario s{3};
  const auto first = handle_at(s, 0, 1);
  const auto second = handle_at(s, 2, 1);
  const auto other = handle_at(s, 0, 2);
  s.run();
  s.mark();
  s.end_contexts(1, close_reason::context_closed);
  CHECK_FALSE(first.closed());
  s.run();
  CHECK(first.closed());
  CHECK(second.closed());
  CHECK_FALSE(other.closed());
  CHECK(s.count("CLOSED") == 2);
  CHECK(s.w.at(0).routes->statistics().windows_elsewhere == 1);
}

TEST_CASE("the source of a message is closed when its context has ended", "[routing][S91]") {
  scenario s{2};
  window_proxy source;
  s.w.page(0).scope->registry().window_events().add_event_listener(
    "message", [&source](message_event& ev) { source = ev.source(); });
  s.make(1);
  s.move(x, 0);
  s.run();
  REQUIRE(source);
  CHECK_FALSE(source.closed());
  s.end_contexts(1, close_reason::context_crashed);
  s.run();
  CHECK(source.closed());
}

TEST_CASE("a window's end and the question for it may cross", "[routing][S91]") {
  scenario s{2};
  const auto id = published(s, 1);
  SECTION("it ends while the question is on its way") {
    const auto handle = handle_at(s, 0, 1);
    s.end_contexts(1, close_reason::context_closed);
    CHECK_FALSE(handle.closed());
    s.run();
    CHECK(handle.closed());
  }
  SECTION("it has been forgotten when the question comes") {
    s.end_contexts(1, close_reason::context_closed);
    for (unsigned i = 0; i < 10; ++i) {
      test::test_context page{"page"};
      CHECK(s.w.at(1).routes->publish(page->window()));
    }
    const auto handle = s.w.at(0).routes->remote_window(s.w.at(1).id, id, "page");
    take_turn(s, 0);
    s.run();
    CHECK(handle.closed());
    CHECK(s.w.count(incident::kind::stray) == 0);
  }
  SECTION("the question comes again and again") {
    const auto handle = handle_at(s, 0, 1);
    for (unsigned i = 0; i < 100; ++i)
      s.w.inject(0, 1, window_watch_frame{id});
    s.run();
    s.mark();
    s.end_contexts(1, close_reason::context_closed);
    s.run();
    CHECK(handle.closed());
    CHECK(s.count("CLOSED") == 1);
  }
}

TEST_CASE("a promise that was kept ends with its window", "[routing][S91]") {
  scenario s{2};
  auto& routes = *s.w.at(0).routes;
  const auto id = published(s, 1);
  const auto one = routes.promise_window("one");
  const auto two = routes.promise_window("two");
  routes.fulfil(one, s.w.at(1).id, id);
  routes.fulfil(two, s.w.at(1).id, id);
  take_turn(s, 0);
  s.run();
  CHECK_FALSE(one.closed());
  s.end_contexts(1, close_reason::context_closed);
  s.run();
  CHECK(one.closed());
  CHECK(two.closed());
}

TEST_CASE("what still waits for a window that has ended is lost with its ports", "[routing][S91]") {
  scenario s{2};
  const auto handle = handle_at(s, 0, 1);
  s.run();
  s.w.at(0).routes->hold(s.w.at(1).id);
  auto& page = s.w.page(0);
  test::inbox at_mine;
  page.scope->run([&] {
    const auto [mine, its] = page.scope->registry().make_channel();
    at_mine.listen(mine);
    CHECK_FALSE(handle.post_message(nullptr, "*", {its}));
  });
  s.turn(0);
  CHECK(at_mine.seen.empty());
  s.end_contexts(1, close_reason::context_closed);
  s.run();
  CHECK(at_mine.seen == test::trace{"close undeliverable"});
  s.w.at(0).routes->release(s.w.at(1).id);
  s.mark();
  s.run();
  CHECK(s.count("WINDOW") == 0);
}

TEST_CASE("a node ends no windows but its own", "[routing][S91]") {
  scenario s{3};
  outlaw foe{s.w, 2, outlaw::form::holder};
  foe.turn_bad();
  const auto handle = handle_at(s, 0, 1);
  const auto its = handle_at(s, 0, 2);
  s.run();
  s.w.inject(2, 0, window_closed_frame{published(s, 1)});
  s.w.inject(2, 0, window_closed_frame{published(s, 0)});
  s.w.inject(2, 0, window_closed_frame{{1, 2}});
  s.run();
  CHECK_FALSE(handle.closed());
  CHECK_FALSE(s.w.page(0).scope->registry().window().closed());
  CHECK_FALSE(its.closed());
  s.w.inject(2, 0, window_closed_frame{published(s, 2)});
  s.run();
  CHECK(its.closed());
  CHECK_FALSE(handle.closed());
  s.make(0);
  s.move(y, 1);
  CHECK(s.node_of(y) == 1);
}

TEST_CASE("handles are closed with the connection, and nobody watches over it any more",
          "[routing][S91]") {
  scenario s{2};
  const auto lost = handle_at(s, 0, 1);
  s.run();
  s.w.cut(0, 1);
  s.run();
  CHECK(lost.closed());
  s.w.connect(0, 1);
  s.run();
  s.mark();
  s.end_contexts(1, close_reason::context_closed);
  s.run();
  CHECK(s.count("CLOSED") == 0);
}

} // namespace
} // namespace hawser::simulation
