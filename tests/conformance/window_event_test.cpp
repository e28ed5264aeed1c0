// Posting to windows: what the receiver gets. HTML #window-post-message-steps.

#include <catch2/catch_test_macros.hpp>

#include "accessor.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

// Posts from one context to another of another origin.
struct window_event_test {
  test_context sender{"sender", *origin::parse("https://sender.example:8443")};
  test_context receiver{"receiver"};
  int events = 0;

  template <class Look>
  void post_and_look(const value& data, Look look, transfer_list moved = {}) {
    receiver->window_events().handler("message", [this, look](message_event& ev) {
      ++events;
      look(ev);
    });
    const auto refused =
      sender.run([&] { return receiver->window().post_message(data, "*", std::move(moved)); });
    REQUIRE_FALSE(refused);
    settle(sender, receiver);
    REQUIRE(events == 1);
  }
};

std::string origin_told_by(const origin& who) {
  test_context sender{"sender", who};
  test_context receiver{"receiver"};
  std::string told = "nothing";
  receiver->window_events().handler("message", [&](message_event& ev) { told = ev.origin(); });
  sender.run([&] { receiver->window().post_message(1, "*"); });
  settle(sender, receiver);
  return told;
}

TEST_CASE("a window message tells its sender's origin", "[window][WP-020]") {
  CHECK(origin_told_by(*origin::parse("https://a.example/path")) == "https://a.example");
  CHECK(origin_told_by(*origin::parse("HTTP://A.example:8080")) == "http://a.example:8080");
  CHECK(origin_told_by(*origin::parse("https://[::1]:443/")) == "https://[::1]");
}

TEST_CASE("an international host name is told in ASCII", "[window][WP-021]") {
  CHECK(origin_told_by(*origin::parse("https://b\xc3\xbc"
                                      "cher.example"))
        == "https://xn--bcher-kva.example");
  CHECK(origin_told_by(*origin::parse("https://\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x80\x82jp"))
        == "https://xn--wgv71a119e.jp");
}

TEST_CASE("an opaque sender is told as null", "[window][WP-022]") {
  CHECK(origin_told_by(origin::opaque()) == "null");
  CHECK(origin_told_by(*origin::parse("data:text/html,x")) == "null");
}

TEST_CASE_METHOD(window_event_test, "the source of a window message can be answered",
                 "[window][WP-024]") {
  inbox answers;
  answers.listen(sender->window_events());
  post_and_look("question", [&](message_event& ev) {
    CHECK(ev.source() == sender->window());
    CHECK_FALSE(ev.source().post_message("answer", ev.origin()));
  });
  settle(sender, receiver);
  CHECK(answers.seen == trace{"answer"});
}

TEST_CASE_METHOD(window_event_test,
                 "a source of another origin can be told from others and posted to, and closed is "
                 "all else it says",
                 "[window][WP-025]") {
  test_context other{"other"};
  post_and_look("x", [&](message_event& ev) {
    CHECK(ev.source() != other->window());
    CHECK(ev.source() == sender->window());
    CHECK(ev.source().id() == sender->window().id());
    CHECK_FALSE(ev.source().closed());
    // There is no way from it to the ports, the listeners or the origin of its context.
    CHECK_FALSE(ev.source().post_message("x", "https://elsewhere.example"));
  });
}

TEST_CASE_METHOD(window_event_test, "a window message without ports has an empty list of them",
                 "[window][WP-026]") {
  post_and_look("x", [](message_event& ev) { CHECK(ev.ports().empty()); }, {array_buffer{1}});
}

TEST_CASE_METHOD(window_event_test,
                 "a window's message event is trusted, does not bubble and cannot be cancelled",
                 "[window][WP-027]") {
  post_and_look("x", [&](message_event& ev) {
    CHECK(ev.type() == "message");
    CHECK(ev.trusted());
    CHECK_FALSE(ev.bubbles());
    CHECK_FALSE(ev.cancelable());
    CHECK(ev.last_event_id().empty());
    CHECK_FALSE(ev.port());
    CHECK(ev.target() == &receiver->window_events());
  });
}

TEST_CASE("a window that posts to itself receives it", "[window][WP-028]") {
  test_context context;
  inbox at;
  at.listen(context->window_events());
  context.run([&] {
    const auto own = context->window();
    CHECK_FALSE(own.post_message(1, "*"));
    CHECK_FALSE(own.post_message(2, "/"));
    CHECK_FALSE(own.post_message(3));
    CHECK(at.seen.empty()); // Never inside the call.
  });
  settle(context);
  CHECK(at.seen == trace{"1", "2", "3"});
}

TEST_CASE("the sender is the context that runs, not the one a window was had from",
          "[window][WP-029][one_process]") {
  test_context caller{"caller"};
  test_context keeper{"keeper"};
  test_context target{"target"};
  trace seen;
  target->window_events().handler("message", [&](message_event& ev) {
    seen.push_back(ev.origin());
    CHECK(ev.source() == caller->window());
  });
  const auto window = keeper.run([&] { return target->window(); });
  caller.run([&] { CHECK_FALSE(window.post_message(1, "*")); });
  // A listener of another context that ran before leaves nothing behind.
  keeper.run([&] { caller.run([&] { CHECK_FALSE(window.post_message(2, "*")); }); });
  settle(caller, keeper, target);
  CHECK(seen == trace{"https://caller.example", "https://caller.example"});
}

