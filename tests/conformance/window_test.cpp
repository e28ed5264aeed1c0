// Posting to windows: whom a target origin lets a message reach. HTML #window-post-message-steps.

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

struct windows {
  test_context page{"page"};
  test_context frame{"frame"};
  test_context sibling{"sibling", *origin::parse("https://page.example")};
  inbox at_frame;
  inbox at_sibling;
  inbox at_page;

  windows() {
    at_frame.listen(frame->window_events());
    at_sibling.listen(sibling->window_events());
    at_page.listen(page->window_events());
  }

  // From page.
  error post(test_context& to, const value& data, std::string_view target_origin,
             transfer_list moved = {}) {
    return page.run([&, window = to->window()] {
      return window.post_message(data, target_origin, std::move(moved));
    });
  }

  // One of page.
  bool is_detached(const message_port& port) {
    return page.run([&] { return port.detached(); });
  }

  void deliver() { settle(page, frame, sibling); }
};

TEST_CASE_METHOD(windows, "a star reaches any origin", "[window][WP-001]") {
  CHECK_FALSE(post(frame, 1, "*"));
  CHECK_FALSE(post(sibling, 2, "*"));
  deliver();
  CHECK(at_frame.seen == trace{"1"});
  CHECK(at_sibling.seen == trace{"2"});
}

TEST_CASE_METHOD(windows, "a slash reaches the sender's own origin", "[window][WP-002]") {
  CHECK_FALSE(post(sibling, 1, "/"));
  deliver();
  CHECK(at_sibling.seen == trace{"1"});
}

TEST_CASE_METHOD(windows, "a slash is dropped at another origin without a word",
                 "[window][WP-003]") {
  CHECK_FALSE(post(frame, 1, "/"));
  deliver();
  CHECK(at_frame.seen.empty());
  CHECK(page.refused.empty());
}

TEST_CASE_METHOD(windows, "no target origin means a slash", "[window][WP-004]") {
  page.run([&] {
    for (const auto& to : {sibling->window(), frame->window()}) {
      CHECK_FALSE(to.post_message("one argument"));
      CHECK_FALSE(to.post_message("options", window_post_message_options{}));
      CHECK_FALSE(to.post_message("options with a list", {.transfer = {array_buffer{1}}}));
    }
  });
  deliver();
  CHECK(at_sibling.seen == trace{"one argument", "options", "options with a list"});
  CHECK(at_frame.seen.empty());
}

TEST_CASE_METHOD(windows, "a target origin that is no absolute URL is a SyntaxError at once",
                 "[window][WP-005]") {
  const auto [mine, its] = page->make_channel();
  for (const std::string_view target :
       {"example.org", "http://foo bar", "//frame.example", "", "null", "any text you like", "**",
        "https://", "https://frame.example:99999", "/x"}) {
    CAPTURE(target);
    const auto refused = post(frame, 1, target, {its});
    CHECK(refused == errc::syntax_error);
    CHECK(refused.what().find("'" + std::string{target} + "'") != std::string::npos);
    CHECK_FALSE(is_detached(its));
  }
  deliver();
  CHECK(at_frame.seen.empty());
}

TEST_CASE_METHOD(windows, "only the origin of a target origin counts", "[window][WP-006]") {
  for (const std::string_view target :
       {"https://frame.example/", "https://frame.example/a/path", "https://frame.example//",
        "https://frame.example?query", "https://frame.example/#fragment",
        "https://user:secret@frame.example/x"})
    CHECK_FALSE(post(frame, target, target));
  deliver();
  CHECK(at_frame.seen.size() == 6);
}

TEST_CASE_METHOD(windows, "a target origin is normalized", "[window][WP-007]") {
  for (const std::string_view target : {"HTTPS://FRAME.EXAMPLE", "https://frame.example:443",
                                        "  https:\\\\Frame.Example\n", "https://%66rame.example"})
    CHECK_FALSE(post(frame, target, target));
  deliver();
  CHECK(at_frame.seen.size() == 4);
}

