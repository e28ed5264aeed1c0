#include <algorithm>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

struct window_test {
  test_context page{"page"};
  test_context frame{"frame"};
  window_proxy window = frame->window();
  inbox at;

  window_test() { at.listen(frame->window_events()); }

  error post(const value& data, std::string_view target_origin, transfer_list moved = {}) {
    return page.run([&] { return window.post_message(data, target_origin, std::move(moved)); });
  }
};

TEST_CASE_METHOD(window_test, "a window message carries its sender and its sender's origin",
                 "[window]") {
  frame->window_events().add_event_listener("message", [this](message_event& ev) {
    CHECK(ev.origin() == "https://page.example");
    CHECK(ev.source() == page->window());
    CHECK(ev.last_event_id().empty());
    CHECK_FALSE(ev.port());
    CHECK(ev.trusted());
    ev.source().post_message("answer", ev.origin());
  });
  inbox answers;
  answers.listen(page->window_events());
  CHECK_FALSE(post("question", "*"));
  CHECK(at.seen.empty());
  settle(page, frame);
  CHECK(at.seen == trace{"question"});
  CHECK(answers.seen == trace{"answer"});
}

TEST_CASE_METHOD(window_test, "the target origin decides who gets the message", "[window]") {
  CHECK_FALSE(post("any", "*"));
  CHECK_FALSE(post("own", "/"));
  CHECK_FALSE(post("matching", "https://frame.example"));
  CHECK_FALSE(post("matching, with a path", "HTTPS://Frame.example:443/path?query"));
  CHECK_FALSE(post("other host", "https://page.example"));
  CHECK_FALSE(post("other scheme", "http://frame.example"));
  CHECK_FALSE(post("other port", "https://frame.example:444"));
  CHECK_FALSE(post("opaque", "data:text/plain,x"));
  settle(page, frame);
  CHECK(at.seen == trace{"any", "matching", "matching, with a path"});
}

TEST_CASE_METHOD(window_test, "a slash means the sender's own origin", "[window]") {
  test_context sibling{"sibling", page->origin()};
  inbox siblings;
  siblings.listen(sibling->window_events());
  page.run([&] {
    CHECK_FALSE(sibling->window().post_message("slash", "/"));
    CHECK_FALSE(sibling->window().post_message("nothing said"));
    CHECK_FALSE(window.post_message("nothing said"));
  });
  settle(page, frame, sibling);
  CHECK(siblings.seen == trace{"slash", "nothing said"});
  CHECK(at.seen.empty());
}

TEST_CASE_METHOD(window_test, "an opaque sender reaches only itself with a slash", "[window]") {
  test_context first{"first", origin::opaque()};
  test_context second{"second", origin::opaque()};
  inbox firsts;
  inbox seconds;
  firsts.listen(first->window_events());
  seconds.listen(second->window_events());
  first.run([&] {
    first->window().post_message("self", "/");
    second->window().post_message("other", "/");
    second->window().post_message("any", "*");
  });
  settle(first, second);
  CHECK(firsts.seen == trace{"self"});
  CHECK(seconds.seen == trace{"any"});
}

TEST_CASE_METHOD(window_test, "a target origin that is no URL is refused before anything happens",
                 "[window]") {
  auto [port1, port2] = page->make_channel();
  for (const std::string_view bad : {"", "frame.example", "http://foo bar", "https://"}) {
    const auto err = post("never", bad, {port2});
    CHECK(err == errc::syntax_error);
  }
  page.run([&, port = port2] { CHECK_FALSE(port.detached()); });
  CHECK(page.refused.size() == 4);
  CHECK(page.refused[1]
        == "window frame: SyntaxError: 'frame.example' is not an absolute URL: it has no scheme");
  settle(page, frame);
  CHECK(at.seen.empty());
}

TEST_CASE_METHOD(window_test, "ports and buffers travel with a window message", "[window]") {
  auto [port1, port2] = page->make_channel();
  array_buffer buffer{3};
  CHECK_FALSE(post(array{port2, buffer}, "*", {port2, buffer}));
  settle(page, frame);
  REQUIRE(at.ports.size() == 1);
  CHECK(*at.data.at(0)[0].get_if<message_port>() == at.ports[0]);
  CHECK(at.data.at(0)[1].size() == 3);
  CHECK(buffer.detached());
  inbox received{at.ports[0]};
  page.run([&, port = port1] { port.post_message("works"); });
  settle(page, frame);
  CHECK(received.seen == trace{"works"});
}

TEST_CASE_METHOD(window_test, "a mismatch loses what was transferred", "[window]") {
  auto [port1, port2] = page->make_channel();
  inbox peer;
  page.run([&, port = port1] { peer.listen(port); });
  array_buffer buffer{3};
  CHECK_FALSE(post(nullptr, "https://other.example", {port2, buffer}));
  settle(page, frame);
  CHECK(at.seen.empty());
  CHECK(buffer.detached());
  CHECK(peer.seen == trace{"close undeliverable"});
  CHECK(frame->statistics().ports == 0);
}

