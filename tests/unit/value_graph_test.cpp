#include "hawser/value_graph.hpp"

#include <catch2/catch_test_macros.hpp>

#include "death.hpp"
#include "hawser/structured_clone.hpp"
#include "printing.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

value self_reference() {
  value_graph graph;
  const auto page = graph.declare();
  graph.define(page, object{{"title", "Home"}, {"next", graph.reference(page)}});
  return graph.build(graph.reference(page));
}

TEST_CASE("a value can refer to itself", "[value][graph]") {
  const auto home = self_reference();
  CHECK(home["title"] == "Home");
  CHECK(home["next"]["next"]["title"] == "Home");
  CHECK(home["next"].identity() == home.identity());
}

TEST_CASE("a part of a graph keeps all of it alive", "[value][graph]") {
  value inner;
  {
    value_graph graph;
    const auto parent = graph.declare();
    const auto child = graph.declare();
    graph.define(parent, object{{"children", array{graph.reference(child)}}, {"name", "parent"}});
    graph.define(child, map{{"parent", graph.reference(parent)}});
    inner = graph.build(graph.reference(parent))["children"][0];
  }
  CHECK(inner.entries()[0].second["name"] == "parent");
  CHECK(inner.entries()[0].second["children"][0].identity() == inner.identity());
}

TEST_CASE("circles go through every kind of container", "[value][graph]") {
  value_graph graph;
  const auto start = graph.declare();
  array with_member;
  with_member.set("start", graph.reference(start));
  error_object failure{.name = "TypeError", .cause = set{with_member}};
  graph.define(start, object{{"first", map{{array{failure}, 1}}}});
  const auto made = graph.build(graph.reference(start));
  const auto& error = made["first"].entries()[0].first[0];
  const auto& items = *error.get_if<error_object>()->cause;
  CHECK(items.items()[0]["start"].identity() == made.identity());
}

TEST_CASE("graphs are compared to the end, and it comes", "[value][graph]") {
  CHECK(self_reference() == self_reference());
  const auto ring = [](int length, int last) {
    value_graph graph;
    std::vector<value_graph::part> parts;
    for (int i = 0; i < length; ++i)
      parts.push_back(graph.declare());
    for (int i = 0; i < length; ++i)
      graph.define(parts[static_cast<std::size_t>(i)],
                   array{i == length - 1 ? last : 0,
                         graph.reference(parts[static_cast<std::size_t>((i + 1) % length)])});
    return graph.build(graph.reference(parts[0]));
  };
  CHECK(ring(3, 1) == ring(3, 1));
  CHECK(ring(3, 1) != ring(3, 2));
  CHECK(ring(2, 0) == ring(3, 0)); // Nobody who follows them can tell.
}

TEST_CASE("two values that share heavily are compared in no time", "[value]") {
  const auto lattice = [] {
    value made{1};
    for (int i = 0; i < 60; ++i)
      made = array{made, made};
    return made;
  };
  CHECK(lattice() == lattice());
}

TEST_CASE("a graph shows where it refers back to", "[value][graph]") {
  CHECK(to_string(self_reference()) == "<ref *1> { title: 'Home', next: [Circular *1] }");
  value_graph graph;
  const auto outer = graph.declare();
  const auto inner = graph.declare();
  graph.define(outer, object{{"in", graph.reference(inner)}});
  graph.define(inner, map{{1, graph.reference(inner)}, {2, graph.reference(outer)}});
  CHECK(to_string(graph.build(graph.reference(outer)))
        == "<ref *2> { in: <ref *1> Map(2) { 1 => [Circular *1], 2 => [Circular *2] } }");
}

TEST_CASE("parts may be plain values and other parts", "[value][graph]") {
  value_graph graph;
  const auto number = graph.declare();
  const auto alias = graph.declare();
  graph.define(number, 5);
  graph.define(alias, graph.reference(number));
  CHECK(graph.build(array{graph.reference(alias), graph.reference(number)}) == array{5, 5});
}

TEST_CASE("a graph with mutable parts is cloned as a graph", "[value][graph]") {
  value_graph graph;
  const auto node = graph.declare();
  graph.define(node, object{{"bytes", array_buffer{2}}, {"self", graph.reference(node)}});
  const auto first = graph.build(graph.reference(node));
  const auto second = structured_clone(first);
  REQUIRE(second);
  CHECK(*second == first);
  CHECK((*second)["self"].identity() == second->identity());
  CHECK(second->identity() != first.identity());
  CHECK((*second)["bytes"].identity() != first["bytes"].identity());
}

TEST_CASE("a long circle is built, cloned, compared and destroyed on a small stack",
          "[value][graph]") {
  bool equal = false;
  test::run_on_small_stack(std::size_t{256} << 10, [&] {
    constexpr int length = 20'000;
    value_graph graph;
    std::vector<value_graph::part> parts;
    for (int i = 0; i < length; ++i)
      parts.push_back(graph.declare());
    for (std::size_t i = 0; i < length; ++i)
      graph.define(parts[i], array{graph.reference(parts[(i + 1) % length])});
    const auto first = graph.build(graph.reference(parts[0]));
    const auto second = graph.build(graph.reference(parts[0]));
    equal = first == second;
  });
  CHECK(equal);
}

TEST_CASE("the size and depth of a graph are those of all of it", "[value][graph]") {
  value_graph graph;
  const auto node = graph.declare();
  graph.define(node, object{{"text", std::string(5'000, 'x')},
                            {"deeper", array{array{graph.reference(node)}}}});
  const auto made = graph.build(graph.reference(node));
  CHECK(made.byte_size() > 5'000);
  CHECK(made.byte_size() < 20'000);
  CHECK(made.depth() == 3);
}

TEST_CASE("a reference outside of its graph cannot be posted", "[value][graph]") {
  value_graph graph;
  const auto part = graph.declare();
  const auto cloned = structured_clone(array{graph.reference(part)});
  REQUIRE_FALSE(cloned);
  CHECK(cloned.error().what() == "data[0]: a reference outside of its value_graph");
}

TEST_CASE("a part without a definition stops the process", "[value][graph][misuse]") {
  const auto death = test::death_of([] {
    value_graph graph;
    const auto part = graph.declare();
    static_cast<void>(graph.build(graph.reference(part)));
  });
  CHECK(death.output.find("a part that is not defined") != std::string::npos);
}

} // namespace
} // namespace hawser