TEST_CASE_METHOD(windows, "the target's own origin reaches it", "[window][WP-008]") {
  CHECK_FALSE(post(frame, 1, "https://frame.example"));
  CHECK_FALSE(post(frame, 2, to_string(frame->origin())));
  deliver();
  CHECK(at_frame.seen == trace{"1", "2"});
}

TEST_CASE_METHOD(windows, "another origin is dropped without a word", "[window][WP-009]") {
  for (const std::string_view target :
       {"https://page.example", "http://frame.example", "https://frame.example:444",
        "https://a.frame.example", "https://example", "https://frame.example.",
        "wss://frame.example"})
    CHECK_FALSE(post(frame, target, target));
  deliver();
  CHECK(at_frame.seen.empty());
  CHECK(at_page.seen.empty());
  CHECK(page.refused.empty());
  CHECK(frame.undecodable.empty());
}

TEST_CASE_METHOD(windows, "of a sequence exactly the matching messages arrive, in order",
                 "[window][WP-010]") {
  CHECK_FALSE(post(frame, 1, "https://frame.example"));
  CHECK_FALSE(post(frame, 2, "https://page.example"));
  CHECK_FALSE(post(frame, 3, "https://other.example"));
  CHECK_FALSE(post(frame, 4, "*"));
  deliver();
  CHECK(at_frame.seen == trace{"1", "4"});
}

TEST_CASE_METHOD(windows, "the origin is checked when the message is delivered",
                 "[window][WP-011]") {
  CHECK_FALSE(post(frame, 1, "https://page.example"));
  CHECK(frame->window_inbound().queued_messages() == 1); // Nothing has been decided yet.
  deliver();
  CHECK(frame->window_inbound().queued_messages() == 0);
  CHECK(frame->statistics().messages_delivered == 0);
  // A window whose context is replaced by one of the wanted origin was another's, and stays so.
  CHECK_FALSE(post(frame, 2, "https://successor.example"));
  const auto old_window = frame->window();
  frame->close(close_reason::context_closed);
  test_context successor{"successor"};
  inbox at_successor;
  at_successor.listen(successor->window_events());
  page.run([&] { CHECK_FALSE(old_window.post_message(3, "https://successor.example")); });
  settle(page, frame, successor);
  CHECK(at_successor.seen.empty());
}

TEST_CASE_METHOD(windows, "what was transferred to another origin is gone", "[window][WP-012]") {
  const auto [mine, its] = page->make_channel();
  array_buffer bytes{8};
  inbox at_mine;
  page.run([&, port = mine] { at_mine.listen(port); });
  CHECK_FALSE(post(frame, object{{"port", its}}, "https://other.example", {its, bytes}));
  CHECK(is_detached(its));
  CHECK(bytes.detached());
  deliver();
  CHECK(at_frame.seen.empty());
  CHECK(at_mine.seen == trace{"close undeliverable"});
}

TEST_CASE_METHOD(windows, "a bad target origin is found before bad data", "[window][WP-013]") {
  bool looked_at = false;
  const auto data = test::accessing([&]() -> result<value> {
    looked_at = true;
    return error{errc::data_clone_error, "a function cannot be cloned"};
  });
  CHECK(post(frame, data, "http://foo bar") == errc::syntax_error);
  CHECK_FALSE(looked_at);
  CHECK(post(frame, data, "*") == errc::data_clone_error);
  CHECK(looked_at);
}

TEST_CASE_METHOD(windows, "an opaque target origin matches no target", "[window][WP-014]") {
  test_context opaque{"opaque", origin::opaque()};
  inbox at_opaque;
  at_opaque.listen(opaque->window_events());
  for (const std::string_view target : {"data:text/plain,x", "about:blank", "file:///x", "blob:x"})
    for (auto* to : {&frame, &opaque, &page})
      CHECK_FALSE(post(*to, target, target));
  // Not even the one that posts.
  opaque.run([&] { CHECK_FALSE(opaque->window().post_message("self", "data:text/plain,x")); });
  settle(page, frame, opaque);
  CHECK(at_frame.seen.empty());
  CHECK(at_page.seen.empty());
  CHECK(at_opaque.seen.empty());
}

} // namespace
} // namespace hawser
