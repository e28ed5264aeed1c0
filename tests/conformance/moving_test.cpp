// A port moves and its messages move with it.

#include <catch2/catch_test_macros.hpp>

#include "hawser/structured_clone.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::ferry;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

struct moving_test {
  test_context a{"a"};
  test_context b{"b"};
  test_context c{"c"};
  ferry to_b{a, b};
  ferry to_c{b, c};
  message_port port1; ///< Stays in `a`.
  message_port port2; ///< Moves.

  moving_test() {
    auto made = a->make_channel();
    port1 = made.port1;
    port2 = made.port2;
  }

  void settle_all() { settle(a, b, c); }
};

TEST_CASE_METHOD(moving_test, "a message for a disabled port is delivered to its new owner",
                 "[moving][MV-001]") {
  port1.post_message("waiting");
  inbox at{to_b.carry(port2)};
  settle_all();
  CHECK(at.seen == trace{"waiting"});
}

TEST_CASE_METHOD(moving_test, "messages from before, between and after two moves keep their order",
                 "[moving][MV-002]") {
  port1.post_message("before");
  const auto at_b = to_b.carry(port2);
  port1.post_message("between 1");
  port1.post_message("between 2");
  const auto at_c = to_c.carry(at_b);
  port1.post_message("after");
  inbox nobody{at_b};
  inbox at{at_c};
  settle_all();
  CHECK(at.seen == trace{"before", "between 1", "between 2", "after"});
  CHECK(nobody.seen.empty());
}

TEST_CASE_METHOD(moving_test, "what each owner of a port posted arrives in that order",
                 "[moving][MV-003]") {
  port2.post_message("a");
  const auto at_b = to_b.carry(port2);
  at_b.post_message("b 1");
  at_b.post_message("b 2");
  const auto at_c = to_c.carry(at_b);
  at_c.post_message("c");
  inbox at{port1};
  settle_all();
  CHECK(at.seen == trace{"a", "b 1", "b 2", "c"});
}

TEST_CASE_METHOD(moving_test, "both ends move in two messages and keep what was under way",
                 "[moving][MV-004]") {
  port1.post_message(1);
  const auto sender = to_b.carry(port1);
  const auto receiver = to_b.carry(port2);
  sender.post_message(2);
  sender.post_message(3);
  inbox at{receiver};
  settle_all();
  CHECK(at.seen == trace{"1", "2", "3"});
}

TEST_CASE_METHOD(moving_test, "messages waiting in an enabled port go with it",
                 "[moving][MV-005]") {
  inbox old{port2};
  port1.post_message(1);
  port1.post_message(2);
  inbox at{to_b.carry(port2)};
  settle_all();
  CHECK(old.seen.empty());
  CHECK(at.seen == trace{"1", "2"});
}

TEST_CASE_METHOD(moving_test, "a handler that sends its port away leaves the rest to the new owner",
                 "[moving][MV-006]") {
  auto [near, far] = connect(a, b);
  inbox carried{far};
  trace old;
  port2.on_message([&, carrier = near](message_event& ev) {
    old.push_back(to_string(ev.data()));
    carrier.post_message(nullptr, {ev.port()});
  });
  for (int i = 1; i <= 3; ++i)
    port1.post_message(i);
  settle_all();
  inbox at{carried.ports.at(0)};
  settle_all();
  CHECK(old == trace{"1"});
  CHECK(at.seen == trace{"2", "3"});
}

TEST_CASE_METHOD(moving_test, "messages posted during the passage come after earlier ones",
                 "[moving][MV-007]") {
  port1.post_message("earlier");
  to_b.load(port2);
  port1.post_message("during 1");
  port1.post_message("during 2");
  inbox at{to_b.unload()};
  settle_all();
  CHECK(at.seen == trace{"earlier", "during 1", "during 2"});
}

TEST_CASE_METHOD(moving_test, "with both ends under way nothing that is posted on receipt is lost",
                 "[moving][MV-008]") {
  ferry a_to_c{a, c};
  to_b.load(port1);
  a_to_c.load(port2);
  const auto first = to_b.unload();
  first.post_message("from the first to arrive");
  const auto second = a_to_c.unload();
  second.post_message("from the second");
  inbox at_first{first};
  inbox at_second{second};
  settle_all();
  CHECK(at_first.seen == trace{"from the second"});
  CHECK(at_second.seen == trace{"from the first to arrive"});
}

