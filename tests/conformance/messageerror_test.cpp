// `messageerror`: what arrives and cannot be rebuilt.

#include <new>

#include <catch2/catch_test_macros.hpp>

#include "accessor.hpp"
#include "hawser/payload.hpp"
#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::connect;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

class messageerror_test {
protected:
  messageerror_test() {
    auto [near, far] = connect(sender, receiver);
    port1 = near;
    port2 = far;
  }

  void settle_all() { settle(sender, receiver); }

  test_context sender{"sender"};
  test_context receiver{"receiver"};
  message_port port1;
  message_port port2;
};

TEST_CASE_METHOD(messageerror_test,
                 "what cannot be rebuilt fires messageerror once, and no message",
                 "[messageerror][ME-001]") {
  inbox at{port2};
  port1.post_message(test::unknown_object());
  settle_all();
  CHECK(at.seen == trace{"messageerror"});
}

TEST_CASE_METHOD(messageerror_test, "a port's messageerror carries nothing",
                 "[messageerror][ME-002]") {
  auto [mine, theirs] = sender->make_channel();
  inbox peer{mine};
  int fired = 0;
  port2.on_message_error([&](message_event& ev) {
    ++fired;
    CHECK(ev.type() == "messageerror");
    CHECK(ev.data().is_null());
    CHECK(ev.origin().empty());
    CHECK_FALSE(ev.source());
    CHECK(ev.ports().empty());
  });
  port2.start();
  port1.post_message(array{theirs, test::unknown_object()}, {theirs});
  settle_all();
  CHECK(fired == 1);
  CHECK(peer.seen == trace{"close undeliverable"}); // The port in it is lost, which its peer hears.
}

TEST_CASE_METHOD(messageerror_test, "a window's messageerror says where it came from",
                 "[messageerror][ME-003]") {
  int fired = 0;
  receiver->window_events().add_event_listener("messageerror", [&](message_event& ev) {
    ++fired;
    CHECK(ev.data().is_null());
    CHECK(ev.origin() == "https://sender.example");
    CHECK(ev.source() == sender->window());
    CHECK(ev.ports().empty());
  });
  sender.run([&] { CHECK_FALSE(receiver->window().post_message(test::unknown_object(), "*")); });
  settle_all();
  CHECK(fired == 1);
}

TEST_CASE_METHOD(messageerror_test, "the message after a failed one arrives",
                 "[messageerror][ME-004]") {
  inbox at{port2};
  port1.post_message(test::unknown_object());
  port1.post_message("good");
  settle_all();
  CHECK(at.seen == trace{"messageerror", "good"});
}

TEST_CASE_METHOD(messageerror_test, "one broadcast reaches the cluster and fails elsewhere",
                 "[messageerror][ME-006][one_process]") {
  const auto home = *origin::parse("https://one.example");
  test_context worker{"worker", home};
  test_context shared{"shared", home};
  test_context poster{"poster", home};
  shared->join({shared->window().id(), home});
  const auto hub = std::make_shared<broadcast_hub>();
  trace heard;
  std::vector<broadcast_channel> kept;
  for (auto* context : {&worker, &shared, &poster}) {
    (*context)->share_broadcasts(hub);
    kept.push_back((*context)->make_broadcast_channel("memory"));
  }
  kept[0].on_message([&](message_event& ev) {
    heard.push_back("worker " + std::string{to_string(ev.data().type())});
  });
  kept[1].on_message([&] { heard.emplace_back("shared worker"); });
  kept[1].on_message_error([&](message_event& ev) {
    heard.push_back("shared worker " + std::string{to_string(ev.data().type())});
  });
  CHECK_FALSE(kept[2].post_message(shared_array_buffer{4}));
  settle(worker, shared, poster);
  CHECK(heard == trace{"worker shared array buffer", "shared worker null"});
}

