// Order, tasks, exceptions.

#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "accessor.hpp"
#include "printing.hpp"
#include "test_context.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

using test::accessing;
using test::ferry;
using test::inbox;
using test::running;
using test::settle;
using test::test_context;
using test::trace;

trace numbers(int count) {
  trace made;
  for (int i = 0; i < count; ++i)
    made.push_back(std::to_string(i));
  return made;
}

TEST_CASE("a burst of a thousand messages keeps its order", "[order][OR-001]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  for (int i = 0; i < 1000; ++i)
    port1.post_message(i);
  settle(context);
  CHECK(at.seen == numbers(1000));
}

TEST_CASE("posting returns before any listener runs", "[order][OR-002]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  bool posted = false;
  bool seen_posted = false;
  port2.on_message([&] { seen_posted = posted; });
  port1.post_message(1);
  posted = true;
  settle(context);
  CHECK(seen_posted);
}

TEST_CASE("other work can run between two deliveries", "[order][OR-003]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  port1.post_message(1);
  port1.post_message(2);
  CHECK(context->run_turn(1));
  at.seen.emplace_back("other work");
  context->run_turn(1);
  CHECK(at.seen == trace{"1", "other work", "2"});
}

TEST_CASE("an endless ping leaves its host time before a thousand deliveries", "[order][OR-004]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  int delivered = 0;
  port2.on_message([&, again = port1] {
    ++delivered;
    again.post_message(nullptr);
  });
  port1.post_message(nullptr);
  for (int turns = 1; turns <= 3; ++turns) {
    const auto before = delivered;
    CHECK(context.step());
    CHECK(delivered > before);
    CHECK(delivered - before <= static_cast<int>(context->bounds().deliveries_per_turn_max));
  }
  CHECK(context->bounds().deliveries_per_turn_max < 1000);
}

TEST_CASE("other work ends an endless ping, whose stack does not grow", "[order][OR-005]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  int delivered = 0;
  std::size_t depth = 0;
  std::size_t depth_max = 0;
  port2.on_message([&, again = port1] {
    depth_max = std::max(depth_max, ++depth);
    ++delivered;
    again.post_message(nullptr);
    --depth;
  });
  port1.post_message(nullptr);
  int other_work = 0;
  while (context.step())
    if (++other_work == 20)
      port2.close();
  CHECK(other_work >= 20); // And the ping has ended.
  CHECK(delivered < 10'000);
  CHECK(depth_max == 1);
}

TEST_CASE("a handler that throws is reported and the next message comes", "[order][OR-006]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  trace seen;
  port2.on_message([&](message_event& ev) {
    if (ev.data() == 1)
      throw std::runtime_error{"first"};
    seen.push_back(to_string(ev.data()));
  });
  port1.post_message(1);
  port1.post_message(2);
  settle(context);
  CHECK(seen == trace{"2"});
  CHECK(context.exceptions == trace{"message at MessagePort 2: first"});
}

TEST_CASE("a listener that throws does not keep the next from its event", "[order][OR-007]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  port2.add_event_listener("message", [] { throw std::runtime_error{"first"}; });
  inbox at{port2};
  port1.post_message(1);
  settle(context);
  CHECK(at.seen == trace{"1"});
  CHECK(context.exceptions.size() == 1);
}

TEST_CASE("a handler set before its context's start failed is used", "[order][OR-008]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  trace seen;
  const auto start = [&, port = port2] {
    port.on_message([&](message_event& ev) { seen.push_back(to_string(ev.data())); });
    throw std::runtime_error{"the start failed"};
  };
  CHECK_THROWS(context.run(start));
  context.run([&, port = port1] { port.post_message(1); });
  settle(context);
  CHECK(seen == trace{"1"});
}

TEST_CASE("what the sender changes after posting does not reach the receiver", "[order][OR-009]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  array_buffer buffer{1};
  object members{{"state", "posted"}};
  port1.post_message(array{buffer, members});
  buffer.data()[0] = std::byte{9};
  members.set("state", "changed");
  settle(context);
  CHECK(at.data.at(0)[0].get_if<array_buffer>()->bytes()[0] == std::byte{0});
  CHECK(at.data.at(0)[1]["state"] == "posted");
}

TEST_CASE("accessors run inside the post, once each, in the order of the members",
          "[order][OR-010]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  trace order;
  const auto noting = [&](std::string name) {
    return accessing([&order, name] {
      order.push_back(name);
      return value{name};
    });
  };
  const auto shared = noting("b");
  const value data{object{{"z", noting("z")}, {"b", shared}, {"a", noting("a")}, {"c", shared}}};
  CHECK_FALSE(port1.post_message(data));
  CHECK(order == trace{"z", "b", "a"});
}

TEST_CASE("a message is rebuilt in the receiver's context, when it is delivered",
          "[order][OR-011]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  const port_registry* rebuilt_in = nullptr;
  b->expose("Accessor", [&](const value& content) {
    rebuilt_in = port_registry::current();
    return std::shared_ptr<const platform_object>{
      std::make_shared<test::accessor>([content] { return content; })};
  });
  inbox at{far};
  near.post_message(accessing([] { return value{5}; }));
  CHECK(rebuilt_in == nullptr);
  settle(a, b);
  CHECK(rebuilt_in == &b.registry());
  CHECK(at.seen == trace{"Accessor {}"});
}

TEST_CASE("two channels keep an order each, none between them", "[order][OR-012]") {
  test_context a{"a"};
  test_context b{"b"};
  auto first = connect(a, b);
  auto second = connect(a, b);
  inbox at_first{first.port2};
  inbox at_second{second.port2};
  for (int i = 0; i < 200; ++i) {
    first.port1.post_message(i);
    second.port1.post_message(i);
  }
  settle(a, b);
  CHECK(at_first.seen == numbers(200));
  CHECK(at_second.seen == numbers(200));
}

TEST_CASE("a port and a window keep an order each, none between them", "[order][OR-013]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  inbox at_port{far};
  inbox at_window;
  at_window.listen(b->window_events());
  for (int i = 0; i < 200; ++i) {
    near.post_message(i);
    b->window().post_message(i, "*");
  }
  settle(a, b);
  CHECK(at_port.seen == numbers(200));
  CHECK(at_window.seen == numbers(200));
}

TEST_CASE("several senders on threads of their own each keep their order", "[order][OR-014]") {
  constexpr int count = 5000;
  test_context receiver{"receiver"};
  test_context senders[]{test_context{"x"}, test_context{"y"}, test_context{"z"}};
  inbox inboxes[3];
  message_port starters[3];
  std::atomic<int> delivered{0};
  for (std::size_t i = 0; i < 3; ++i) {
    auto [near, far] = connect(senders[i], receiver);
    inboxes[i].listen(far);
    far.add_event_listener("message", [&] { ++delivered; });
    auto [go, begin] = senders[i]->make_channel();
    begin.on_message([post = near] {
      for (int number = 0; number < count; ++number)
        post.post_message(number);
    });
    go.post_message(nullptr);
    starters[i] = go;
  }
  {
    running threads{receiver, senders[0], senders[1], senders[2]};
    threads.until([&] { return delivered == 3 * count; });
  }
  for (const auto& each : inboxes)
    CHECK((each.seen == numbers(count))); // Without showing thousands of numbers.
}

void check_numbered_replies(test_context& a, test_context& b,
                            const std::vector<message_channel>& mine, const inbox& arrived) {
  for (const auto& port : arrived.ports)
    port.on_message([](message_event& ev) { ev.port().post_message(ev.data()); });
  std::vector<std::unique_ptr<inbox>> replies;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    replies.push_back(std::make_unique<inbox>(mine[i].port1));
    mine[i].port1.post_message(i);
  }
  settle(a, b);
  for (std::size_t i = 0; i < mine.size(); ++i)
    CHECK(replies[i]->seen == trace{std::to_string(i)});
}

