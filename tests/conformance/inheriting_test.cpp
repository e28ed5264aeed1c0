// Contexts that have their origin from whoever opened them. HTML #determining-the-origin.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "test_system.hpp"

using namespace hawser;
using test::lines;

TEST_CASE("a frame at about:blank or javascript: speaks for the origin that opened it",
          "[window][WP-023]") {
  const std::string url = GENERATE("about:blank", "ABOUT:blank#here", " about:blank?x ",
                                   "about:srcdoc", "javascript:void(0)", "JavaScript:'<p>'");
  CAPTURE(url);
  test::notebook notes;
  test::test_system sys;
  const auto target = sys->open("https://target.example/", [&](browsing_context* self) {
    self->on_message([&](message_event& ev) { notes.add(ev.origin()); });
  });
  sys->open("https://page.example:8443/", [&](browsing_context* self) {
    self->open(url, [&](browsing_context* frame) {
      // A frame of its own frame inherits once more.
      frame->open(url, [&](browsing_context*) { target.post_message(1, "*"); });
    });
  });
  CHECK(notes.await(1) == lines{"https://page.example:8443"});
}

TEST_CASE("a frame at another about: URL or at data: speaks for nobody", "[window][WP-023]") {
  const std::string url =
    GENERATE("about:config", "about:blankets", "about:Blank", "data:text/html,x", "about:");
  CAPTURE(url);
  test::notebook notes;
  test::test_system sys;
  const auto target = sys->open("https://target.example/", [&](browsing_context* self) {
    self->on_message([&](message_event& ev) { notes.add(ev.origin()); });
  });
  sys->open("https://page.example/", [&](browsing_context* self) {
    self->open(url, [&](browsing_context*) { target.post_message(1, "*"); });
  });
  CHECK(notes.await(1) == lines{"null"});
}