TEST_CASE_METHOD(messageerror_test, "a type this context does not expose is a messageerror",
                 "[messageerror][ME-007][ME-013]") {
  inbox at{port2};
  port1.post_message(test::unknown_object());
  // Exposed, but only for what it accepts.
  receiver->expose("Accessor", [](const value&) -> result<std::shared_ptr<const platform_object>> {
    return error{errc::data_decode_error, "only for this very site"};
  });
  port1.post_message(test::unknown_object());
  settle_all();
  CHECK(at.seen == trace{"messageerror", "messageerror"});
  CHECK(receiver.undecodable
        == trace{"MessagePort 1: DataDecodeError: data: only for this very site",
                 "MessagePort 1: DataDecodeError: data: only for this very site"});
}

TEST_CASE_METHOD(messageerror_test, "messageerror waits for the queue to be enabled",
                 "[messageerror][ME-009]") {
  int fired = 0;
  port2.on_message_error([&] { ++fired; });
  port1.post_message(test::unknown_object());
  settle_all();
  CHECK(fired == 0);
  port2.start();
  settle_all();
  CHECK(fired == 1);
}

TEST_CASE_METHOD(messageerror_test, "no memory while rebuilding is a messageerror",
                 "[messageerror][ME-010]") {
  inbox at{port2};
  receiver->expose("Accessor", [](const value&) -> result<std::shared_ptr<const platform_object>> {
    throw std::bad_alloc{};
  });
  port1.post_message(test::unknown_object());
  port1.post_message("after");
  settle_all();
  CHECK(at.seen == trace{"messageerror", "after"});
}

TEST_CASE_METHOD(messageerror_test, "damaged bytes from elsewhere are an error and nothing worse",
                 "[messageerror][ME-011]") {
  const value whole{array{object{{"name", "rope"}, {"bytes", array_buffer{9}}}, map{{1, 2.5}},
                          error_object{"TypeError", "m"}, blob{"b", "text/plain"}}};
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(whole, bytes));
  REQUIRE(*decode(bytes) == whole);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK(decode(std::span{bytes}.first(length)).error() == errc::data_decode_error);
  inbox at{port2};
  for (std::size_t at_byte = 0; at_byte < bytes.size(); ++at_byte) {
    auto damaged = bytes;
    damaged[at_byte] ^= std::byte{0x55};
    if (const auto read = decode(damaged))
      CHECK_FALSE(port1.post_message(*read)); // It still says something; let it arrive.
    else
      CHECK(read.error() == errc::data_decode_error);
  }
  port1.post_message("after");
  settle_all();
  CHECK(at.seen.back() == "after");
}

// -- subclasses -----------------------------------------------------------------------------------

struct labelled_buffer : array_buffer {
  using array_buffer::array_buffer;
  std::string label;
};

TEST_CASE_METHOD(messageerror_test, "a subclass of a transferable arrives as what it is a kind of",
                 "[transfer][TX-052]") {
  inbox at{port2};
  labelled_buffer mine{std::size_t{3}};
  mine.label = "stays behind";
  CHECK_FALSE(port1.post_message(mine, {mine}));
  CHECK(mine.detached());
  settle_all();
  REQUIRE(at.data.size() == 1);
  CHECK(at.data[0].type() == value_type::array_buffer);
  CHECK(at.data[0].size() == 3);
}

struct numbered_list : array {
  using array::array;
  int number = 0;
};

struct logbook : file {
  int pages = 0;
};

TEST_CASE_METHOD(messageerror_test, "a subclass of a built-in type arrives as that type",
                 "[clone][SC-043][SC-092]") {
  inbox at{port2};
  CHECK_FALSE(port1.post_message(numbered_list{1, 2}));
  CHECK_FALSE(port1.post_message(logbook{{blob{"x"}, "log", 0}, 7}));
  settle_all();
  REQUIRE(at.data.size() == 2);
  CHECK(at.data[0] == array{1, 2});
  CHECK(at.data[1].type() == value_type::file);
}

} // namespace
} // namespace hawser