TEST_CASE_METHOD(window_test, "what cannot be sent to a window is refused with its place",
                 "[window]") {
  auto [port1, port2] = page->make_channel();
  const auto err = post(object{{"port", port1}}, "*");
  CHECK(err.what() == "data.port: a MessagePort must be in the transfer list");
  CHECK(page->statistics().posts_refused == 1);
}

TEST_CASE_METHOD(window_test, "an undecodable window message is a messageerror with its origin",
                 "[window]") {
  class unknown : public platform_object {
    std::string_view interface_name() const noexcept override { return "Unknown"; }

    result<value> serialize() const override { return value{1}; }
  };
  std::string seen_origin;
  frame->window_events().add_event_listener("messageerror",
                                            [&](message_event& ev) { seen_origin = ev.origin(); });
  post(std::shared_ptr<const platform_object>{std::make_shared<unknown>()}, "*");
  settle(page, frame);
  CHECK(at.seen == trace{"messageerror"});
  CHECK(at.data[0].is_null());
  CHECK(seen_origin == "https://page.example");
  CHECK(frame.undecodable
        == trace{"window: DataDecodeError: data: this context exposes no Unknown"});
}

TEST_CASE_METHOD(window_test, "from outside any context plain data arrives from nobody",
                 "[window]") {
  std::string seen_origin;
  frame->window_events().add_event_listener("message", [&](message_event& ev) {
    seen_origin = ev.origin();
    CHECK_FALSE(ev.source());
  });
  std::thread{[&] {
    CHECK_FALSE(window.post_message("hello", "*"));
    CHECK_FALSE(window.post_message("slash reaches nobody", "/"));
    CHECK_FALSE(window.post_message("by name", "https://frame.example"));
  }}.join();
  settle(page, frame);
  CHECK(at.seen == trace{"hello", "by name"});
  CHECK(seen_origin == "null");
}

TEST_CASE_METHOD(window_test, "from outside any context nothing can be transferred", "[window]") {
  auto [port1, port2] = page->make_channel();
  array_buffer buffer{3};
  CHECK(window.post_message(nullptr, "*", {port2}) == errc::data_clone_error);
  CHECK(window.post_message(nullptr, "*", {buffer}) == errc::data_clone_error);
  CHECK(window.post_message(array{buffer}, "*") == errc::data_clone_error);
  CHECK(window.post_message(nullptr, "nonsense") == errc::syntax_error);
  CHECK_FALSE(port2.detached());
  CHECK_FALSE(buffer.detached());
}

TEST_CASE_METHOD(window_test, "from outside any context too, data may be nested only so deep",
                 "[window]") {
  value nested{"leaf"};
  for (std::size_t level = 0; level < limits{}.value_depth_max; ++level)
    nested = value{array{nested}};
  CHECK_FALSE(window.post_message(nested, "*"));
  CHECK(window.post_message(array{nested}, "*") == errc::data_clone_error);
}

TEST_CASE_METHOD(window_test, "a window outlives its context and swallows what is posted",
                 "[window]") {
  auto [port1, port2] = page->make_channel();
  CHECK_FALSE(window.closed());
  CHECK_FALSE(post("waits", "*"));
  frame->close(close_reason::context_closed);
  CHECK(window.closed());
  CHECK(window.name() == "frame");
  CHECK_FALSE(post(nullptr, "*", {port2}));
  page.run([&, port = port2] { CHECK(port.detached()); });
  settle(page, frame);
  CHECK(at.seen.empty());
}

TEST_CASE("window proxies tell contexts apart", "[window]") {
  test_context a{"same"};
  test_context b{"same"};
  CHECK(a->window() == a->window());
  CHECK(a->window() != b->window());
  CHECK(a->window().id() != b->window().id());
  CHECK_FALSE(window_proxy{});
  CHECK(window_proxy{}.closed());
  CHECK(window_proxy{}.name().empty());
  CHECK(window_proxy{}.id() == 0);
}

TEST_CASE_METHOD(window_test, "what waits for a window can be seen", "[window]") {
  post(std::string(300, 'x'), "*");
  post("mismatch", "https://other.example");
  CHECK(frame->window_inbound().queued_messages() == 2);
  CHECK(frame->window_inbound().queued_bytes() >= 300);
  settle(page, frame);
  CHECK(frame->window_inbound().queued_messages() == 0);
}

TEST_CASE_METHOD(window_test, "a window and ports share the turns of their context", "[window]") {
  auto [near, far] = connect(page, frame);
  at.listen(far);
  for (int i = 0; i < 100; ++i) {
    page.run([&, port = near] { port.post_message("port"); });
    post("window", "*");
  }
  frame.step(64);
  const auto windows = std::count(at.seen.begin(), at.seen.end(), "window");
  CHECK(windows == 32);
}

} // namespace
} // namespace hawser
