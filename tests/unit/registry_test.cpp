#include <functional>

#include <catch2/catch_test_macros.hpp>

#include "allocations.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

// -- wake-ups and turns -------------------------------------------------------------------------

TEST_CASE("a burst wakes its receiver once, however many ports it goes to", "[registry]") {
  test_context a{"a"};
  test_context b{"b"};
  auto first = connect(a, b);
  auto second = connect(a, b);
  inbox at{first.port2};
  at.listen(second.port2);
  for (int i = 0; i < 100; ++i) {
    first.port1.post_message(i);
    second.port1.post_message(i);
  }
  CHECK(b.waker().wakes() == 1);
  settle(a, b);
  CHECK(at.seen.size() == 200);
  CHECK(b.waker().wakes() == 1);
  first.port1.post_message("again");
  second.port1.post_message("again");
  CHECK(b.waker().wakes() == 2);
  CHECK(a.waker().wakes() == 0);
}

// A context that counts how often it was said to be in a long turn.
class posting_context : public test_context {
public:
  using test_context::test_context;

  int told = 0;

private:
  void report_long_turn() noexcept override { ++told; }
};

TEST_CASE("a host is told of a turn in which much is posted, of each anew", "[registry]") {
  posting_context poster{"poster"};
  test_context other{"other"};
  const auto begin = connect(other, poster);
  const auto ends = connect(other, poster);
  inbox at{ends.port1};
  begin.port2.on_message([&ends](message_event& ev) {
    for (int i = 0; i < *ev.data().as<int>(); ++i)
      ends.port2.post_message(i);
  });
  const auto told_after = [&](int posts) {
    poster.told = 0;
    begin.port1.post_message(posts);
    settle(other, poster);
    return poster.told;
  };
  CHECK(told_after(255) == 0);
  CHECK(told_after(255) == 0);
  CHECK(told_after(256) == 1);
  CHECK(told_after(33'023) == 1);
  CHECK(told_after(33'024) == 2);
}

TEST_CASE("posting to itself within a turn wakes nobody", "[registry]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port1};
  port2.on_message([](message_event& ev) { ev.port().post_message("answer"); });
  port1.post_message("question");
  settle(context);
  CHECK(at.seen == trace{"answer"});
  CHECK(context.waker().wakes() == 1);
}

TEST_CASE("ports take turns, each delivering up to its bound", "[registry]") {
  test_context context{"context", limits{.deliveries_per_port_max = 2}};
  trace seen;
  std::vector<message_channel> channels;
  for (int i = 0; i < 3; ++i) {
    channels.push_back(context->make_channel());
    channels.back().port2.on_message([&seen, i](message_event& ev) {
      seen.push_back(std::to_string(i) + ":" + to_string(ev.data()));
    });
    for (int message = 0; message < 3; ++message)
      channels.back().port1.post_message(message);
  }
  settle(context);
  CHECK(seen == trace{"0:0", "0:1", "1:0", "1:1", "2:0", "2:1", "0:2", "1:2", "2:2"});
}

TEST_CASE("a port that becomes ready meanwhile comes before another's second chance",
          "[registry]") {
  test_context context{"context", limits{.deliveries_per_port_max = 1}};
  auto busy = context->make_channel();
  auto late = context->make_channel();
  trace seen;
  late.port2.on_message([&] { seen.emplace_back("late"); });
  busy.port2.on_message([&, post = late.port1](message_event& ev) {
    seen.push_back(to_string(ev.data()));
    if (ev.data() == 0)
      post.post_message("wake");
  });
  for (int i = 0; i < 3; ++i)
    busy.port1.post_message(i);
  settle(context);
  CHECK(seen == trace{"0", "late", "1", "2"});
}

TEST_CASE("a turn ends at its bound and says that there is more", "[registry]") {
  test_context context{"context", limits{.deliveries_per_turn_max = 10}};
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  for (int i = 0; i < 25; ++i)
    port1.post_message(i);
  CHECK(context->run_turn());
  CHECK(at.seen.size() == 10);
  CHECK(context->run_turn(3));
  CHECK(at.seen.size() == 13);
  CHECK(context->run_turn());
  CHECK_FALSE(context->run_turn());
  CHECK(at.seen.size() == 25);
  CHECK(context.waker().wakes() == 1);
}

TEST_CASE("a turn without anything to do delivers nothing and ends", "[registry]") {
  test_context context;
  CHECK_FALSE(context->run_turn());
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  CHECK_FALSE(context->run_turn());
  port1.post_message("still woken afterwards");
  CHECK(context.waker().wakes() == 1);
}

TEST_CASE("contexts with different limits make channels by turns without copying these",
          "[registry]") {
  test_context usual{"usual"};
  test_context strict{"strict", limits{.queue_messages_max = 7}};
  test_context stricter{"stricter", limits{.queue_messages_max = 6}};
  std::vector<message_channel> made;
  made.reserve(20);
  const auto allocations = [&made](test_context& by) {
    const auto before = test::allocations_made();
    made.push_back(by->make_channel());
    return test::allocations_made() - before;
  };
  allocations(usual); // There is memory for some more from here on.
  const auto enough = allocations(usual);
  for (int i = 0; i < 3; ++i) {
    CHECK(allocations(strict) == enough);
    CHECK(allocations(stricter) == enough);
    CHECK(allocations(usual) == enough);
  }
  const auto& last = made.back().port1;
  for (int i = 0; i < 7; ++i) {
    CHECK_FALSE(made[2].port1.post_message(i));
    CHECK(static_cast<bool>(made[3].port1.post_message(i)) == (i == 6));
    CHECK_FALSE(last.post_message(i));
  }
  CHECK(made[2].port1.post_message(7));
}

// -- what a registry tells about itself ---------------------------------------------------------

TEST_CASE("statistics count what happened", "[registry]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  auto [inner1, inner2] = a->make_channel();
  inbox at{far};
  near.post_message(std::string(1000, 'x'));
  near.post_message(nullptr, {inner2});
  near.post_message(nullptr, {inner2}); // Refused.
  CHECK(a->statistics().ports == 2);
  CHECK(a->statistics().channels_made == 2);
  CHECK(a->statistics().messages_posted == 2);
  CHECK(a->statistics().posts_refused == 1);
  CHECK(b->statistics().messages_delivered == 0);
  settle(a, b);
  CHECK(b->statistics().messages_delivered == 2);
  CHECK(b->statistics().bytes_delivered >= 1000);
  CHECK(b->statistics().ports_received == 1);
  CHECK(b->statistics().ports == 2);
}

TEST_CASE("a snapshot lists the ports with their labels and queues", "[registry]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  port2.label("input");
  port1.post_message(std::string(500, 'x'));
  port1.post_message(1);
  auto all = context->ports();
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == 1);
  CHECK(all[1].id == 2);
  CHECK(all[1].label == "input");
  CHECK_FALSE(all[1].enabled);
  CHECK(all[1].inbound.queued_messages() == 2);
  CHECK(all[1].inbound.queued_bytes() >= 500);
  CHECK(all[0].inbound.queued_messages() == 0);
  port2.start();
  settle(context);
  all = context->ports();
  CHECK(all[1].enabled);
  CHECK(all[1].inbound.queued_messages() == 0);
  CHECK(all[1].inbound.queued_bytes() == 0);
  CHECK(all[1].inbound.taken_messages == 2);
}

TEST_CASE("the running registry is known, and scopes nest", "[registry]") {
  test_context a{"a"};
  test_context b{"b"};
  CHECK(port_registry::current() == nullptr);
  const bool inner =
    a.run([&] { return b.run([&] { return port_registry::current() == &b.registry(); }); });
  CHECK(inner);
  a.run([&] {
    b.run([] {});
    CHECK(port_registry::current() == &a.registry());
  });
  CHECK(port_registry::current() == nullptr);
}

TEST_CASE("a registry remembers what it was made with", "[registry]") {
  test_context context{"page", limits{.transfers_per_message_max = 7}};
  CHECK(to_string(context->origin()) == "https://page.example");
  CHECK(context->bounds().transfers_per_message_max == 7);
  CHECK(context->window().name() == "page");
  CHECK_FALSE(context->closed());
}

// -- endpoints ----------------------------------------------------------------------------------

TEST_CASE("a released endpoint leaves its port detached and can be adopted", "[registry]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [port1, port2] = a->make_channel();
  port1.post_message("early");
  auto end = a->release(port2);
  REQUIRE(end);
  CHECK(port2.detached());
  CHECK_FALSE(a->release(port2));
  port1.post_message("in transit");
  inbox at{b->adopt(std::move(end))};
  port1.post_message("late");
  settle(a, b);
  CHECK(at.seen == trace{"early", "in transit", "late"});
}

TEST_CASE("endpoints know their other end", "[registry]") {
  auto [first, second] = endpoint::make_pair({});
  auto [other, another] = endpoint::make_pair({});
  CHECK(first.entangled_with(second));
  CHECK(second.entangled_with(first));
  CHECK_FALSE(first.entangled_with(first));
  CHECK_FALSE(first.entangled_with(other));
  CHECK_FALSE(endpoint{}.entangled_with(endpoint{}));
  CHECK(first.side() != second.side());
  CHECK_FALSE(endpoint{});
}

TEST_CASE("an endpoint that is lost closes the channel", "[registry]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port1};
  { const auto lost = context->release(port2); }
  settle(context);
  CHECK(at.seen == trace{"close undeliverable"});
}

TEST_CASE("an observer sees both directions and the end, and keeps nothing open", "[registry]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  const auto watch = context->observe(port1);
  port1.post_message(1);
  port1.post_message(2);
  CHECK(watch.towards(1).queued_messages() == 2);
  CHECK(watch.towards(0).posted_messages == 0);
  CHECK_FALSE(watch.closed());
  inbox at{port2};
  settle(context);
  CHECK(watch.towards(1).queued_messages() == 0);
  CHECK(watch.towards(1).taken_messages == 2);
  port1.close();
  CHECK(watch.closed() == close_reason::closed_by_peer);
  settle(context);
  CHECK(at.seen == trace{"1", "2", "close closed_by_peer"});
  CHECK_FALSE(context->observe(port1).closed()); // Detached: an empty observer.
  CHECK(channel_observer{}.towards(0).posted_messages == 0);
}

TEST_CASE("an observer does not mind the channel moving", "[registry]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [port1, port2] = a->make_channel();
  const auto watch = a->observe(port2);
  port1.post_message(1);
  auto moved = b->adopt(a->release(port2));
  CHECK(watch.towards(1).queued_messages() == 1);
  CHECK(b->observe(moved).towards(1).queued_messages() == 1);
}

// -- limits -------------------------------------------------------------------------------------

TEST_CASE("a full queue refuses a message and leaves everything as it was", "[registry][limits]") {
  test_context context{"context", limits{.queue_messages_max = 2}};
  auto [port1, port2] = context->make_channel();
  auto [inner1, inner2] = context->make_channel();
  inbox peer{inner1};
  array_buffer buffer{3};
  port1.post_message(1);
  port1.post_message(2);
  const auto err = port1.post_message(array{inner2, buffer}, {inner2, buffer});
  CHECK(err == errc::quota_exceeded_error);
  CHECK(err.what() == "the peer's message queue is full");
  CHECK_FALSE(inner2.detached());
  CHECK(buffer.size() == 3);
  inner2.post_message("still works");
  inbox at{port2};
  settle(context);
  CHECK(at.seen == trace{"1", "2"});
  CHECK(peer.seen == trace{"still works"});
  CHECK_FALSE(port1.post_message(array{inner2, buffer}, {inner2, buffer}));
  settle(context);
  CHECK(at.ports.size() == 1);
}

TEST_CASE("bytes of data and of transferred buffers count against the queue",
          "[registry][limits]") {
  test_context context{"context", limits{.queue_bytes_max = 10'000}};
  auto [port1, port2] = context->make_channel();
  array_buffer large{9'000};
  CHECK(port1.post_message(std::string(10'001, 'x')) == errc::quota_exceeded_error);
  CHECK_FALSE(port1.post_message(std::string(5'000, 'x')));
  CHECK(port1.post_message(large, {large}) == errc::quota_exceeded_error);
  CHECK(port1.post_message(large) == errc::quota_exceeded_error);
  CHECK_FALSE(large.detached());
  inbox at{port2};
  settle(context);
  CHECK_FALSE(port1.post_message(large, {large}));
  CHECK(port1.post_message(std::string(2'000, 'x')) == errc::quota_exceeded_error);
}

TEST_CASE("a full queue whose owner closed it discards instead of refusing", "[registry][limits]") {
  test_context a{"a", limits{.queue_messages_max = 1}};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  near.post_message("fills it");
  CHECK(near.post_message("too many") == errc::quota_exceeded_error);
  far.close();
  CHECK_FALSE(near.post_message("nobody listens"));
}

TEST_CASE("a full window whose context ended discards instead of refusing", "[registry][limits]") {
  test_context a{"a"};
  test_context b{"b", limits{.queue_messages_max = 1}};
  const auto window = b->window();
  CHECK_FALSE(window.post_message("fills it", "*"));
  CHECK(window.post_message("too many", "*") == errc::quota_exceeded_error);
  b->close(close_reason::context_closed);
  CHECK_FALSE(window.post_message("nobody listens", "*"));
}

TEST_CASE("a transfer list has its limit", "[registry][limits]") {
  test_context context{"context", limits{.transfers_per_message_max = 2}};
  auto [port1, port2] = context->make_channel();
  array_buffer one;
  array_buffer two;
  array_buffer three;
  const auto err = port1.post_message(1, {one, two, three});
  CHECK(err == errc::data_clone_error);
  CHECK(err.what() == "transfer: 3 items, the limit is 2");
  CHECK_FALSE(port1.post_message(1, {one, two}));
}

TEST_CASE("ports beyond what a context may own are closed and the message is an error",
          "[registry][limits]") {
  test_context a{"a"};
  test_context b{"b", limits{.ports_per_context_max = 2}};
  auto [near, far] = connect(a, b);
  auto first = a->make_channel();
  auto second = a->make_channel();
  inbox at{far};
  inbox peers{first.port1};
  peers.listen(second.port1);
  near.post_message("both", {first.port2, second.port2});
  settle(a, b);
  CHECK(at.seen == trace{"messageerror"});
  CHECK(at.ports.empty());
  CHECK(peers.seen == trace{"close limit", "close limit"});
  CHECK(
    b.undecodable
    == trace{"MessagePort 1: QuotaExceededError: the context owns 1 ports and cannot take 2 more"});
  CHECK(b->statistics().ports == 1);
  auto third = a->make_channel();
  near.post_message("one", {third.port2});
  settle(a, b);
  CHECK(at.seen == trace{"messageerror", "one"});
}

} // namespace
} // namespace hawser
