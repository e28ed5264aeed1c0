// Contexts that have their origin from whoever opened them. HTML #determining-the-origin.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "worker_page.hpp"

using namespace hawser;
using test::lines;
using test::worker_page;

TEST_CASE_METHOD(worker_page,
                 "a frame at about:blank or javascript: speaks for the origin that opened it",
                 "[window][WP-023]") {
  const std::string url = GENERATE("about:blank", "ABOUT:blank#here", " about:blank?x ",
                                   "about:srcdoc", "javascript:void(0)", "JavaScript:'<p>'");
  CAPTURE(url);
  test::notebook notes;
  const auto target = open_elsewhere("https://target.example/", [&](browsing_context* context) {
    context->on_message([&](message_event& ev) { notes.add(ev.origin()); });
  });
  sys->open("https://page.example:8443/", [&](browsing_context* context) {
    context->open(url, [&](browsing_context* frame) {
      // A frame of its own frame inherits once more.
      frame->open(url, [&](browsing_context*) { target.post_message(1, "*"); });
    });
  });
  CHECK(notes.await(1) == lines{"https://page.example:8443"});
  CHECK(end_all()); // Nobody writes into the notebook once it is gone.
}

TEST_CASE_METHOD(worker_page, "a frame at another about: URL or at data: speaks for nobody",
                 "[window][WP-023]") {
  const std::string url =
    GENERATE("about:config", "about:blankets", "about:Blank", "data:text/html,x", "about:");
  CAPTURE(url);
  test::notebook notes;
  const auto target = open_elsewhere("https://target.example/", [&](browsing_context* context) {
    context->on_message([&](message_event& ev) { notes.add(ev.origin()); });
  });
  sys->open("https://page.example/", [&](browsing_context* context) {
    context->open(url, [&](browsing_context*) { target.post_message(1, "*"); });
  });
  CHECK(notes.await(1) == lines{"null"});
  CHECK(end_all());
}