TEST_CASE_METHOD(moving_test, "a port sent on in the task that received it loses nothing",
                 "[moving][MV-009]") {
  auto [near, far] = connect(a, b);
  auto [onward, end] = connect(b, c);
  inbox last{end};
  far.on_message(
    [carrier = onward](message_event& ev) { carrier.post_message(nullptr, {ev.ports().at(0)}); });
  port1.post_message("before");
  near.post_message(nullptr, {port2});
  port1.post_message("during");
  settle_all();
  inbox at{last.ports.at(0)};
  settle_all();
  CHECK(at.seen == trace{"before", "during"});
}

TEST_CASE_METHOD(moving_test, "a port that comes home works as if it had never left",
                 "[moving][MV-010]") {
  ferry home{b, a};
  inbox at{home.carry(to_b.carry(port2))};
  inbox peer{port1};
  auto [extra1, extra2] = a->make_channel();
  CHECK_FALSE(port1.post_message("with a port", {extra2}));
  settle_all();
  CHECK(at.seen == trace{"with a port"});
  inbox extra{at.ports.at(0)};
  extra1.post_message("works");
  settle_all();
  CHECK(extra.seen == trace{"works"});
}

TEST_CASE_METHOD(moving_test, "two ends handed to two contexts need their maker no more",
                 "[moving][MV-011]") {
  ferry a_to_c{a, c};
  const auto at_b = to_b.carry(port1);
  const auto at_c = a_to_c.carry(port2);
  a->close(close_reason::context_closed);
  inbox b_got{at_b};
  inbox c_got{at_c};
  at_b.post_message("to c");
  at_c.post_message("to b");
  settle_all();
  CHECK(b_got.seen == trace{"to b"});
  CHECK(c_got.seen == trace{"to c"});
}

TEST_CASE("a child makes a channel and gives its parent one end", "[moving][MV-012]") {
  test_context parent{"parent"};
  test_context child{"child"};
  inbox at_parent;
  at_parent.listen(parent->window_events());
  inbox at_child;
  child.run([&] {
    auto [mine, yours] = child->make_channel();
    at_child.listen(mine);
    mine.add_event_listener("message", [](message_event& ev) { ev.port().post_message("answer"); });
    CHECK_FALSE(parent->window().post_message("take it", "*", {yours}));
  });
  settle(parent, child);
  inbox answers{at_parent.ports.at(0)};
  at_parent.ports[0].post_message("question");
  settle(parent, child);
  CHECK(at_child.seen == trace{"question"});
  CHECK(answers.seen == trace{"answer"});
}

TEST_CASE_METHOD(moving_test, "ports nested in ports each arrive with their own queue",
                 "[moving][MV-013]") {
  constexpr int depth = 20;
  std::vector<message_channel> nest;
  for (int i = 0; i < depth; ++i) {
    nest.push_back(a->make_channel());
    nest.back().port1.post_message("level " + std::to_string(i));
    if (i > 0)
      nest.back().port1.post_message("inner", {nest[static_cast<std::size_t>(i) - 1].port2});
  }
  auto outer = to_b.carry(nest.back().port2);
  for (int i = depth - 1; i >= 0; --i) {
    inbox at{outer};
    settle_all();
    REQUIRE(at.seen.at(0) == "level " + std::to_string(i));
    CHECK(at.seen.size() == (i > 0 ? 2 : 1));
    if (i > 0)
      outer = at.ports.at(0);
  }
}

TEST_CASE_METHOD(moving_test, "a port in a waiting message arrives where its carrier ends up",
                 "[moving][MV-014]") {
  auto [inner1, inner2] = a->make_channel();
  inner1.post_message("in the inner port");
  port1.post_message("with a port", {inner2});
  inbox at{to_c.carry(to_b.carry(port2))};
  settle_all();
  CHECK(at.seen == trace{"with a port"});
  inbox inner{at.ports.at(0)};
  inbox back{inner1};
  at.ports[0].post_message("back");
  settle_all();
  CHECK(inner.seen == trace{"in the inner port"});
  CHECK(back.seen == trace{"back"});
}

TEST_CASE_METHOD(moving_test, "the peer of a moving port sees nothing of it", "[moving][MV-015]") {
  inbox peer{port1};
  const auto before = a->statistics();
  const auto at_c = to_c.carry(to_b.carry(port2));
  CHECK(peer.seen.empty());
  CHECK_FALSE(port1.detached());
  inbox at{at_c};
  port1.post_message("same call as ever");
  settle_all();
  CHECK(at.seen == trace{"same call as ever"});
  CHECK(a->statistics().posts_refused == before.posts_refused);
}

