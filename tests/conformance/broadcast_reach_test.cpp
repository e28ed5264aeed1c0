// Broadcast channels: whom they reach, what arrives there, and how long they live.

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "accessor.hpp"
#include "broadcasting.hpp"
#include "printing.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

using test::broadcasting_context;
using test::inbox;
using test::make_hub;
using test::names_open;
using test::note;
using test::settle;
using test::test_context;
using test::trace;

TEST_CASE("a name can be closed and opened again at any time", "[broadcast][BC-029]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  trace seen;
  const auto sender = a->make_broadcast_channel("news");
  for (int i = 0; i < 3; ++i) {
    const auto receiver = b->make_broadcast_channel("news");
    note(receiver, seen, std::to_string(i));
    sender.post_message("heard");
    settle(a, b);
    sender.post_message("queued when it closes");
    receiver.close();
    sender.post_message("between");
  }
  settle(a, b);
  CHECK(seen == trace{"0:heard", "1:heard", "2:heard"});
  // Both sides at once: the name is nobody's for a moment, and what was queued is not for the new.
  const auto receiver = b->make_broadcast_channel("news");
  sender.post_message("to the old");
  receiver.close();
  sender.close();
  CHECK(names_open(hub, a, b) == 0);
  const auto reopened = b->make_broadcast_channel("news");
  note(reopened, seen, "new");
  a->make_broadcast_channel("news").post_message("to the new");
  settle(a, b);
  CHECK(seen.back() == "new:to the new");
  CHECK(seen.size() == 4);
}

TEST_CASE("a sender may close right after posting", "[broadcast][BC-030]") {
  const auto hub = make_hub();
  auto a = std::make_unique<broadcasting_context>(hub);
  broadcasting_context b{hub};
  inbox at_b;
  const auto receiver = b->make_broadcast_channel("news");
  at_b.listen(receiver);
  {
    const auto sender = (*a)->make_broadcast_channel("news");
    sender.post_message("closed");
    sender.close();
  }
  (*a)->make_broadcast_channel("news").post_message("dropped");
  (*a)->make_broadcast_channel("news").post_message("gone");
  a.reset();
  settle(b);
  CHECK(at_b.seen == trace{"closed", "dropped", "gone"});
}

// A platform object that carries bytes.
class envelope : public platform_object {
public:
  envelope(array_buffer content, int* serialized) : content_(content), serialized_(serialized) {}

  std::string_view interface_name() const noexcept override { return "Envelope"; }

  result<value> serialize() const override {
    ++*serialized_;
    return value{content_};
  }

private:
  array_buffer content_;
  int* serialized_;
};

TEST_CASE("a message is serialized once and every receiver has a copy of its own",
          "[broadcast][BC-031]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  const auto sender = a->make_broadcast_channel("news");
  const auto at_a = a->make_broadcast_channel("news");
  const auto at_b = b->make_broadcast_channel("news");
  std::vector<array_buffer> opened;
  for (auto* context : {&a, &b})
    (*context)->expose("Envelope",
                       [&](const value& content) -> result<std::shared_ptr<const platform_object>> {
                         opened.push_back(*content.get_if<array_buffer>());
                         return std::shared_ptr<const platform_object>{
                           std::make_shared<test::accessor>([] { return value{}; })};
                       });
  std::vector<value> received;
  const auto keep = [&](message_event& ev) {
    received.push_back(ev.data());
    // What one receiver does to its copy is its own affair.
    ev.data()["bytes"].as<array_buffer>()->data()[0] = std::byte{9};
    opened.back().data()[0] = std::byte{9};
  };
  at_a.on_message(keep);
  at_b.on_message(keep);
  array_buffer mine{4};
  mine.data()[0] = std::byte{1};
  int serialized = 0;
  object message;
  message.set("bytes", mine);
  message.set("again", mine);
  message.set("envelope", value{std::shared_ptr<const platform_object>{std::make_shared<envelope>(
                            array_buffer::copy_of(mine.bytes()), &serialized)}});
  message.set("text", "shared");
  CHECK_FALSE(sender.post_message(message));
  mine.data()[0] = std::byte{2}; // Too late to be seen.
  settle(a, b);
  CHECK(serialized == 1);
  REQUIRE(received.size() == 2);
  REQUIRE(opened.size() == 2);
  const auto bytes = [&](std::size_t i) { return *received[i]["bytes"].get_if<array_buffer>(); };
  CHECK_FALSE(same_object(bytes(0), bytes(1)));
  CHECK_FALSE(same_object(bytes(0), mine));
  CHECK_FALSE(same_object(opened[0], opened[1]));
  for (std::size_t i = 0; i < 2; ++i) // Within a message one buffer is one buffer.
    CHECK(same_object(bytes(i), *received[i]["again"].get_if<array_buffer>()));
  CHECK(mine.data()[0] == std::byte{2});
}

