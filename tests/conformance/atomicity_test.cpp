// Posts that fail change nothing; posts that succeed give nothing back.

#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "accessor.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::accessing;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;
using test::uncloneable;
using test::unknown_object;

struct atomicity_test {
  test_context context;
  message_port port1; ///< What the tests post through.
  message_port port2;
  message_port extra1; ///< A channel to transfer.
  message_port extra2;
  array_buffer buffer{8};
  inbox at;
  inbox peer;

  atomicity_test() {
    auto made = context->make_channel();
    port1 = made.port1;
    port2 = made.port2;
    at.listen(port2);
    auto more = context->make_channel();
    extra1 = more.port1;
    extra2 = more.port2;
    peer.listen(extra1);
  }

  /// Nothing was detached or delivered, and what was listed can still be sent.
  void check_untouched() {
    CHECK(buffer.size() == 8);
    CHECK_FALSE(buffer.detached());
    CHECK_FALSE(extra2.detached());
    settle(context);
    CHECK(at.seen.empty());
    CHECK(peer.seen.empty());
    CHECK_FALSE(port1.post_message("again", {extra2, buffer}));
    settle(context);
    CHECK(at.seen == trace{"again"});
    CHECK(at.ports.size() == 1);
  }
};

TEST_CASE_METHOD(atomicity_test, "data that cannot be sent leaves everything usable",
                 "[atomicity][AT-001]") {
  CHECK(port1.post_message(array{extra2, uncloneable()}, {extra2, buffer})
        == errc::data_clone_error);
  check_untouched();
}

TEST_CASE_METHOD(atomicity_test, "ports of a refused list can be posted again",
                 "[atomicity][AT-002]") {
  CHECK(port1.post_message(nullptr, {extra2, buffer, extra2}) == errc::data_clone_error);
  check_untouched();
}

TEST_CASE_METHOD(atomicity_test, "an accessor's failure comes out as it is and nothing moves",
                 "[atomicity][AT-003]") {
  struct own_exception : std::runtime_error {
    own_exception() : std::runtime_error{"mine"} {}
  };
  const auto throwing = accessing([]() -> result<value> { throw own_exception{}; });
  CHECK_THROWS_AS(port1.post_message(throwing, {extra2, buffer}), own_exception);
  const auto failing = accessing([]() -> result<value> {
    return error{errc::range_error, "mine"};
  });
  const auto err = port1.post_message(array{failing}, {extra2, buffer});
  CHECK(err == errc::range_error);
  CHECK(err.what() == "data[0]: mine");
  check_untouched();
}

TEST_CASE_METHOD(atomicity_test, "a detached port in a list leaves the buffer before it alone",
                 "[atomicity][AT-004]") {
  auto gone = context->make_channel();
  gone.port1.close();
  CHECK(port1.post_message(nullptr, {buffer, extra2, gone.port1}) == errc::data_clone_error);
  check_untouched();
}

TEST_CASE_METHOD(atomicity_test, "an item that cannot be moved leaves those before it alone",
                 "[atomicity][AT-005]") {
  array_buffer spent{1};
  spent.transfer();
  CHECK(port1.post_message(nullptr, {buffer, extra2, spent}) == errc::data_clone_error);
  CHECK(port1.post_message(nullptr, {buffer, extra2, value{"text"}}) == errc::data_clone_error);
  CHECK(port1.post_message(nullptr, {buffer, extra2, port1}) == errc::data_clone_error);
  check_untouched();
}

TEST_CASE_METHOD(atomicity_test, "a port closed while serializing leaves the buffer alone",
                 "[atomicity][AT-006]") {
  auto victim = context->make_channel();
  const auto closing = accessing([&] {
    victim.port1.close();
    return value{1};
  });
  CHECK(port1.post_message(closing, {buffer, extra2, victim.port1}) == errc::data_clone_error);
  auto other = context->make_channel();
  auto stolen = context->make_channel();
  const auto stealing = accessing([&] {
    other.port1.post_message(nullptr, {stolen.port1});
    return value{1};
  });
  CHECK(port1.post_message(stealing, {buffer, extra2, stolen.port1}) == errc::data_clone_error);
  check_untouched();
}