TEST_CASE("a hundred ports in one message each answer to their own peer", "[order][OR-015]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  inbox at{far};
  std::vector<message_channel> mine;
  transfer_list moved;
  for (int i = 0; i < 100; ++i) {
    mine.push_back(a->make_channel());
    moved.add(mine.back().port2);
  }
  near.post_message(nullptr, moved);
  settle(a, b);
  REQUIRE(at.ports.size() == 100);
  check_numbered_replies(a, b, mine, at);
}

TEST_CASE("a hundred ports in two messages, listed in two ways, each answer to their own peer",
          "[order][OR-016]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  inbox at{far};
  std::vector<message_channel> mine;
  std::vector<message_port> first;
  transfer_list second;
  for (int i = 0; i < 100; ++i) {
    mine.push_back(a->make_channel());
    if (i < 50)
      first.push_back(mine.back().port2);
    else
      second.add(mine.back().port2);
  }
  near.post_message(nullptr, transfer_list{first});
  near.post_message(nullptr, second);
  settle(a, b);
  REQUIRE(at.ports.size() == 100);
  check_numbered_replies(a, b, mine, at);
}

TEST_CASE("a busy receiver gets its messages when it is free, though the sender is idle",
          "[order][OR-017]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  inbox at{far};
  near.post_message(1);
  while (a.step()) {}
  CHECK(at.seen.empty());
  settle(b);
  CHECK(at.seen == trace{"1"});
}

TEST_CASE("a message is delivered while its sender spins", "[order][OR-018]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  auto [go, begin] = a->make_channel();
  std::atomic<int> memory{0};
  std::atomic<bool> seen{false};
  far.on_message([&] { memory = 1; });
  begin.on_message([&, post = near] {
    post.post_message("write the memory");
    while (memory == 0)
      std::this_thread::yield();
    seen = true;
  });
  go.post_message(nullptr);
  running threads{a, b};
  threads.until([&] { return seen.load(); });
  CHECK(memory == 1);
}

TEST_CASE("a reply goes to the peer that posted, however often the port moved", "[order][OR-019]") {
  test_context a{"a"};
  test_context b{"b"};
  test_context c{"c"};
  auto [port1, port2] = a->make_channel();
  inbox replies{port1};
  auto received = ferry{b, c}.carry(ferry{a, b}.carry(port2));
  received.on_message([](message_event& ev) { ev.port().post_message("reply"); });
  port1.post_message("question");
  settle(a, b, c);
  CHECK(replies.seen == trace{"reply"});
}

TEST_CASE("a listener for once takes the first message, the second goes by", "[order][OR-020]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  trace seen;
  const auto note = [&](message_event& ev) { seen.push_back(to_string(ev.data())); };
  port2.add_event_listener("message", note, listen::once);
  port1.post_message(1);
  port1.post_message(2);
  port2.start();
  settle(context);
  CHECK(seen == trace{"1"});
  port2.add_event_listener("message", note);
  settle(context);
  CHECK(seen == trace{"1"});
}

} // namespace
} // namespace hawser
