#include <limits>

#include <catch2/catch_test_macros.hpp>

#include "hawser/message_port.hpp"
#include "hawser/value.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

constexpr int very_deep = 1'000'000;
constexpr std::size_t small_stack = std::size_t{256} << 10;

value nest(int levels, value innermost) {
  for (int i = 0; i < levels; ++i)
    innermost = value{array{std::move(innermost)}};
  return innermost;
}

TEST_CASE("values print the way a console shows them", "[value]") {
  CHECK(to_string(value{}) == "undefined");
  CHECK(to_string(value{nullptr}) == "null");
  CHECK(to_string(value{true}) == "true");
  CHECK(to_string(value{false}) == "false");
  CHECK(to_string(value{"text"}) == "text");
  CHECK(to_string(value{array{"text", 1}}) == "[ 'text', 1 ]");
  CHECK(to_string(value{array{"it's\n\\"}}) == "[ 'it\\'s\\n\\\\' ]");
  CHECK(to_string(value{object{{"a", 1}, {"b c", nullptr}, {"", 2}}})
        == "{ a: 1, 'b c': null, '': 2 }");
  CHECK(to_string(value{map{{"k", 1}}}) == "Map(1) { 'k' => 1 }");
  CHECK(to_string(value{set{1, 2}}) == "Set(2) { 1, 2 }");
  CHECK(to_string(value{array{}}) == "[]");
  CHECK(to_string(value{object{}}) == "{}");
  CHECK(to_string(value{map{}}) == "Map(0) {}");
  CHECK(to_string(value{big_integer{-12}}) == "-12n");
  CHECK(to_string(value{array_buffer{4}}) == "ArrayBuffer(4)");
  CHECK(to_string(value{error_object{"TypeError", "no", "stack"}}) == "TypeError: no");
  CHECK(to_string(value{error_object{}}) == "Error");
  CHECK(to_string(value{message_port{}}) == "MessagePort none");
}

TEST_CASE("a detached buffer says so", "[value]") {
  array_buffer buffer{4};
  const value holder{buffer};
  buffer.transfer();
  CHECK(to_string(holder) == "ArrayBuffer(detached)");
}

TEST_CASE("numbers print as a script prints them", "[value]") {
  CHECK(to_string(value{0}) == "0");
  CHECK(to_string(value{-0.0}) == "-0");
  CHECK(to_string(value{1.5}) == "1.5");
  CHECK(to_string(value{0.1}) == "0.1");
  CHECK(to_string(value{100000}) == "100000");
  CHECK(to_string(value{-2000000000}) == "-2000000000");
  CHECK(to_string(value{9007199254740992.0}) == "9007199254740992");
  CHECK(to_string(value{1e20}) == "100000000000000000000");
  CHECK(to_string(value{1e21}) == "1e+21");
  CHECK(to_string(value{-1.5e300}) == "-1.5e+300");
  CHECK(to_string(value{0.000001}) == "0.000001");
  CHECK(to_string(value{1e-7}) == "1e-7");
  CHECK(to_string(value{2.5e-10}) == "2.5e-10");
  CHECK(to_string(value{std::numeric_limits<double>::quiet_NaN()}) == "NaN");
  CHECK(to_string(value{std::numeric_limits<double>::infinity()}) == "Infinity");
  CHECK(to_string(value{-std::numeric_limits<double>::infinity()}) == "-Infinity");
}

TEST_CASE("dates print in UTC with milliseconds", "[value]") {
  CHECK(to_string(value{date{0}}) == "1970-01-01T00:00:00.000Z");
  CHECK(to_string(value{date{1700000000123.0}}) == "2023-11-14T22:13:20.123Z");
  CHECK(to_string(value{date{-1}}) == "1969-12-31T23:59:59.999Z");
  CHECK(to_string(value{date{8.64e15}}) == "+275760-09-13T00:00:00.000Z");
  CHECK(to_string(value{date{-8.64e15}}) == "-271821-04-20T00:00:00.000Z");
  CHECK(to_string(value{date{8.64e15 + 1}}) == "Invalid Date");
  CHECK(to_string(value{date{}}) == "Invalid Date");
}

TEST_CASE("levels beyond the bound print as dots", "[value]") {
  CHECK(to_string(nest(3, 1), {.depth_max = 3}) == "[ [ [ 1 ] ] ]");
  CHECK(to_string(nest(3, 1), {.depth_max = 2}) == "[ [ [ ... ] ] ]");
  CHECK(to_string(nest(3, 1), {.depth_max = 0}) == "[ ... ]");
}

TEST_CASE("a value a million levels deep is compared and destroyed on a small stack", "[value]") {
  bool equal = false;
  bool different = true;
  std::string printed;
  test::run_on_small_stack(small_stack, [&] {
    const auto first = nest(very_deep, 1);
    const auto second = nest(very_deep, 1.0);
    equal = first == second;
    different = first == nest(very_deep, 2);
    printed = to_string(first, {.depth_max = 1});
  });
  CHECK(equal);
  CHECK_FALSE(different);
  CHECK(printed == "[ [ ... ] ]");
}

TEST_CASE("every kind of container is destroyed without recursion", "[value]") {
  std::size_t depth = 0;
  test::run_on_small_stack(small_stack, [&] {
    value mixed;
    for (int i = 0; i < very_deep / 5; ++i) {
      mixed = value{object{{"member", std::move(mixed)}}};
      mixed = value{map{{std::move(mixed), 1}}};
      mixed = value{map{{1, std::move(mixed)}}};
      mixed = value{set{std::move(mixed)}};
      mixed = value{array{"sibling", std::move(mixed), array{}}};
    }
    depth = mixed.depth();
  });
  CHECK(depth == very_deep);
}

} // namespace
} // namespace hawser