TEST_CASE_METHOD(atomicity_test, "what a discarded message carried does not come back",
                 "[atomicity][AT-009]") {
  SECTION("the channel is closed here") {
    port1.close();
    CHECK_FALSE(port1.post_message(nullptr, {extra2, buffer}));
  }
  SECTION("the channel is closed there") {
    port2.close();
    CHECK_FALSE(port1.post_message(nullptr, {extra2, buffer}));
  }
  SECTION("the target itself is in the list") {
    CHECK_FALSE(port1.post_message(nullptr, {port2, extra2, buffer}));
  }
  SECTION("the target origin does not match") {
    CHECK_FALSE(context.run([this] {
      return context->window().post_message(nullptr, "https://other.example", {extra2, buffer});
    }));
  }
  SECTION("the receiver has ended") {
    test_context other{"other"};
    const auto window = other->window();
    other->close(close_reason::context_crashed);
    CHECK_FALSE(context.run([&] { return window.post_message(nullptr, "*", {extra2, buffer}); }));
  }
  settle(context);
  context.run([this] { CHECK(extra2.detached()); });
  CHECK(buffer.detached());
  CHECK(at.ports.empty());
  CHECK(peer.seen == trace{"close undeliverable"});
}

TEST_CASE_METHOD(atomicity_test, "a message that cannot be rebuilt loses its items to both sides",
                 "[atomicity][AT-010]") {
  std::size_t ports = 99;
  port2.add_event_listener("messageerror", [&](message_event& ev) { ports = ev.ports().size(); });
  CHECK_FALSE(port1.post_message(unknown_object(), {extra2, buffer}));
  settle(context);
  CHECK(at.seen == trace{"messageerror"});
  CHECK(ports == 0);
  CHECK(extra2.detached());
  CHECK(buffer.detached());
  CHECK(peer.seen == trace{"close undeliverable"});
}

TEST_CASE_METHOD(atomicity_test, "a dead port still refuses what cannot be sent",
                 "[atomicity][AT-011]") {
  SECTION("closed") {
    port1.close();
  }
  SECTION("transferred away") {
    auto carrier = context->make_channel();
    carrier.port1.post_message(nullptr, {port1});
  }
  CHECK(port1.post_message(uncloneable(), {extra2, buffer}) == errc::data_clone_error);
  CHECK(port1.post_message(array{extra2}) == errc::data_clone_error);
  CHECK_FALSE(extra2.detached());
  CHECK_FALSE(buffer.detached());
}

TEST_CASE_METHOD(atomicity_test, "a dead port still detaches what it is given",
                 "[atomicity][AT-012]") {
  SECTION("closed") {
    port1.close();
  }
  SECTION("transferred away") {
    auto carrier = context->make_channel();
    carrier.port1.post_message(nullptr, {port1});
  }
  CHECK_FALSE(port1.post_message(nullptr, {extra2, buffer}));
  CHECK(extra2.detached());
  CHECK(buffer.detached());
}

TEST_CASE_METHOD(atomicity_test, "a failed post is no event for anybody", "[atomicity][AT-013]") {
  const auto delivered = context->statistics().messages_delivered;
  CHECK(port1.post_message(nullptr, {extra2, extra2}) == errc::data_clone_error);
  CHECK(port1.post_message(extra2) == errc::data_clone_error);
  CHECK(port1.post_message(uncloneable(), {extra2}) == errc::data_clone_error);
  CHECK(port1.post_message(nullptr, {port1}) == errc::data_clone_error);
  CHECK_FALSE(context->run_turn());
  CHECK(context->statistics().messages_delivered == delivered);
  check_untouched();
}

TEST_CASE_METHOD(atomicity_test, "what is posted while serializing goes first",
                 "[atomicity][AT-014]") {
  const auto posting = accessing([this] {
    CHECK_FALSE(port1.post_message("inner"));
    return value{"outer"};
  });
  context->expose("Accessor", [](const value& content) {
    return std::shared_ptr<const platform_object>{
      std::make_shared<test::accessor>([content] { return content; })};
  });
  CHECK_FALSE(port1.post_message(posting));
  CHECK_FALSE(port1.post_message("last"));
  settle(context);
  CHECK(at.seen == trace{"inner", "Accessor {}", "last"});
}

} // namespace
} // namespace hawser