TEST_CASE("a receiver sees the bytes as they were posted, whatever others did to theirs",
          "[broadcast][BC-031]") {
  test_context context;
  const auto sender = context->make_broadcast_channel("news");
  const auto first = context->make_broadcast_channel("news");
  const auto second = context->make_broadcast_channel("news");
  std::vector<std::byte> seen;
  const auto spoil = [&](message_event& ev) {
    auto bytes = *ev.data().as<array_buffer>();
    seen.push_back(bytes.data()[0]);
    bytes.data()[0] = std::byte{9};
    bytes.transfer();
  };
  first.on_message(spoil);
  second.on_message(spoil);
  array_buffer mine{1};
  mine.data()[0] = std::byte{1};
  sender.post_message(mine);
  mine.data()[0] = std::byte{2};
  settle(context);
  CHECK(seen == std::vector{std::byte{1}, std::byte{1}});
}

TEST_CASE("the event is a trusted message event of the channel itself", "[broadcast][BC-040]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  const auto sender = a->make_broadcast_channel("news");
  const auto receiver = b->make_broadcast_channel("news");
  const event_target* at = nullptr;
  int events = 0;
  receiver.add_event_listener("probe", [&](event& ev) {
    at = ev.target();
    CHECK_FALSE(ev.trusted());
  });
  event probe{"probe"};
  receiver.dispatch_event(probe);
  receiver.on_message([&](message_event& ev) {
    ++events;
    CHECK(ev.type() == "message");
    CHECK(ev.trusted());
    CHECK(ev.target() == at);
    CHECK_FALSE(ev.source());
    CHECK_FALSE(ev.port());
    CHECK(ev.ports().empty());
    CHECK(ev.last_event_id().empty());
    CHECK_FALSE(ev.bubbles());
    CHECK_FALSE(ev.cancelable());
  });
  sender.post_message(1);
  settle(a, b);
  CHECK(events == 1);
}

TEST_CASE("a receiver that cannot rebuild a message gets messageerror, the others the message",
          "[broadcast][BC-042]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context able{hub};
  broadcasting_context unable{hub};
  able->expose("Accessor", [](const value&) -> result<std::shared_ptr<const platform_object>> {
    return std::shared_ptr<const platform_object>{
      std::make_shared<test::accessor>([] { return value{}; })};
  });
  const auto sender = a->make_broadcast_channel("news");
  const auto at_able = able->make_broadcast_channel("news");
  const auto at_unable = unable->make_broadcast_channel("news");
  trace seen;
  note(at_able, seen, "able");
  note(at_unable, seen, "unable");
  at_unable.add_event_listener("messageerror", [&](message_event& ev) {
    CHECK(ev.data().is_null());
    CHECK(ev.origin() == "https://one.example");
    CHECK(ev.trusted());
  });
  CHECK_FALSE(sender.post_message(test::unknown_object()));
  CHECK_FALSE(sender.post_message(2));
  settle(a, able, unable);
  CHECK(seen.size() == 4);
  CHECK(std::ranges::count(seen, "unable:messageerror") == 1);
  CHECK(std::ranges::count(seen, "unable:2") == 1);
  CHECK(std::ranges::count(seen, "able:messageerror") == 0);
  CHECK(able.undecodable.empty());
  CHECK(unable.undecodable
        == trace{"BroadcastChannel 1 'news': DataDecodeError: data: this context exposes no "
                 "Accessor"});
}

TEST_CASE("a broadcast never crosses origins", "[broadcast][BC-050]") {
  const auto hub = make_hub();
  const auto at = [&](const char* url) {
    return std::make_unique<broadcasting_context>(hub, *origin::parse(url));
  };
  const auto sender_context = at("https://a.example/");
  const auto same = at("https://A.example:443/other");
  trace seen;
  std::vector<std::unique_ptr<broadcasting_context>> others;
  std::vector<broadcast_channel> channels;
  for (const auto* url : {"http://a.example", "https://a.example:444", "https://b.a.example",
                          "https://a.example.", "hawser://a.example", "wss://a.example"}) {
    others.push_back(at(url));
    channels.push_back((*others.back())->make_broadcast_channel("news"));
    note(channels.back(), seen, url);
  }
  const auto right = (*same)->make_broadcast_channel("news");
  note(right, seen, "same");
  (*sender_context)->make_broadcast_channel("news").post_message(1);
  for (const auto& each : others)
    settle(*each);
  settle(*sender_context, *same);
  CHECK(seen == trace{"same:1"});
}

