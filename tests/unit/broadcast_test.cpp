// Broadcast channels beyond what the standard says: full queues, shared use, lifetime.

#include <csignal>

#include <catch2/catch_test_macros.hpp>

#include "death.hpp"
#include "hawser/frame.hpp"
#include "hawser/value_encoder.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

const origin one = *origin::parse("https://one.example");

// Contexts of one origin whose broadcast channels reach one another.
struct town {
  std::shared_ptr<broadcast_hub> hub = std::make_shared<broadcast_hub>();

  std::unique_ptr<test_context> house(std::string name, limits bounds = {}) const {
    auto made = std::make_unique<test_context>(std::move(name), one, bounds);
    (*made)->share_broadcasts(hub);
    return made;
  }
};

TEST_CASE("a full queue costs its own context the message and says so in its place",
          "[broadcast]") {
  const town here;
  const auto a = here.house("a");
  const auto small = here.house("small", {.queue_messages_max = 2});
  const auto large = here.house("large");
  const auto sender = (*a)->make_broadcast_channel("news");
  const auto at_small = (*small)->make_broadcast_channel("news");
  const auto at_large = (*large)->make_broadcast_channel("news");
  inbox heard_small;
  heard_small.listen(at_small);
  inbox heard_large;
  heard_large.listen(at_large);
  for (int i = 1; i <= 5; ++i)
    CHECK_FALSE(sender.post_message(i));
  CHECK((*a)->statistics().messages_posted == 5);
  small->step(2);
  CHECK(heard_small.seen == trace{"1", "2"});
  CHECK_FALSE(sender.post_message(6)); // There is room again, behind the gap.
  settle(*a, *small, *large);
  CHECK(heard_small.seen == trace{"1", "2", "messageerror", "6"});
  CHECK(heard_small.data[2].is_null());
  CHECK(heard_large.seen == trace{"1", "2", "3", "4", "5", "6"});
  CHECK(small->undecodable
        == trace{"BroadcastChannel 1 'news': QuotaExceededError: 3 of its messages were lost, the "
                 "context's queue of broadcast messages being full"});
  CHECK(a->refused.empty());
  CHECK(large->undecodable.empty());
}

TEST_CASE("after a gap has been told, the next loss is another gap", "[broadcast]") {
  const town here;
  const auto a = here.house("a");
  const auto small = here.house("small", {.queue_messages_max = 1});
  const auto sender = (*a)->make_broadcast_channel("news");
  const auto receiver = (*small)->make_broadcast_channel("news");
  inbox heard;
  heard.listen(receiver);
  for (int round = 0; round < 3; ++round) {
    sender.post_message("taken");
    sender.post_message("lost");
    settle(*a, *small);
  }
  CHECK(heard.seen
        == trace{"taken", "messageerror", "taken", "messageerror", "taken", "messageerror"});
}

// Writes down what it is told of.
class notes : public broadcast_relay {
public:
  void carry(const origin& from, const std::string& name, const value& data) override {
    seen.push_back(to_string(from) + " " + name + " " + to_string(data));
  }

  trace seen;
};

encoded_data encoded(const value& from) {
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(from, bytes));
  return encoded_data::copy_of(bytes);
}

TEST_CASE("a relay hears what is posted, and not what is brought from elsewhere", "[broadcast]") {
  const town here;
  const auto a = here.house("a");
  const auto b = here.house("b");
  const auto relay = std::make_shared<notes>();
  here.hub->relay_through(relay);
  const auto sender = (*a)->make_broadcast_channel("news");
  const auto receiver = (*b)->make_broadcast_channel("news");
  inbox at_sender;
  at_sender.listen(sender);
  inbox at_receiver;
  at_receiver.listen(receiver);
  CHECK_FALSE(sender.post_message(1));
  here.hub->deliver(one, "news", encoded(2));
  here.hub->deliver(one, "other news", encoded("nobody listens"));
  here.hub->deliver(*origin::parse("https://two.example"), "news", encoded("nor here"));
  here.hub->deliver(one, "news", encoded_data::unencodable("a reason"));
  here.hub->miss(one, "news", 3);
  here.hub->miss(one, "news", 4);
  CHECK_FALSE(sender.post_message(5));
  settle(*a, *b);
  CHECK(at_sender.seen == trace{"2", "messageerror", "messageerror"});
  CHECK(at_receiver.seen == trace{"1", "2", "messageerror", "messageerror", "5"});
  CHECK(b->undecodable
        == trace{"BroadcastChannel 1 'news': DataDecodeError: a reason",
                 "BroadcastChannel 1 'news': QuotaExceededError: 7 of its messages were lost, on "
                 "the way from another node"});
  CHECK(relay->seen == trace{"https://one.example news 1", "https://one.example news 5"});
  here.hub->relay_through(nullptr);
  sender.post_message(6);
  CHECK(relay->seen.size() == 2);
}

