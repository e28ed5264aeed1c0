// How contexts nest, what they inherit and when they end with each other.

#include <algorithm>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "test_system.hpp"

using namespace hawser;
using test::lines;

namespace {

const std::string page_url = "https://page.example/";

} // namespace

TEST_CASE("a top-level context is its own parent and has no opener", "[contexts][tree]") {
  test::notebook notes;
  test::test_system sys;
  const auto top =
    sys->open("https://page.example/path",
              [&](browsing_context* self) {
                notes.add(to_string(self->origin()));
                notes.add(self->url());
                notes.add(self->context_name());
                notes.add(self->parent() == self->window() ? "own parent" : "another parent");
                notes.add(self->opener() ? "an opener" : "no opener");
                notes.add(std::to_string(self->children().size()) + " children");
                self->close();
              },
              {.name = "page"});
  CHECK(top.name() == "page");
  CHECK(notes.await(6)
        == lines{"https://page.example", "https://page.example/path", "page", "own parent",
                 "no opener", "0 children"});
  CHECK(sys.all_end());
  CHECK(top.closed());
}

TEST_CASE("a nested context knows its parent, and the parent its children in order",
          "[contexts][tree]") {
  test::notebook notes;
  test::test_system sys;
  sys->open(page_url, [&](browsing_context* self) {
    const auto child = [&notes, own = self->window()](browsing_context* inner) {
      notes.add(inner->parent() == own && !inner->opener() ? "nested" : "astray");
    };
    const auto first = self->open("https://a.example/", child, {.name = "first"});
    const auto second = self->open("https://b.example/", child, {.name = "second"});
    std::string names;
    for (const auto& each : self->children())
      names += each.name() + " ";
    notes.add(names);
    notes.check(self->children() == std::vector{first, second}, "the children are those opened");
  });
  const auto seen = notes.await(3);
  CHECK(std::count(seen.begin(), seen.end(), "first second ") == 1);
  CHECK(std::count(seen.begin(), seen.end(), "nested") == 2);
}

TEST_CASE("about:blank inherits its creator's origin, nested or auxiliary", "[contexts][tree]") {
  test::notebook notes;
  test::test_system sys;
  const auto tell_origin = [&notes](browsing_context* self) {
    notes.add(to_string(self->origin()));
    self->close();
  };
  SECTION("of a context") {
    sys->open(page_url, [&](browsing_context* self) {
      self->open("about:blank", tell_origin);
      self->open("about:blank", tell_origin, {.kind = context_kind::auxiliary});
    });
    CHECK(notes.await(2) == lines{"https://page.example", "https://page.example"});
  }
  SECTION("of the parent named to the system") {
    const auto parent = sys->open(page_url, nullptr);
    sys->open("about:blank", tell_origin, {.parent = parent});
    CHECK(notes.await(1) == lines{"https://page.example"});
  }
  SECTION("an opaque one is the same for both") {
    sys->open("data:,page", [&](browsing_context* self) {
      self->open("about:blank", [&, outer = self->origin()](browsing_context* inner) {
        notes.add(inner->origin() == outer ? "same" : "different");
      });
    });
    CHECK(notes.await(1) == lines{"same"});
  }
  SECTION("with nobody to inherit from it is opaque") {
    sys->open("about:blank", tell_origin);
    CHECK(notes.await(1) == lines{"null"});
  }
}

TEST_CASE("data: gives each context an opaque origin of its own", "[contexts][tree]") {
  test::notebook notes;
  test::test_system sys;
  sys->open(page_url, [&](browsing_context* self) {
    self->open("data:,hi", [&, outer = self->origin()](browsing_context* inner) {
      notes.add(inner->origin().is_opaque() && inner->origin() != outer ? "own" : "shared");
    });
  });
  CHECK(notes.await(1) == lines{"own"});
}