TEST_CASE("many values posted to oneself give one event each, in order", "[window][WP-030]") {
  test_context context;
  inbox at;
  at.listen(context->window_events());
  const std::vector<value> all{
    value{},     nullptr,          false,         true,     1,      2.5, "x",
    array{1, 2}, object{{"a", 1}}, map{{{1, 2}}}, set{{1}}, date{0}};
  context.run([&] {
    for (const auto& each : all)
      CHECK_FALSE(context->window().post_message(each, "*"));
  });
  settle(context);
  CHECK(at.data == all);
}

TEST_CASE_METHOD(window_event_test, "a transferred buffer arrives with its bytes",
                 "[window][WP-031]") {
  array_buffer bytes{3};
  for (std::size_t i = 0; i < 3; ++i)
    bytes.data()[i] = std::byte(i + 1);
  post_and_look(object{{"bytes", bytes}},
                [&](message_event& ev) {
                  const auto got = *ev.data()["bytes"].get_if<array_buffer>();
                  REQUIRE(got.size() == 3);
                  for (std::size_t i = 0; i < 3; ++i)
                    CHECK(got.data()[i] == std::byte(i + 1));
                },
                {bytes});
  CHECK(bytes.detached());
}

TEST_CASE_METHOD(window_event_test, "dates, arrays and nested objects arrive equal, as copies",
                 "[window][WP-032]") {
  const array_buffer bytes{2};
  const value data = object{{"when", date{1234.0}},
                            {"list", array{1, "two", array{3}}},
                            {"inner", object{{"deep", object{{"er", nullptr}}}}},
                            {"bytes", bytes}};
  post_and_look(data, [&](message_event& ev) {
    CHECK(ev.data() == data);
    CHECK_FALSE(same_object(*ev.data()["bytes"].get_if<array_buffer>(), bytes));
  });
}

TEST_CASE_METHOD(window_event_test, "what cannot be cloned is not posted to a window",
                 "[window][WP-033]") {
  inbox at;
  at.listen(receiver->window_events());
  sender.run([&] {
    const auto window = receiver->window();
    CHECK(window.post_message(test::uncloneable(), "*") == errc::data_clone_error);
    const auto refused = window.post_message(object{{"f", test::uncloneable()}}, "*");
    CHECK(refused == errc::data_clone_error);
    CHECK(refused.what().starts_with("data.f: "));
  });
  STATIC_REQUIRE_FALSE(std::is_constructible_v<value, window_proxy>); // No document, no window.
  STATIC_REQUIRE_FALSE(std::is_constructible_v<value, void (*)()>);
  settle(sender, receiver);
  CHECK(at.seen.empty());
}

TEST_CASE_METHOD(window_event_test, "target origin and transfer list can be given by name",
                 "[window][WP-034]") {
  inbox at;
  at.listen(receiver->window_events());
  const auto [a, its_a] = sender->make_channel();
  const auto [b, its_b] = sender->make_channel();
  sender.run([&, first = its_a, second = its_b] {
    const auto window = receiver->window();
    CHECK_FALSE(window.post_message(1, "https://receiver.example", {first}));
    CHECK_FALSE(
      window.post_message(2, {.target_origin = "https://receiver.example", .transfer = {second}}));
    CHECK_FALSE(window.post_message(3, {.target_origin = "https://sender.example"}));
    CHECK(window.post_message(4, {.target_origin = "no URL"}) == errc::syntax_error);
    CHECK(first.detached());
    CHECK(second.detached());
  });
  settle(sender, receiver);
  CHECK(at.seen == trace{"1", "2"});
  CHECK(at.ports.size() == 2);
}

TEST_CASE("a window needs no start", "[window][WP-035]") {
  test_context sender{"sender"};
  test_context receiver{"receiver"};
  trace seen;
  receiver->window_events().add_event_listener(
    "message", [&](message_event& ev) { seen.push_back(to_string(ev.data())); });
  sender.run([&] { receiver->window().post_message(1, "*"); });
  settle(sender, receiver);
  CHECK(seen == trace{"1"});
}

TEST_CASE("a message for a window without listeners is lost", "[window][WP-036]") {
  test_context sender{"sender"};
  test_context receiver{"receiver"};
  const auto post = [&](int data) {
    sender.run([&] { CHECK_FALSE(receiver->window().post_message(data, "*")); });
  };
  post(1);
  settle(sender, receiver);
  CHECK(receiver->window_inbound().queued_messages() == 0);
  inbox at;
  at.listen(receiver->window_events());
  settle(sender, receiver);
  CHECK(at.seen.empty());
  post(2);
  settle(sender, receiver);
  CHECK(at.seen == trace{"2"});
}

} // namespace
} // namespace hawser
