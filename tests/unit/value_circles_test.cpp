// What values that run in circles keep alive, and what they do not.

#include <memory>

#include <catch2/catch_test_macros.hpp>

#include "allocations.hpp"
#include "hawser/structured_clone.hpp"
#include "hawser/value_graph.hpp"
#include "printing.hpp"

using namespace hawser;

namespace {

class holder : public platform_object {
public:
  value held;

  std::string_view interface_name() const noexcept override { return "Holder"; }
  result<value> serialize() const override { return held; }
};

} // namespace

TEST_CASE(
  "what refers to a circle without being in it may be held by what the circle's holder holds",
  "[value][graph]") {
  std::weak_ptr<holder> watched;
  {
    const auto object_beside = std::make_shared<holder>();
    watched = object_beside;
    value_graph graph;
    const auto ring = graph.declare();
    graph.define(ring, array{graph.reference(ring)});
    const auto outer = graph.build(
      array{value{std::shared_ptr<const platform_object>{object_beside}}, graph.reference(ring)});
    CHECK(outer[1].identity() == outer[1][0].identity());
    object_beside->held = outer[1];
  }
  CHECK(watched.expired());
}

TEST_CASE("a value with two circles has both, each by itself", "[value][graph]") {
  value_graph graph;
  const auto first = graph.declare();
  const auto second = graph.declare();
  graph.define(first, object{{"self", graph.reference(first)}, {"next", graph.reference(second)}});
  graph.define(second, array{graph.reference(second), array_buffer{3}});
  auto all = graph.build(array{graph.reference(first), "text"});
  CHECK(all.active());
  CHECK(all[0].active());
  const value inner = all[0]["next"];
  all = {};
  CHECK(inner[0].identity() == inner.identity());
  CHECK(inner[1].size() == 3);
}

namespace {

// Copies a graph that cannot be copied, and tells what that leaves behind, part by part.
template <class Define>
std::int64_t left_by_copies(Define define) {
  array_buffer detached{4};
  static_cast<void>(detached.transfer());
  value_graph graph;
  const auto ring = graph.declare();
  graph.define(ring, define(graph.reference(ring), detached));
  const auto made = graph.build(graph.reference(ring));
  const auto copied = structured_clone(made);
  REQUIRE_FALSE(copied);
  CHECK(copied.error().what() == "data[1]: the buffer was transferred already");
  constexpr std::size_t times = 50'000;
  constexpr std::int64_t part_bytes_min = 16;
  return test::bytes_left_by(times, [&] { static_cast<void>(structured_clone(made)); })
         / (part_bytes_min * static_cast<std::int64_t>(times));
}

} // namespace

TEST_CASE("a copy that fails in the middle of a circle leaves nothing behind", "[value][graph]") {
  CHECK(left_by_copies([](const value& ring, const value& refused) {
          return array{object{{"back", ring}}, refused};
        })
        == 0);
}

TEST_CASE("a copy that fails in a circle of one leaves nothing behind", "[value][graph]") {
  CHECK(left_by_copies([](const value& ring, const value& refused) {
          return array{ring, refused};
        })
        == 0);
}