TEST_CASE("nested contexts end with their parent, at every depth", "[contexts][tree]") {
  window_proxy child;
  window_proxy grandchild;
  test::gate child_opened; // The child may run before its parent has been told which it is.
  test::gate grandchild_opened;
  test::test_system sys;
  const auto parent = sys->open(page_url, [&](browsing_context* self) {
    self->on_message([self] { self->close(); });
    child = self->open("https://child.example/", [&](browsing_context* inner) {
      grandchild = inner->open("https://grandchild.example/", nullptr);
      grandchild_opened.open();
    });
    child_opened.open();
  });
  REQUIRE(child_opened.pass());
  REQUIRE(grandchild_opened.pass());
  CHECK_FALSE(child.closed());
  CHECK_FALSE(grandchild.closed());
  CHECK_FALSE(parent.post_message("end", "*"));
  REQUIRE(sys.all_end());
  CHECK(child.closed());
  CHECK(grandchild.closed());
}

TEST_CASE("a child's end leaves its parent running and out of its list", "[contexts][tree]") {
  test::notebook notes;
  test::test_system sys;
  sys->open(page_url, [&](browsing_context* self) {
    auto [mine, its] = self->make_channel();
    const auto child = self->open("https://child.example/", [](browsing_context* inner) {
      inner->on_message([inner] { inner->close(); });
    });
    // The port is still in the child's window queue or owned by it when it ends: either way it says
    // so.
    mine.on_close([&notes, self, mine = mine] {
      notes.add("child gone");
      self->window().post_message("look");
    });
    self->on_message([&notes, self] {
      notes.add("still here");
      self->close();
    });
    child.post_message("end", "*", {its});
  });
  CHECK(notes.await(2) == lines{"child gone", "still here"});
  CHECK(sys.all_end());
}

TEST_CASE("an auxiliary context has an opener and survives it", "[contexts][tree]") {
  test::notebook notes;
  window_proxy opened;
  test::gate known;
  test::test_system sys;
  const auto opener = sys->open(page_url, [&](browsing_context* self) {
    opened =
      self->open("https://popup.example/",
                 [&notes, own = self->window()](browsing_context* popup) {
                   notes.add(popup->opener() == own ? "opener known" : "no opener");
                   notes.add(popup->parent() == popup->window() ? "own parent" : "another parent");
                   popup->on_message([&notes, popup] {
                     notes.add(popup->opener().closed() ? "opener has ended" : "opener lives");
                     popup->close();
                   });
                 },
                 {.kind = context_kind::auxiliary});
    notes.check(self->children().empty(), "an auxiliary context is no child");
    known.open();
    self->close();
  });
  REQUIRE(known.pass());
  notes.await(2);
  while (!opener.closed())
    std::this_thread::yield();
  CHECK_FALSE(opened.closed());
  CHECK_FALSE(opened.post_message("and you?", "*"));
  CHECK(notes.await(3) == lines{"opener known", "own parent", "opener has ended"});
  CHECK(sys.all_end());
}

TEST_CASE("a context opened under a parent that has ended never starts", "[contexts][tree]") {
  bool started = false;
  test::test_system sys;
  const auto parent = sys->open(page_url, [](browsing_context* self) { self->close(); });
  REQUIRE(sys.all_end());
  const auto late = sys->open("https://late.example/", [&](browsing_context*) { started = true; },
                              {.parent = parent});
  CHECK(late.closed());
  CHECK_FALSE(late.post_message("anybody?", "*"));
  REQUIRE(sys.all_end());
  CHECK_FALSE(started);
}

TEST_CASE("a URL that is none is refused where the context is opened", "[contexts][tree]") {
  test::notebook notes;
  test::test_system sys;
  CHECK_THROWS_AS(sys->open("page.example", nullptr), std::invalid_argument);
  CHECK_THROWS_AS(scoped_context(*sys, "https://"), std::invalid_argument);
  sys->open(page_url, [&](browsing_context* self) {
    try {
      self->open("//page.example/", nullptr);
    } catch (const std::invalid_argument& refusal) {
      notes.add(refusal.what());
    }
    self->close();
  });
  CHECK(notes.await(1) == lines{"'//page.example/' is not an absolute URL: it has no scheme"});
  CHECK(sys.all_end());
  CHECK(sys->statistics().contexts_opened == 1);
}

TEST_CASE("a context without a start function lives and takes messages", "[contexts][tree]") {
  test::test_system sys;
  const auto idle = sys->open(page_url, nullptr);
  CHECK_FALSE(idle.post_message("for nobody", "*"));
  CHECK_FALSE(idle.closed());
  sys->close_all();
  CHECK(sys.all_end());
}