TEST_CASE_METHOD(moving_test, "a port sent to a context that ends first is lost like a closed one",
                 "[moving][MV-016]") {
  inbox peer{port1};
  to_b.load(port2);
  b->close(close_reason::context_crashed);
  settle_all();
  CHECK(peer.seen == trace{"close undeliverable"});
  CHECK_FALSE(port1.post_message("nobody"));
}

TEST_CASE_METHOD(moving_test, "a port in a message of a carrier closed unread is lost",
                 "[moving][MV-017]") {
  auto [near, far] = connect(a, b);
  inbox peer{port1};
  near.post_message(nullptr, {port2});
  settle_all();
  far.close();
  settle_all();
  CHECK(peer.seen == trace{"close undeliverable"});
}

TEST_CASE_METHOD(moving_test, "what is posted on a port that has left never arrives",
                 "[moving][MV-019]") {
  port2.post_message("ping");
  to_b.load(port2);
  CHECK_FALSE(port2.post_message("pong"));
  const auto at_b = to_b.unload();
  CHECK_FALSE(port2.post_message("pong"));
  at_b.post_message("from the new owner");
  inbox at{port1};
  settle_all();
  CHECK(at.seen == trace{"ping", "from the new owner"});
}

TEST_CASE_METHOD(moving_test, "a port moved to its own context starts anew, disabled",
                 "[moving][MV-020]") {
  auto [near, far] = a->make_channel();
  inbox carried{far};
  inbox old{port2};
  port1.post_message(1);
  near.post_message(nullptr, {port2});
  port1.post_message(2);
  settle_all();
  CHECK(old.seen.empty());
  REQUIRE(carried.ports.size() == 1);
  port1.post_message(3);
  settle_all();
  inbox at{carried.ports[0]};
  settle_all();
  CHECK(old.seen.empty());
  CHECK(at.seen == trace{"1", "2", "3"});
}

trace story(message_port first, message_port second, const std::function<void()>& settle_all) {
  inbox at_first{first};
  inbox at_second{second};
  first.post_message("one");
  second.post_message("two");
  first.post_message("three", {array_buffer{1}});
  test::arrive();
  first.close();
  first.post_message("four");
  settle_all();
  second.post_message("five");
  settle_all();
  auto told = at_first.seen;
  told.insert(told.end(), at_second.seen.begin(), at_second.seen.end());
  return told;
}

TEST_CASE_METHOD(moving_test, "a pair that never moved behaves like one that did",
                 "[moving][MV-022]") {
  const auto all = [this] { settle_all(); };
  auto [local1, local2] = a->make_channel();
  const auto local = story(local1, local2, all);
  const auto moved = story(port1, to_c.carry(to_b.carry(port2)), all);
  CHECK(local == trace{"two", "one", "three", "close closed_by_peer"});
  CHECK(moved == local);
}

TEST_CASE_METHOD(moving_test, "a port that has moved does not care what becomes of its old owner",
                 "[moving][MV-018]") {
  port1.post_message("before");
  const auto at_b = to_b.carry(port2);
  inbox at{to_c.carry(at_b)};
  b->suspend(); // As a document that is not fully active.
  port1.post_message("suspended");
  settle_all();
  b->close(close_reason::context_closed);
  port1.post_message("closed");
  settle_all();
  CHECK(at.seen == trace{"before", "suspended", "closed"});
}

TEST_CASE_METHOD(moving_test, "cloning at home moves a listed port to a new one with the same peer",
                 "[moving][MV-021]") {
  inbox at{port1};
  port1.post_message("waiting");
  const auto clone = a.run([&] { return structured_clone(array{port2, 1}, {port2}); });
  REQUIRE(clone);
  const auto made = *(*clone)[0].get_if<message_port>();
  inbox at_new;
  a.run([&] {
    CHECK(port2.detached());
    CHECK(made != port2);
    at_new.listen(made);
    made.post_message("from the new one");
  });
  settle_all();
  CHECK(at.seen == trace{"from the new one"});
  CHECK(at_new.seen == trace{"waiting"});
  a.run([&] {
    CHECK(structured_clone(made).error() == errc::data_clone_error);
    CHECK_FALSE(made.detached());
  });
}

} // namespace
} // namespace hawser
