// Transfer lists: what may stand in them, and what moves.

#include <algorithm>
#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "accessor.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::accessing;
using test::ferry;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;
using test::unknown_object;

struct transfer_test {
  test_context context;
  message_port port1; ///< What the tests post through.
  message_port port2;
  message_port extra1; ///< A channel to transfer.
  message_port extra2;
  inbox at;
  int accessed = 0;

  transfer_test() {
    auto made = context->make_channel();
    port1 = made.port1;
    port2 = made.port2;
    at.listen(port2);
    auto more = context->make_channel();
    extra1 = more.port1;
    extra2 = more.port2;
  }

  value counting() {
    return accessing([this] {
      ++accessed;
      return value{1};
    });
  }
};

TEST_CASE_METHOD(transfer_test, "an empty list transfers nothing", "[transfer][TX-011]") {
  CHECK_FALSE(port1.post_message("hello", {}));
  settle(context);
  CHECK(at.seen == trace{"hello"});
  CHECK(at.ports.empty());
}

TEST_CASE_METHOD(transfer_test, "a port cannot be sent through itself and survives the try",
                 "[transfer][TX-020]") {
  inbox back{port1};
  CHECK(port1.post_message(counting(), {port1}) == errc::data_clone_error);
  CHECK(accessed == 0);
  CHECK_FALSE(port1.post_message("forth"));
  CHECK_FALSE(port2.post_message("back"));
  settle(context);
  CHECK(at.seen == trace{"forth"});
  CHECK(back.seen == trace{"back"});
}

TEST_CASE_METHOD(transfer_test, "the same thing twice in a list is refused before accessors run",
                 "[transfer][TX-021]") {
  array_buffer buffer{2};
  CHECK(port1.post_message(counting(), {extra1, extra1}) == errc::data_clone_error);
  CHECK(port1.post_message(counting(), {buffer, extra1, buffer}) == errc::data_clone_error);
  CHECK(port1.post_message(counting(), {value{buffer}, buffer}) == errc::data_clone_error);
  CHECK(accessed == 0);
  CHECK_FALSE(extra1.detached());
  CHECK_FALSE(buffer.detached());
}

TEST_CASE_METHOD(transfer_test, "what cannot be transferred is refused before accessors run",
                 "[transfer][TX-022]") {
  for (const value& wrong : {value{object{}}, value{"text"}, value{}, unknown_object()}) {
    CHECK(port1.post_message(counting(), {extra1, wrong}) == errc::data_clone_error);
    CHECK_FALSE(extra1.detached());
  }
  CHECK(accessed == 0);
}

TEST_CASE_METHOD(transfer_test, "what was transferred once cannot be again", "[transfer][TX-030]") {
  array_buffer buffer{2};
  CHECK_FALSE(port1.post_message(nullptr, {buffer, extra1}));
  CHECK(port1.post_message(nullptr, {buffer}) == errc::data_clone_error);
  CHECK(port1.post_message(nullptr, {extra1}) == errc::data_clone_error);
}

TEST_CASE_METHOD(transfer_test, "an accessor's own failure comes before that of a detached item",
                 "[transfer][TX-031]") {
  extra1.close();
  const auto failing = accessing([]() -> result<value> {
    return error{errc::range_error, "mine"};
  });
  CHECK(port1.post_message(failing, {extra1}) == errc::range_error);
  const auto throwing = accessing([]() -> result<value> { throw std::out_of_range{"mine"}; });
  CHECK_THROWS_AS(port1.post_message(throwing, {extra1}), std::out_of_range);
}

TEST_CASE_METHOD(transfer_test, "an item that an accessor sends away fails the outer post only",
                 "[transfer][TX-032]") {
  array_buffer buffer{2};
  const auto thief = [&](const transferable& item) {
    return accessing([this, item] {
      CHECK_FALSE(port1.post_message("inner", {item}));
      return value{1};
    });
  };
  CHECK(port1.post_message(thief(extra1), {extra1}) == errc::data_clone_error);
  CHECK(port1.post_message(thief(buffer), {buffer}) == errc::data_clone_error);
  settle(context);
  CHECK(at.seen == trace{"inner", "inner"});
  CHECK(at.ports.size() == 1);
}

TEST_CASE_METHOD(transfer_test, "a closed port cannot be transferred, at once",
                 "[transfer][TX-033]") {
  extra1.close();
  CHECK(port1.post_message(nullptr, {extra1}) == errc::data_clone_error);
}

TEST_CASE_METHOD(transfer_test, "the peer of a closed port can be transferred",
                 "[transfer][TX-034]") {
  extra1.close();
  SECTION("before it has seen the close") {}
  SECTION("after it has seen the close") {
    settle(context);
  }
  CHECK_FALSE(port1.post_message(nullptr, {extra2}));
  settle(context);
  CHECK(at.ports.size() == 1);
}

TEST_CASE_METHOD(transfer_test, "a port in the data but not in the list is refused",
                 "[transfer][TX-040]") {
  CHECK(port1.post_message(extra1) == errc::data_clone_error);
  CHECK(port1.post_message(array{object{{"port", extra1}}}, {extra2}) == errc::data_clone_error);
  CHECK_FALSE(extra1.detached());
  CHECK_FALSE(extra2.detached());
}

TEST_CASE_METHOD(transfer_test, "what is listed but not in the data moves all the same",
                 "[transfer][TX-041]") {
  array_buffer buffer{2};
  port1.post_message("data", {extra2, buffer});
  CHECK(extra2.detached());
  CHECK(buffer.detached());
  settle(context);
  REQUIRE(at.ports.size() == 1);
  inbox moved{at.ports[0]};
  extra1.post_message("works");
  settle(context);
  CHECK(moved.seen == trace{"works"});
}

