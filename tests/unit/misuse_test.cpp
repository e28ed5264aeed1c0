// What a program must not do stops the process with a sentence that names the culprit.

#include <csignal>

#include <catch2/catch_test_macros.hpp>

#include "death.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::death_of;
using test::test_context;

void check_death(const std::function<void()>& code, const std::string& sentence) {
  const auto seen = death_of(code);
  CHECK(seen.signal == SIGABRT);
  CHECK(seen.output.find("hawser: " + sentence + " (") != std::string::npos);
  INFO(seen.output);
}

TEST_CASE("a handle works in its own context only", "[misuse]") {
  test_context a{"a"};
  test_context b{"b"};
  const auto channel = a->make_channel();
  const auto port1 = channel.port1;
  const auto port2 = channel.port2;
  port2.label("reply");
  a.run([&, port = port1] { CHECK_FALSE(port.post_message(1)); });
  const std::string in_b = "MessagePort 1 of context 'a' was used in context 'b'";
  const auto use = [&](auto code) { return [&, code] { b.run([&] { code(port1); }); }; };
  check_death(use([](auto& port) { port.post_message(1); }), in_b);
  check_death(use([](auto& port) { port.start(); }), in_b);
  check_death(use([](auto& port) { port.close(); }), in_b);
  check_death(use([](auto& port) { port.on_message(nullptr); }), in_b);
  check_death(use([](auto& port) { port.add_event_listener("x", [] {}); }), in_b);
  check_death(use([](auto& port) { port.detached(); }), in_b);
  check_death(use([](auto& port) { port.buffered_amount(); }), in_b);
  check_death(use([](auto& port) { port.buffered_amount_low_threshold(1); }), in_b);
  check_death(use([](auto& port) { port.on_buffered_amount_low([] {}); }), in_b);
  check_death(use([](auto& port) { port.label("stray"); }), in_b);
  check_death(use([&](auto& port) { a->release(port); }), in_b);
  check_death([&] { b.run([&] { b->make_channel().port1.post_message(1, {port2}); }); },
              "MessagePort 2 'reply' of context 'a' was used in context 'b'");
}

TEST_CASE("a host that marks its turns sees handles used outside of them", "[misuse]") {
  test_context a{"a"};
  const auto channel = a->make_channel();
  const auto port1 = channel.port1;
  port1.start();
  a.run([] {});
  check_death([&] { port1.start(); },
              "MessagePort 1 of context 'a' was used outside of any context");
}

TEST_CASE("a listener cannot use another context's handle", "[misuse]") {
  test_context a{"a"};
  test_context b{"b"};
  const auto link = connect(a, b);
  const auto near = link.port1;
  const auto far = link.port2;
  far.on_message([&] { near.post_message("from the wrong side"); });
  near.post_message(1);
  check_death([&] { settle(a, b); }, "MessagePort 1 of context 'a' was used in context 'b'");
}

TEST_CASE("empty handles cannot be used", "[misuse]") {
  test_context a{"a"};
  check_death([] { message_port{}.post_message(1); }, "an empty message_port was used");
  check_death([] { message_port{}.close(); }, "an empty message_port was used");
  check_death([&] { a->release({}); }, "an empty message_port was released");
  check_death([&] { a->receive({}); }, "a message was to be taken from an empty message_port");
  check_death([&] { a->adopt({}); }, "an empty endpoint was adopted");
  check_death([] { window_proxy{}.post_message(1, "*"); }, "an empty window_proxy was posted to");
}

TEST_CASE("results are read on the side they have", "[misuse]") {
  check_death([] { *big_integer::parse("x"); }, "a failed result was read as a value");
  check_death([] { (void)big_integer::parse("1").error(); },
              "a successful result was asked for its error");
  check_death([] { (void)result<int>{error{}}; },
              "a result was made from an error that says success");
}

TEST_CASE("nonsense is refused where it is made", "[misuse]") {
  check_death(
    [] {
      test_context{"a", limits{.deliveries_per_turn_max = 0}};
    },
    "a turn must be allowed to deliver something");
  check_death(
    [] {
      test_context{"a", limits{.deliveries_per_port_max = 0}};
    },
    "a turn must be allowed to deliver something");
  check_death([] { value{std::shared_ptr<const platform_object>{}}; },
              "a value was made from an empty platform object pointer");
  check_death([] { channel_observer{}.towards(2); }, "a channel has the sides 0 and 1");
}

TEST_CASE("code that behaves lives", "[misuse]") {
  test_context a{"a"};
  auto [port1, port2] = a->make_channel();
  CHECK(death_of([&, port = port1] { a.run([&] { port.post_message(1); }); }).signal == 0);
}

} // namespace
} // namespace hawser