TEST_CASE("the bytes of a queue are bounded too", "[broadcast]") {
  const town here;
  const auto a = here.house("a");
  const auto small = here.house("small", {.queue_bytes_max = 10'000});
  const auto sender = (*a)->make_broadcast_channel("news");
  const auto receiver = (*small)->make_broadcast_channel("news");
  inbox heard;
  heard.listen(receiver);
  CHECK_FALSE(sender.post_message(array_buffer{9'000}));
  CHECK_FALSE(sender.post_message(array_buffer{9'000}));
  CHECK_FALSE(sender.post_message("short"));
  settle(*a, *small);
  CHECK(heard.seen.size() == 3);
  CHECK(heard.seen[1] == "messageerror");
  CHECK(heard.seen[2] == "short");
}

TEST_CASE("a gap is told to those who missed something and to no others", "[broadcast]") {
  const town here;
  const auto context = here.house("small", {.queue_messages_max = 1});
  const auto other = here.house("other");
  const auto sender = (*context)->make_broadcast_channel("news");
  const auto second = (*context)->make_broadcast_channel("news");
  const auto elsewhere = (*context)->make_broadcast_channel("talk");
  inbox heard_sender;
  heard_sender.listen(sender);
  inbox heard_second;
  heard_second.listen(second);
  inbox heard_elsewhere;
  heard_elsewhere.listen(elsewhere);
  broadcast_channel late;
  inbox heard_late;
  SECTION("not to the one who posted") {
    sender.post_message(1);
    sender.post_message(2);
    late = (*context)->make_broadcast_channel("news"); // Nor to one who came later.
    heard_late.listen(late);
    settle(*context, *other);
    CHECK(heard_sender.seen.empty());
    CHECK(heard_second.seen == trace{"1", "messageerror"});
    CHECK(heard_late.seen.empty());
  }
  SECTION("to both when both posted") {
    const auto far = (*other)->make_broadcast_channel("news");
    sender.post_message(1);
    sender.post_message(2);
    far.post_message(3);
    settle(*context, *other);
    CHECK(heard_sender.seen == trace{"messageerror"});
    CHECK(heard_second.seen == trace{"1", "messageerror"});
  }
  CHECK(heard_elsewhere.seen.empty());
}

TEST_CASE("a name takes nothing of the room of another's gap", "[broadcast]") {
  const town here;
  const auto a = here.house("a");
  const auto small = here.house("small", {.queue_messages_max = 1});
  trace seen;
  std::vector<broadcast_channel> channels;
  for (const auto* name : {"x", "y", "z"}) {
    channels.push_back((*small)->make_broadcast_channel(name));
    const auto line = [&seen, name](message_event& ev) {
      seen.push_back(name + (":" + ev.type()));
    };
    channels.back().on_message(line);
    channels.back().on_message_error(line);
  }
  for (const auto* name : {"x", "y", "z", "y"})
    (*a)->make_broadcast_channel(name).post_message(1);
  settle(*a, *small);
  CHECK(seen == trace{"x:message", "y:messageerror", "z:messageerror"});
}

TEST_CASE("a burst of broadcasts wakes a context once, and turns are bounded", "[broadcast]") {
  const town here;
  const auto a = here.house("a");
  const auto b = here.house("b", {.deliveries_per_port_max = 4, .deliveries_per_turn_max = 10});
  const auto sender = (*a)->make_broadcast_channel("news");
  const auto receiver = (*b)->make_broadcast_channel("news");
  const auto [port1, port2] = (*b)->make_channel();
  trace seen;
  receiver.on_message([&] { seen.emplace_back("n"); });
  for (int i = 0; i < 20; ++i)
    sender.post_message(i);
  CHECK(b->waker().wakes() == 1);
  port2.on_message([&] { seen.emplace_back("p"); });
  port1.post_message(0);
  CHECK(b->step());
  CHECK(seen.size() == 10);
  CHECK(seen[4] == "p"); // A flood of broadcasts lets the ports have their turn.
  settle(*a, *b);
  CHECK(seen.size() == 21);
}

TEST_CASE("a hub forgets what nobody uses", "[broadcast]") {
  const town here;
  const auto a = here.house("a");
  auto b = here.house("b");
  CHECK(here.hub->names() == 0);
  const auto first = (*a)->make_broadcast_channel("news");
  const auto second = (*b)->make_broadcast_channel("news");
  const auto third = (*b)->make_broadcast_channel("talk");
  CHECK(here.hub->names() == 2);
  first.close();
  CHECK(here.hub->names() == 2);
  b.reset();
  CHECK(here.hub->names() == 0);
}

TEST_CASE("a listener may end its context", "[broadcast]") {
  const town here;
  const auto a = here.house("a");
  const auto b = here.house("b");
  const auto sender = (*a)->make_broadcast_channel("news");
  const auto first = (*b)->make_broadcast_channel("news");
  const auto second = (*b)->make_broadcast_channel("news");
  inbox heard;
  heard.listen(second);
  first.on_message([&] { (*b)->close(close_reason::context_closed); });
  sender.post_message(1);
  sender.post_message(2);
  settle(*a, *b);
  CHECK(heard.seen.empty());
  CHECK(first.closed());
}

TEST_CASE("what the application dispatches at a broadcast channel is not trusted", "[broadcast]") {
  test_context context;
  const auto channel = context->make_broadcast_channel("news");
  int heard = 0;
  const auto id = channel.add_event_listener("message", [&](message_event& ev) {
    ++heard;
    CHECK_FALSE(ev.trusted());
  });
  message_event ev{"message", {.data = 1}};
  channel.dispatch_event(ev);
  channel.remove_event_listener(id);
  channel.dispatch_event(ev);
  CHECK(heard == 1);
}

TEST_CASE("a broadcast channel shows its number and its name", "[broadcast]") {
  test_context context;
  context->make_broadcast_channel("first");
  CHECK(to_string(context->make_broadcast_channel("news")) == "BroadcastChannel 2 'news'");
  CHECK(to_string(broadcast_channel{}) == "BroadcastChannel none");
  CHECK_FALSE(broadcast_channel{});
}

TEST_CASE("a broadcast channel works in its own context only", "[broadcast][misuse]") {
  const town here;
  const auto a = here.house("a");
  const auto b = here.house("b");
  const auto channel = (*a)->make_broadcast_channel("news");
  const auto dies_of = [&](const std::function<void()>& code, const std::string& sentence) {
    const auto seen = test::death_of(code);
    CHECK(seen.signal == SIGABRT);
    CHECK(seen.output.find("hawser: " + sentence) != std::string::npos);
  };
  const std::string in_b = "BroadcastChannel 1 'news' of context 'a' was used in context 'b'";
  dies_of([&] { b->run([&] { channel.post_message(1); }); }, in_b);
  dies_of([&] { b->run([&] { channel.close(); }); }, in_b);
  dies_of([&] { b->run([&] { channel.on_message(nullptr); }); }, in_b);
  dies_of([&] { broadcast_channel{}.close(); }, "an empty broadcast_channel was used");
  dies_of([&] { (*a)->share_broadcasts(here.hub); },
          "a context with broadcast channels was given another hub");
}

} // namespace
} // namespace hawser