TEST_CASE("each opaque origin is an island", "[broadcast][BC-051]") {
  const auto hub = make_hub();
  broadcasting_context sandbox{hub, origin::opaque()};
  broadcasting_context stranger{hub, origin::opaque()};
  broadcasting_context data_url{hub, *origin::parse("data:,x")};
  trace seen;
  const auto sender = sandbox->make_broadcast_channel("news");
  const auto inhabitant = sandbox->make_broadcast_channel("news");
  const auto at_stranger = stranger->make_broadcast_channel("news");
  const auto at_data_url = data_url->make_broadcast_channel("news");
  note(inhabitant, seen, "inhabitant");
  note(at_stranger, seen, "stranger");
  note(at_data_url, seen, "data");
  CHECK_FALSE(sender.post_message(1));
  CHECK_FALSE(at_data_url.post_message(2));
  settle(sandbox, stranger, data_url);
  CHECK(seen == trace{"inhabitant:1"});
}

TEST_CASE("who inherits an opaque origin is on the same island",
          "[broadcast][BC-051][one_process]") {
  const auto hub = make_hub();
  const auto who = origin::opaque();
  broadcasting_context sandbox{hub, who};
  broadcasting_context heir{hub, who}; // As `about:blank` inherits it.
  broadcasting_context stranger{hub, origin::opaque()};
  trace seen;
  const auto sender = sandbox->make_broadcast_channel("news");
  const auto at_heir = heir->make_broadcast_channel("news");
  const auto at_stranger = stranger->make_broadcast_channel("news");
  note(at_heir, seen, "heir");
  note(at_stranger, seen, "stranger");
  CHECK_FALSE(sender.post_message(1));
  settle(sandbox, heir, stranger);
  CHECK(seen == trace{"heir:1"});
  CHECK(hub->names() == 2);
}

TEST_CASE("every context of the origin is reached, on whatever thread it runs",
          "[broadcast][BC-053]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  broadcasting_context c{hub};
  std::atomic<int> answers{0};
  const auto asker = a->make_broadcast_channel("news");
  const auto at_b = b->make_broadcast_channel("news");
  const auto at_c = c->make_broadcast_channel("news");
  const auto answer = [](const broadcast_channel& channel) {
    channel.on_message([&channel](message_event& ev) {
      if (ev.data() == "who is there?")
        channel.post_message("I");
    });
  };
  answer(at_b);
  answer(at_c);
  asker.on_message([&](message_event& ev) { answers += ev.data() == "I" ? 1 : 0; });
  asker.post_message("who is there?");
  test::running threads{a, b, c};
  threads.until([&] { return answers == 2; });
  CHECK(answers == 2);
}

TEST_CASE("channels of a context that has ended neither send nor receive, and posting is no error",
          "[broadcast][BC-054]") {
  const auto hub = make_hub();
  broadcasting_context page{hub};
  auto frame = std::make_unique<broadcasting_context>(hub);
  trace seen;
  const auto at_page = page->make_broadcast_channel("news");
  auto before = (*frame)->make_broadcast_channel("news");
  note(at_page, seen, "page");
  note(before, seen, "before");
  at_page.post_message("queued when the frame ends");
  (*frame)->close(close_reason::context_closed);
  auto after = (*frame)->make_broadcast_channel("news");
  note(after, seen, "after");
  CHECK_FALSE(before.post_message(1));
  CHECK_FALSE(after.post_message(2));
  CHECK_FALSE(after.post_message(test::uncloneable()));
  CHECK_FALSE(at_page.post_message("later"));
  settle(page, *frame);
  CHECK(seen.empty());
  CHECK(before.closed());
  CHECK(after.name() == "news");
  frame.reset();
  CHECK_FALSE(before.post_message(3));
  before.close();
  CHECK(names_open(hub, page) == 1);
}

TEST_CASE(
  "channels of a worker that closes itself neither send nor receive, and posting is no error",
  "[broadcast][BC-055]") {
  const auto hub = make_hub();
  broadcasting_context page{hub};
  broadcasting_context worker{hub};
  trace seen;
  const auto at_page = page->make_broadcast_channel("news");
  const auto before = worker->make_broadcast_channel("news");
  note(at_page, seen, "page");
  note(before, seen, "worker");
  at_page.post_message("queued when the worker closes");
  before.post_message("last words");
  // What closing does to a worker at once; its end comes when its current task is done.
  worker->stop_broadcasts();
  worker->stop_deliveries();
  const auto after = worker->make_broadcast_channel("news");
  note(after, seen, "worker");
  CHECK_FALSE(before.post_message(1));
  CHECK_FALSE(after.post_message(2));
  at_page.post_message("later");
  settle(page, worker);
  CHECK(seen == trace{"page:last words"});
  worker->close(close_reason::context_closed);
  CHECK_FALSE(before.post_message(3));
  CHECK_FALSE(after.post_message(4));
  settle(page);
  CHECK(seen.size() == 1);
}