TEST_CASE_METHOD(transfer_test, "references to one transferred thing stay references to one thing",
                 "[transfer][TX-042]") {
  array_buffer buffer{2};
  port1.post_message(object{{"a", array{extra2, buffer}}, {"b", array{extra2, buffer}}},
                     {extra2, buffer});
  settle(context);
  const auto& data = at.data.at(0);
  CHECK(data["a"][0] == data["b"][0]);
  CHECK(*data["a"][0].get_if<message_port>() == at.ports.at(0));
  CHECK(same_object(*data["a"][1].get_if<array_buffer>(), *data["b"][1].get_if<array_buffer>()));
}

TEST_CASE_METHOD(transfer_test, "a received port is a new object, even at home",
                 "[transfer][TX-043]") {
  port1.post_message(nullptr, {extra2});
  settle(context);
  CHECK(at.ports.at(0) != extra2);
  CHECK_FALSE(at.ports[0].detached());
}

TEST_CASE_METHOD(transfer_test, "what the peer posts after the transfer reaches the new port",
                 "[transfer][TX-044]") {
  port1.post_message(nullptr, {extra2});
  extra1.post_message("after");
  settle(context);
  inbox moved{at.ports.at(0)};
  settle(context);
  CHECK(moved.seen == trace{"after"});
}

TEST_CASE_METHOD(transfer_test, "a port that was sent away posts into the void",
                 "[transfer][TX-045]") {
  inbox peer{extra1};
  port1.post_message(nullptr, {extra2});
  CHECK_FALSE(extra2.post_message("void"));
  settle(context);
  CHECK_FALSE(extra2.post_message("void"));
  settle(context);
  CHECK(peer.seen.empty());
}

TEST_CASE_METHOD(transfer_test, "handlers of a port that was sent away never run again",
                 "[transfer][TX-046]") {
  inbox old{extra2};
  port1.post_message(nullptr, {extra2});
  extra1.post_message(1);
  settle(context);
  at.ports.at(0).start();
  extra1.post_message(2);
  settle(context);
  CHECK(old.seen.empty());
}

TEST_CASE_METHOD(transfer_test, "both ports of a channel arrive entangled with each other",
                 "[transfer][TX-047]") {
  port1.post_message(nullptr, {extra1, extra2});
  settle(context);
  REQUIRE(at.ports.size() == 2);
  inbox moved{at.ports[1]};
  at.ports[0].post_message("across");
  settle(context);
  CHECK(moved.seen == trace{"across"});
}

TEST_CASE_METHOD(transfer_test, "received ports have the order of the list", "[transfer][TX-048]") {
  transfer_list moved;
  std::vector<message_port> peers;
  std::vector<value> backwards;
  for (int i = 0; i < 500; ++i) {
    auto channel = context->make_channel();
    channel.port1.post_message(i);
    peers.push_back(channel.port1);
    moved.add(channel.port2);
    backwards.insert(backwards.begin(), value{channel.port2});
    if (i % 7 == 0)
      moved.add(array_buffer{1});
  }
  port1.post_message(array{backwards}, moved);
  settle(context);
  REQUIRE(at.ports.size() == 500);
  inbox got;
  for (std::size_t i = 0; i < 500; ++i) {
    got.listen(at.ports[i]);
    settle(context);
    CHECK(got.seen.back() == std::to_string(i));
    CHECK(*at.data[0][499 - i].get_if<message_port>() == at.ports[i]);
  }
}

TEST_CASE_METHOD(transfer_test, "posting the target through its peer succeeds and loses everything",
                 "[transfer][TX-049]") {
  array_buffer buffer{2};
  CHECK_FALSE(port1.post_message("doomed", {extra2, port2, buffer}));
  CHECK(port2.detached());
  CHECK(extra2.detached());
  CHECK(buffer.detached());
  settle(context);
  CHECK(std::count(at.seen.begin(), at.seen.end(), "doomed") == 0);
  CHECK(at.ports.empty());
}

TEST_CASE_METHOD(transfer_test, "after its target was posted through it a channel is dead",
                 "[transfer][TX-050]") {
  inbox back{port1};
  port1.post_message("doomed", {port2});
  CHECK_FALSE(port1.post_message(1));
  CHECK_FALSE(port2.post_message(2));
  settle(context);
  CHECK_FALSE(port1.post_message(3));
  CHECK_FALSE(port2.post_message(4));
  settle(context);
  CHECK(at.seen.empty());
  CHECK(back.seen == trace{"close undeliverable"});
}

TEST_CASE_METHOD(transfer_test, "a port may come to its peer's owner by another way",
                 "[transfer][TX-051]") {
  test_context other{"other"};
  auto near = ferry{context, other}.carry(extra1);
  const auto far = ferry{context, other}.carry(extra2);
  inbox got{far};
  CHECK_FALSE(near.post_message("to my neighbour"));
  settle(context, other);
  CHECK(got.seen == trace{"to my neighbour"});
}

TEST_CASE_METHOD(transfer_test, "a type the receiver does not expose gives messageerror",
                 "[transfer][TX-054]") {
  CHECK_FALSE(port1.post_message(array{unknown_object()}));
  settle(context);
  CHECK(at.seen == trace{"messageerror"});
  context->expose("Accessor", [](const value&) {
    return std::shared_ptr<const platform_object>{
      std::make_shared<test::accessor>([] { return value{1}; })};
  });
  port1.post_message(unknown_object());
  settle(context);
  CHECK(at.seen.back() == "Accessor {}");
}

} // namespace
} // namespace hawser
