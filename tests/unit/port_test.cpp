#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

TEST_CASE("a message arrives in a later turn of the peer", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  CHECK_FALSE(port1.post_message("hello"));
  CHECK(at.seen.empty());
  settle(context);
  CHECK(at.seen == trace{"hello"});
}

TEST_CASE("messages wait in a disabled queue and come out in order", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  trace seen;
  port2.add_event_listener("message",
                           [&](message_event& ev) { seen.push_back(to_string(ev.data())); });
  for (int i = 0; i < 5; ++i)
    port1.post_message(i);
  settle(context);
  CHECK(seen.empty());
  CHECK(context.waker().wakes() == 0);
  port2.start();
  CHECK(seen.empty());
  settle(context);
  CHECK(seen == trace{"0", "1", "2", "3", "4"});
}

TEST_CASE("setting the message handler enables the queue, even when it sets none", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  port2.on_message_error([] {});
  port2.on_close([] {});
  CHECK_FALSE(context->ports()[1].enabled);
  port2.on_message(nullptr);
  CHECK(context->ports()[1].enabled);
}

TEST_CASE("an event tells on which port it came, and the port can answer", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port1};
  port2.on_message([&, expected = port2](message_event& ev) {
    CHECK(ev.trusted());
    CHECK(ev.port() == expected);
    CHECK(ev.origin().empty());
    CHECK(ev.last_event_id().empty());
    CHECK_FALSE(ev.source());
    ev.port().post_message("answer");
  });
  port1.post_message("question");
  settle(context);
  CHECK(at.seen == trace{"answer"});
}

TEST_CASE("undefined arrives as undefined", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  port1.post_message({});
  port1.post_message(nullptr);
  settle(context);
  CHECK(at.seen == trace{"undefined", "null"});
}

TEST_CASE("large data is shared with the receiver, not copied", "[port]") {
  test_context a{"a"};
  test_context b{"b"};
  auto [near, far] = connect(a, b);
  inbox at{far};
  const value text{std::string(1 << 20, 'x')};
  near.post_message(array{text});
  settle(a, b);
  CHECK(at.data.at(0)[0].get_if<std::string_view>() == text.get_if<std::string_view>());
}

TEST_CASE("a listener that throws is reported with its port, and delivery goes on", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  port2.label("input");
  trace seen;
  port2.on_message([&](message_event& ev) {
    seen.push_back(to_string(ev.data()));
    throw std::runtime_error{"no"};
  });
  port1.post_message(1);
  port1.post_message(2);
  settle(context);
  CHECK(seen == trace{"1", "2"});
  CHECK(context.exceptions
        == trace{"message at MessagePort 2 'input': no", "message at MessagePort 2 'input': no"});
}

TEST_CASE("a port prints its number and its label", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  CHECK(to_string(port1) == "MessagePort 1");
  port2.label("control");
  CHECK(port2.label() == "control");
  CHECK(to_string(port2) == "MessagePort 2 'control'");
  CHECK(to_string(message_port{}) == "MessagePort none");
}

TEST_CASE("handles are equal when they refer to the same port", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  const auto copy = port1;
  CHECK(copy == port1);
  CHECK(port1 != port2);
  CHECK(message_port{} == message_port{});
  CHECK_FALSE(message_port{});
}

// -- buffers ------------------------------------------------------------------------------------

TEST_CASE("a buffer in a message is copied when posted", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  array_buffer buffer{1};
  port1.post_message(array{buffer, buffer});
  buffer.data()[0] = std::byte{7};
  settle(context);
  const auto* first = at.data.at(0)[0].get_if<array_buffer>();
  const auto* second = at.data.at(0)[1].get_if<array_buffer>();
  REQUIRE(first != nullptr);
  CHECK(first->bytes()[0] == std::byte{0});
  CHECK(same_object(*first, *second));
  CHECK_FALSE(same_object(*first, buffer));
}

TEST_CASE("a transferred buffer keeps its bytes where they are", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  array_buffer buffer{1000};
  const auto* bytes = buffer.data();
  port1.post_message(object{{"bytes", buffer}}, {buffer});
  CHECK(buffer.detached());
  settle(context);
  const auto received = at.data.at(0)["bytes"].as<array_buffer>();
  REQUIRE(received);
  CHECK(received->data() == bytes);
  CHECK(at.ports.empty());
}