TEST_CASE("whose context makes a channel decides its origin, not whose code asks for it",
          "[broadcast][BC-056]") {
  const auto hub = make_hub();
  broadcasting_context caller{hub, *origin::parse("https://caller.example")};
  broadcasting_context owner{hub, *origin::parse("https://owner.example")};
  broadcasting_context listener{hub, *origin::parse("https://owner.example")};
  trace seen;
  const auto at_listener = listener->make_broadcast_channel("news");
  at_listener.on_message([&](message_event& ev) { seen.push_back(ev.origin()); });
  const auto made = caller.run([&] { return owner->make_broadcast_channel("news"); });
  CHECK_FALSE(owner.run([&] { return made.post_message(1); }));
  settle(caller, owner, listener);
  CHECK(seen == trace{"https://owner.example"});
}

TEST_CASE("a listener of messages keeps a channel open, and without one the last handle does",
          "[broadcast][BC-057]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  const auto sender = a->make_broadcast_channel("news");
  trace seen;
  const auto post = [&](const value& data) {
    sender.post_message(data);
    settle(a, b);
  };
  SECTION("with the handler attribute") {
    note(b->make_broadcast_channel("news"), seen, "b");
    settle(a, b);
    post(1);
    post(2);
    CHECK(seen == trace{"b:1", "b:2"});
  }
  SECTION("with a listener for one message, until it has come") {
    b->make_broadcast_channel("other").add_event_listener(
      "message", [&] { seen.emplace_back("once"); }, listen::once);
    settle(a, b);
    CHECK(names_open(hub, a, b) == 2);
    a->make_broadcast_channel("other").post_message(1);
    settle(a, b);
    CHECK(seen == trace{"once"});
    CHECK(names_open(hub, a, b) == 1);
  }
  SECTION("with a handle") {
    auto held = b->make_broadcast_channel("other");
    settle(a, b);
    CHECK(names_open(hub, a, b) == 2);
    auto copy = held;
    held = {};
    settle(a, b);
    CHECK(names_open(hub, a, b) == 2);
    copy = {};
    settle(a, b);
    CHECK(names_open(hub, a, b) == 1);
  }
  SECTION("with a listener that holds its own channel, until it closes it") {
    auto held = b->make_broadcast_channel("other");
    held.on_message([held] { held.close(); });
    held = {};
    settle(a, b);
    CHECK(names_open(hub, a, b) == 2);
    a->make_broadcast_channel("other").post_message(1);
    settle(a, b);
    CHECK(names_open(hub, a, b) == 1);
  }
  SECTION("not with a listener of something else") {
    b->make_broadcast_channel("other").add_event_listener("probe", [] {});
    settle(a, b);
    CHECK(names_open(hub, a, b) == 1);
  }
}

TEST_CASE("a blob can be read by every receiver, though its sender is gone",
          "[broadcast][BC-032]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  std::vector<blob> received;
  const auto at_a = a->make_broadcast_channel("files");
  const auto at_b = b->make_broadcast_channel("files");
  for (const auto& channel : {at_a, at_b})
    channel.on_message([&](message_event& ev) { received.push_back(*ev.data().as<blob>()); });
  {
    broadcasting_context sender{hub};
    const auto channel = sender->make_broadcast_channel("files");
    channel.post_message(blob{"bytes of a blob", "text/plain"});
  }
  settle(a, b);
  REQUIRE(received.size() == 2);
  for (const auto& each : received)
    CHECK(each.text() == "bytes of a blob");
}

TEST_CASE("a shared buffer can be written by all receivers of its cluster",
          "[broadcast][BC-033][one_process]") {
  const auto hub = make_hub();
  broadcasting_context a{hub};
  broadcasting_context b{hub};
  broadcasting_context sender{hub};
  const auto at_a = a->make_broadcast_channel("memory");
  const auto at_b = b->make_broadcast_channel("memory");
  std::size_t place = 0;
  for (const auto& channel : {at_a, at_b})
    channel.on_message([&](message_event& ev) {
      ev.data()["memory"].as<shared_array_buffer>()->bytes()[place++] = std::byte{7};
    });
  const auto channel = sender->make_broadcast_channel("memory");
  const shared_array_buffer memory{2};
  CHECK_FALSE(channel.post_message(object{{"memory", memory}, {"own", array_buffer{1}}}));
  settle(a, b, sender);
  CHECK(memory.bytes()[0] == std::byte{7});
  CHECK(memory.bytes()[1] == std::byte{7});
}

} // namespace
} // namespace hawser
