// Broadcast channels: the object, what it accepts, and the order of delivery.

#include <concepts>

#include <catch2/catch_test_macros.hpp>

#include "accessor.hpp"
#include "broadcasting.hpp"
#include "hawser/transfer_list.hpp"
#include "printing.hpp"

namespace hawser {
namespace {

using test::broadcasting_context;
using test::inbox;
using test::make_hub;
using test::note;
using test::settle;
using test::test_context;
using test::trace;

TEST_CASE("a broadcast channel keeps its name, the empty one included", "[broadcast][BC-002]") {
  test_context context;
  const auto named = context->make_broadcast_channel("news");
  const auto unnamed = context->make_broadcast_channel("");
  const auto odd = context->make_broadcast_channel(std::string{"a\0b", 3});
  CHECK(named.name() == "news");
  CHECK(unnamed.name().empty());
  CHECK(odd.name().size() == 3);
  const auto other = context->make_broadcast_channel("");
  inbox at_other;
  at_other.listen(other);
  unnamed.post_message(1);
  named.post_message(2);
  odd.post_message(3);
  settle(context);
  CHECK(at_other.seen == trace{"1"});
}

TEST_CASE("a broadcast channel listens as soon as it is made", "[broadcast][BC-003]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  const auto sender = a->make_broadcast_channel("news");
  const auto receiver = b->make_broadcast_channel("news");
  trace seen;
  // Not even setting the handler attribute is needed, and a listener may come after the message.
  sender.post_message(1);
  receiver.add_event_listener("message",
                              [&](message_event& ev) { seen.push_back(to_string(ev.data())); });
  settle(a, b);
  CHECK(seen == trace{"1"});
}

TEST_CASE("closing a broadcast channel twice is closing it once", "[broadcast][BC-004]") {
  test_context context;
  const auto channel = context->make_broadcast_channel("news");
  CHECK_FALSE(channel.closed());
  channel.close();
  CHECK(channel.closed());
  channel.close();
  CHECK(channel.closed());
  CHECK(context.refused.empty());
  context->close(close_reason::context_closed);
  channel.close();
}

TEST_CASE("posting on a closed broadcast channel is an error whatever is posted",
          "[broadcast][BC-005]") {
  test_context context;
  const auto channel = context->make_broadcast_channel("news");
  channel.close();
  CHECK(channel.post_message(1) == errc::invalid_state_error);
  bool looked_at = false;
  CHECK(channel.post_message(test::accessing([&]() -> result<value> {
    looked_at = true;
    return error{errc::data_clone_error, "a function cannot be cloned"};
  })) == errc::invalid_state_error);
  CHECK_FALSE(looked_at);
  CHECK(context.refused
        == trace{"BroadcastChannel 1 'news': InvalidStateError: the channel is closed",
                 "BroadcastChannel 1 'news': InvalidStateError: the channel is closed"});
  CHECK(context->statistics().posts_refused == 2);
}

template <class... Arguments>
concept can_be_posted = requires(const broadcast_channel& channel, Arguments... arguments) {
  channel.post_message(arguments...);
};

TEST_CASE("a broadcast needs a message, and null is one", "[broadcast][BC-006]") {
  STATIC_REQUIRE_FALSE(can_be_posted<>);
  STATIC_REQUIRE(can_be_posted<std::nullptr_t>);
  test_context context;
  const auto sender = context->make_broadcast_channel("news");
  const auto receiver = context->make_broadcast_channel("news");
  inbox at_receiver;
  at_receiver.listen(receiver);
  CHECK_FALSE(sender.post_message(nullptr));
  CHECK_FALSE(sender.post_message({}));
  settle(context);
  REQUIRE(at_receiver.data.size() == 2);
  CHECK(at_receiver.data[0].is_null());
  CHECK(at_receiver.data[1].is_undefined());
}

TEST_CASE("what cannot be cloned is refused and reaches nobody", "[broadcast][BC-007]") {
  test_context context;
  const auto sender = context->make_broadcast_channel("news");
  const auto receiver = context->make_broadcast_channel("news");
  inbox at_receiver;
  at_receiver.listen(receiver);
  const auto [port1, port2] = context->make_channel();
  CHECK(sender.post_message(test::uncloneable()) == errc::data_clone_error);
  CHECK(sender.post_message(port1) == errc::data_clone_error);
  const auto refused = sender.post_message(object{{"items", array{1, object{{"reply", port1}}}}});
  CHECK(refused == errc::data_clone_error);
  // A broadcast has no transfer list that could be forgotten.
  CHECK(refused.what()
        == "data.items[1].reply: a MessagePort cannot be broadcast, only one receiver can own it");
  array_buffer gone{8};
  gone.transfer();
  CHECK(sender.post_message(gone) == errc::data_clone_error);
  settle(context);
  CHECK(at_receiver.seen.empty());
  CHECK_FALSE(port1.detached());
  CHECK(context->statistics().messages_posted == 0);
  CHECK(context->statistics().posts_refused == 4);
}

TEST_CASE("a broadcast has no transfer list", "[broadcast][BC-008]") {
  STATIC_REQUIRE(can_be_posted<value>);
  STATIC_REQUIRE_FALSE(can_be_posted<value, transfer_list>);
  STATIC_REQUIRE_FALSE(can_be_posted<value, std::vector<message_port>>);
  test_context context;
  const auto sender = context->make_broadcast_channel("news");
  const auto receiver = context->make_broadcast_channel("news");
  inbox at_receiver;
  at_receiver.listen(receiver);
  array_buffer mine{4};
  CHECK_FALSE(sender.post_message(mine));
  settle(context);
  CHECK_FALSE(mine.detached());
  CHECK(at_receiver.data.at(0).get_if<array_buffer>()->size() == 4);
}

TEST_CASE("every other channel of the name gets a broadcast, the sending one does not",
          "[broadcast][BC-020]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  broadcasting_context c{hub};
  trace seen;
  const auto sender = a->make_broadcast_channel("news");
  const auto at_b = b->make_broadcast_channel("news");
  const auto at_c = c->make_broadcast_channel("news");
  note(sender, seen, "a");
  note(at_b, seen, "b");
  note(at_c, seen, "c");
  CHECK_FALSE(sender.post_message("x"));
  settle(a, b, c);
  CHECK(seen == trace{"b:x", "c:x"});
  CHECK(a->statistics().messages_posted == 1);
  CHECK(a->statistics().messages_delivered == 0);
  CHECK(b->statistics().messages_delivered == 1);
  at_c.post_message("y");
  settle(a, b, c);
  CHECK(seen == trace{"b:x", "c:x", "a:y", "b:y"});
}

TEST_CASE("another channel of the same context gets a broadcast", "[broadcast][BC-021]") {
  test_context context; // Without a hub: a context is enough.
  trace seen;
  const auto first = context->make_broadcast_channel("news");
  const auto second = context->make_broadcast_channel("news");
  CHECK(first != second);
  note(first, seen, "first");
  note(second, seen, "second");
  first.post_message(1);
  CHECK(seen.empty()); // Never inside the call.
  settle(context);
  CHECK(seen == trace{"second:1"});
}

TEST_CASE("channels of other names get nothing", "[broadcast][BC-022]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  trace seen;
  const auto sender = a->make_broadcast_channel("news");
  const auto here = a->make_broadcast_channel("news ");
  const auto there = b->make_broadcast_channel("News");
  const auto right = b->make_broadcast_channel("news");
  note(here, seen, "here");
  note(there, seen, "there");
  note(right, seen, "right");
  sender.post_message(1);
  settle(a, b);
  CHECK(seen == trace{"right:1"});
}

TEST_CASE("a context's channels get each message in the order they were made, one after the other",
          "[broadcast][BC-023]") {
  test_context context;
  trace seen;
  const auto c1 = context->make_broadcast_channel("news");
  const auto c2 = context->make_broadcast_channel("news");
  const auto c3 = context->make_broadcast_channel("news");
  // Listening in another order than making.
  note(c3, seen, "c3");
  note(c1, seen, "c1");
  note(c2, seen, "c2");
  c1.post_message("a");
  c3.post_message("b");
  c2.post_message("c");
  SECTION("in one turn") {
    settle(context);
  }
  SECTION("one task at a time") {
    for (std::size_t tasks = 1; context.step(1); ++tasks)
      CHECK(seen.size() <= tasks);
  }
  CHECK(seen == trace{"c2:a", "c3:a", "c1:b", "c2:b", "c1:c", "c3:c"});
}

TEST_CASE("channels made and closed by listeners keep the order, and hear nothing from before",
          "[broadcast][BC-024]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  trace seen;
  const auto sender = a->make_broadcast_channel("news");
  const auto first = b->make_broadcast_channel("news");
  const auto second = b->make_broadcast_channel("news");
  const auto third = b->make_broadcast_channel("news");
  note(second, seen, "second");
  note(third, seen, "third");
  broadcast_channel fourth;
  first.on_message([&](message_event& ev) {
    seen.push_back("first:" + to_string(ev.data()));
    if (ev.data() == 1) {
      fourth = b->make_broadcast_channel("news");
      note(fourth, seen, "fourth");
      second.close();
      first.post_message(3);
    }
  });
  sender.post_message(1);
  sender.post_message(2);
  settle(a, b);
  CHECK(seen == trace{"first:1", "third:1", "first:2", "third:2", "third:3", "fourth:3"});
}

TEST_CASE("another context gets the messages of each sender in order", "[broadcast][BC-025]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  broadcasting_context c{hub};
  const auto from_a = a->make_broadcast_channel("news");
  const auto from_b = b->make_broadcast_channel("news");
  const auto at_c = c->make_broadcast_channel("news");
  std::vector<int> of_a;
  std::vector<int> of_b;
  at_c.on_message([&](message_event& ev) {
    const auto number = *ev.data().as<int>();
    (number > 0 ? of_a : of_b).push_back(number);
  });
  std::vector<int> posted;
  for (int i = 1; i <= 1000; ++i) {
    from_a.post_message(i);
    from_b.post_message(-i);
    posted.push_back(i);
  }
  settle(a, b, c);
  CHECK(of_a == posted);
  for (auto& number : of_b)
    number = -number;
  CHECK(of_b == posted);
}

TEST_CASE("a channel closed before a post, or before its task, gets nothing",
          "[broadcast][BC-026]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  trace seen;
  const auto sender = a->make_broadcast_channel("news");
  const auto before = b->make_broadcast_channel("news");
  const auto after = b->make_broadcast_channel("news");
  const auto beside = a->make_broadcast_channel("news");
  const auto open = b->make_broadcast_channel("news");
  for (const auto& [channel, label] :
       {std::pair{before, "before"}, {after, "after"}, {beside, "beside"}, {open, "open"}})
    note(channel, seen, label);
  before.close();
  sender.post_message(1);
  after.close();
  beside.close();
  settle(a, b);
  CHECK(seen == trace{"open:1"});
}

TEST_CASE("a channel that closes itself misses what is queued, the others do not",
          "[broadcast][BC-027]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  trace seen;
  const auto sender = a->make_broadcast_channel("news");
  const auto quitter = b->make_broadcast_channel("news");
  const auto other = b->make_broadcast_channel("news");
  note(other, seen, "other");
  quitter.add_event_listener("message", [&](message_event& ev) {
    seen.push_back("quitter:" + to_string(ev.data()));
    quitter.close();
  });
  sender.post_message(1);
  sender.post_message(2);
  settle(a, b);
  CHECK(seen == trace{"quitter:1", "other:1", "other:2"});
}

TEST_CASE("a channel made by a listener hears what is posted afterwards only",
          "[broadcast][BC-028]") {
  test_context context;
  trace seen;
  const auto sender = context->make_broadcast_channel("news");
  const auto first = context->make_broadcast_channel("news");
  broadcast_channel late;
  first.on_message([&](message_event& ev) {
    seen.push_back("first:" + to_string(ev.data()));
    if (late)
      return;
    late = context->make_broadcast_channel("news");
    note(late, seen, "late");
    sender.post_message(3);
  });
  sender.post_message(1);
  sender.post_message(2);
  settle(context);
  CHECK(seen == trace{"first:1", "first:2", "first:3", "late:3"});
}

TEST_CASE("a listener that throws is reported and the other channels get their event",
          "[broadcast][BC-020][BC-023]") {
  test_context context;
  trace seen;
  const auto sender = context->make_broadcast_channel("news");
  const auto bad = context->make_broadcast_channel("news");
  const auto good = context->make_broadcast_channel("news");
  bad.on_message([] { throw std::runtime_error{"no"}; });
  bad.add_event_listener("message", [&] { seen.emplace_back("bad's second"); });
  note(good, seen, "good");
  sender.post_message(1);
  settle(context);
  CHECK(context.exceptions == trace{"message at BroadcastChannel 2 'news': no"});
  CHECK(seen == trace{"bad's second", "good:1"});
}

std::string origin_told_by(const origin& who) {
  const auto hub = make_hub();
  broadcasting_context a{hub, who};
  broadcasting_context b{hub, who};
  const auto receiver = b->make_broadcast_channel("news");
  std::string told = "nothing";
  receiver.on_message([&](message_event& ev) { told = ev.origin(); });
  a->make_broadcast_channel("news").post_message(1);
  settle(a, b);
  return told;
}

TEST_CASE("the event tells the sender's origin", "[broadcast][BC-041]") {
  CHECK(origin_told_by(*origin::parse("HTTPS://A.example:8443/x")) == "https://a.example:8443");
  CHECK(origin_told_by(*origin::parse("https://b\xc3\xbc"
                                      "cher.example"))
        == "https://xn--bcher-kva.example");
}

TEST_CASE("the event tells an opaque origin as null", "[broadcast][BC-041][one_process]") {
  CHECK(origin_told_by(origin::opaque()) == "null");
}

} // namespace
} // namespace hawser