TEST_CASE("a transfer list may name ports and buffers through values", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  auto [inner1, inner2] = context->make_channel();
  inbox at{port2};
  const value holder{object{{"port", inner2}, {"bytes", array_buffer{2}}}};
  transfer_list moved;
  moved.add(holder["port"]);
  moved.add(holder["bytes"]);
  CHECK_FALSE(port1.post_message(holder, moved));
  settle(context);
  CHECK(inner2.detached());
  REQUIRE(at.ports.size() == 1);
  CHECK(*at.data.at(0)["port"].get_if<message_port>() == at.ports[0]);
  CHECK(at.data.at(0)["bytes"].size() == 2);
}

TEST_CASE("refused posts name the culprit, change nothing and are reported", "[port]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  auto [inner1, inner2] = context->make_channel();
  auto [closed1, closed2] = context->make_channel();
  closed1.close();
  array_buffer gone{1};
  gone.transfer();
  inbox at{port2};
  const value holder{object{{"items", array{1, object{{"reply", inner1}}}}}};
  const auto refusal = [&, port = port1](const value& data, transfer_list moved) {
    const auto err = port.post_message(data, std::move(moved));
    CHECK(err == errc::data_clone_error);
    return err.what();
  };
  CHECK(refusal(holder, {}) == "data.items[1].reply: a MessagePort must be in the transfer list");
  CHECK(refusal(map{{{"k", gone}}}, {}) == "data[0]: the buffer was transferred already");
  CHECK(refusal(1, {inner1, port1}) == "transfer[1]: a port cannot be transferred through itself");
  CHECK(refusal(1, {inner1, inner2, inner1}) == "transfer[2]: it stands in the list twice");
  CHECK(refusal(1, {inner1, closed1})
        == "transfer[1]: MessagePort 5 is closed or was transferred already");
  CHECK(refusal(1, {gone}) == "transfer[0]: the buffer was transferred already");
  CHECK(refusal(1, {message_port{}}) == "transfer[0]: an empty message_port");
  CHECK(refusal(1, {value{"text"}}) == "transfer[0]: neither a port nor a buffer");
  CHECK(context.refused.size() == 8);
  CHECK(context.refused[5]
        == "MessagePort 1: DataCloneError: transfer[0]: the buffer was transferred already");
  CHECK(context->statistics().posts_refused == 8);
  CHECK(context->statistics().messages_posted == 0);
  CHECK_FALSE(inner1.detached());
  CHECK_FALSE(inner2.detached());
  settle(context);
  CHECK(at.seen.empty());
}

// -- platform objects ---------------------------------------------------------------------------

class money : public platform_object {
public:
  explicit money(value content) : content_(std::move(content)) {}

  std::string_view interface_name() const noexcept override { return "Money"; }

  result<value> serialize() const override {
    ++serialized;
    return content_;
  }

  static inline int serialized = 0;

private:
  value content_;
};

value make_money(value content) {
  return std::shared_ptr<const platform_object>{std::make_shared<money>(std::move(content))};
}

struct platform_object_test {
  test_context context{"context", limits{.queue_bytes_max = 100'000, .value_depth_max = 20}};
  message_port port1;
  message_port port2;
  inbox at;

  platform_object_test() {
    auto made = context->make_channel();
    port1 = made.port1;
    port2 = made.port2;
    at.listen(port2);
  }

  void expose() {
    context->expose("Money", [](const value& content) {
      return std::shared_ptr<const platform_object>{std::make_shared<money>(content)};
    });
  }

  value content_of(const value& received) {
    const auto* object = received.get_if<std::shared_ptr<const platform_object>>();
    REQUIRE(object != nullptr);
    return *(*object)->serialize();
  }
};

TEST_CASE_METHOD(platform_object_test, "an exposed interface is rebuilt by the receiver",
                 "[port][platform_object]") {
  expose();
  const auto coin = make_money(5);
  money::serialized = 0;
  CHECK_FALSE(port1.post_message(array{coin, coin}));
  CHECK(money::serialized == 1);
  settle(context);
  REQUIRE(at.data.size() == 1);
  CHECK(at.data[0][0] == at.data[0][1]); // One object, twice.
  CHECK(at.data[0][0] != coin);
  CHECK(content_of(at.data[0][0]) == 5);
}

TEST_CASE_METHOD(platform_object_test, "ports and buffers inside a platform object travel with it",
                 "[port][platform_object]") {
  expose();
  auto [inner1, inner2] = context->make_channel();
  array_buffer buffer{3};
  CHECK_FALSE(port1.post_message(make_money(array{inner2, buffer, make_money(1)}), {inner2}));
  settle(context);
  REQUIRE(at.ports.size() == 1);
  const auto content = content_of(at.data.at(0));
  CHECK(*content[0].get_if<message_port>() == at.ports[0]);
  CHECK(content[1].size() == 3);
  CHECK(content_of(content[2]) == 1);
}

TEST_CASE_METHOD(platform_object_test, "what a sender may nest in a platform object arrives whole",
                 "[port][platform_object]") {
  test_context shallow{"shallow", limits{.value_depth_max = 2}};
  shallow->expose("Money", [](const value& content) {
    return std::shared_ptr<const platform_object>{std::make_shared<money>(content)};
  });
  const auto [near, far] = connect(context, shallow);
  inbox received{far};
  near.post_message(make_money(array{array{array{array{array_buffer{3}}}}}));
  settle(context, shallow);
  REQUIRE(received.data.size() == 1);
  CHECK(content_of(received.data[0])[0][0][0][0].size() == 3);
}

TEST_CASE_METHOD(platform_object_test, "an interface that is not exposed gives messageerror",
                 "[port][platform_object]") {
  CHECK_FALSE(port1.post_message(object{{"price", make_money(5)}}));
  port1.post_message("next");
  settle(context);
  CHECK(at.seen == trace{"messageerror", "next"});
  CHECK(at.data[0].is_null());
  CHECK(context.undecodable
        == trace{"MessagePort 2: DataDecodeError: data.price: this context exposes no Money"});
}

TEST_CASE_METHOD(platform_object_test, "a rebuild that fails gives messageerror",
                 "[port][platform_object]") {
  context->expose("Money", [](const value&) -> result<std::shared_ptr<const platform_object>> {
    return error{errc::type_error, "not a coin"};
  });
  port1.post_message(array{make_money(5)});
  port1.post_message("next");
  settle(context);
  CHECK(at.seen == trace{"messageerror", "next"});
  CHECK(context.undecodable == trace{"MessagePort 2: TypeError: data[0]: not a coin"});
}

TEST_CASE_METHOD(platform_object_test, "a rebuild that throws gives messageerror",
                 "[port][platform_object]") {
  auto [inner1, inner2] = context->make_channel();
  inbox peer{inner1};
  context->expose("Money", [](const value&) -> result<std::shared_ptr<const platform_object>> {
    throw std::runtime_error{"thrown while rebuilding"};
  });
  port1.post_message(array{make_money(5)}, {inner2});
  port1.post_message("next");
  settle(context);
  CHECK(at.seen == trace{"messageerror", "next"});
  CHECK(peer.seen == trace{"close undeliverable"});
  CHECK(context.undecodable
        == trace{"MessagePort 2: DataDecodeError: data[0]: thrown while rebuilding"});
}

TEST_CASE_METHOD(platform_object_test, "what a platform object becomes counts against the limits",
                 "[port][platform_object]") {
  expose();
  const auto heavy = make_money(array{make_money(std::string(60'000, 'x'))});
  CHECK_FALSE(port1.post_message(heavy));
  CHECK(context->ports()[1].inbound.queued_bytes() >= 60'000);
  CHECK(port1.post_message(heavy) == errc::quota_exceeded_error);
  value deep;
  for (int i = 0; i < 15; ++i)
    deep = array{deep};
  CHECK_FALSE(port1.post_message(make_money(deep)));
  CHECK(port1.post_message(array{array{array{array{array{array{make_money(deep)}}}}}})
        == errc::data_clone_error);
}

TEST_CASE("a deep message is refused with its depth, one level less is not", "[port]") {
  test_context context{"context", limits{.value_depth_max = 3}};
  auto [port1, port2] = context->make_channel();
  const value three{array{array{array{1}}}};
  CHECK_FALSE(port1.post_message(three));
  const auto err = port1.post_message(array{three});
  CHECK(err == errc::data_clone_error);
  CHECK(err.what() == "data: nested 4 levels deep, the limit is 3");
}

TEST_CASE("a handle of a detached port may outlive its context", "[port]") {
  message_port closed;
  message_port moved;
  {
    test_context a{"a"};
    test_context b{"b"};
    closed = a->make_channel().port1;
    closed.close();
    moved = a->make_channel().port2;
    b->adopt(a->release(moved));
    a.run([] {});
  }
  for (const auto& port : {closed, moved}) {
    CHECK(port.detached());
    CHECK_FALSE(port.post_message(1));
    port.start();
    port.close();
  }
}

} // namespace
} // namespace hawser
