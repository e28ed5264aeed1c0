#include <cmath>
#include <limits>

#include <catch2/catch_test_macros.hpp>

#include "hawser/message_port.hpp"
#include "hawser/transfer_list.hpp"
#include "hawser/value.hpp"
#include "printing.hpp"

namespace hawser {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

struct plain {};

// What may become a value is decided when compiling.
static_assert(!std::is_constructible_v<value, int*>);
static_assert(!std::is_constructible_v<value, char>);
static_assert(!std::is_constructible_v<value, plain>);
static_assert(!std::is_constructible_v<transferable, plain>);
static_assert(sizeof(value) == 16);

TEST_CASE("a value remembers what it was made of", "[value]") {
  CHECK(value{}.type() == value_type::undefined);
  CHECK(value{nullptr}.type() == value_type::null);
  CHECK(value{true}.type() == value_type::boolean);
  CHECK(value{1}.type() == value_type::int32);
  CHECK(value{1.5}.type() == value_type::number);
  CHECK(value{"text"}.type() == value_type::string);
  CHECK(value{std::string_view{"text"}}.type() == value_type::string);
  CHECK(value{big_integer{1}}.type() == value_type::big_integer);
  CHECK(value{date{0}}.type() == value_type::date);
  CHECK(value{array{1}}.type() == value_type::array);
  CHECK(value{object{}}.type() == value_type::object);
  CHECK(value{map{}}.type() == value_type::map);
  CHECK(value{set{}}.type() == value_type::set);
  CHECK(value{array_buffer{3}}.type() == value_type::array_buffer);
  CHECK(value{error_object{}}.type() == value_type::error);
  CHECK(value{message_port{}}.type() == value_type::port);
}

TEST_CASE("undefined and null are two things", "[value]") {
  CHECK(value{}.is_undefined());
  CHECK_FALSE(value{}.is_null());
  CHECK(value{nullptr}.is_null());
  CHECK_FALSE(value{nullptr}.is_undefined());
  CHECK(value{} != value{nullptr});
  CHECK(value{0} != value{false});
}

TEST_CASE("content is read back as what it is and as nothing else", "[value]") {
  const value text{"text"};
  REQUIRE(text.get_if<std::string_view>() != nullptr);
  CHECK(*text.get_if<std::string_view>() == "text");
  CHECK(text.get_if<array>() == nullptr);
  CHECK(text.get_if<bool>() == nullptr);
  CHECK(text.as<std::string>() == "text");
  CHECK_FALSE(text.as<int>());
  CHECK_FALSE(value{1}.as<bool>());
  CHECK_FALSE(value{true}.as<int>());
  CHECK(value{true}.as<bool>() == true);
  CHECK(value{date{5}}.as<date>()->time == 5);
  CHECK(value{error_object{"TypeError", "no", ""}}.as<error_object>()->name == "TypeError");
}

TEST_CASE("integers keep every digit, in the smallest kind that can", "[value]") {
  constexpr auto int32_max = std::numeric_limits<std::int32_t>::max();
  constexpr auto int32_min = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t exact_max = std::int64_t{1} << 53;
  CHECK(value{int32_max}.type() == value_type::int32);
  CHECK(value{int32_min}.type() == value_type::int32);
  CHECK(value{std::int64_t{int32_max} + 1}.type() == value_type::number);
  CHECK(value{std::int64_t{int32_min} - 1}.type() == value_type::number);
  CHECK(value{exact_max}.type() == value_type::number);
  CHECK(value{-exact_max}.type() == value_type::number);
  CHECK(value{exact_max + 1}.type() == value_type::big_integer);
  CHECK(value{-exact_max - 1}.type() == value_type::big_integer);
  CHECK(value{std::numeric_limits<std::uint64_t>::max()}.type() == value_type::big_integer);
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{int32_max} + 1, exact_max, exact_max + 1, -exact_max - 1,
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()})
    CHECK(value{number}.as<std::int64_t>() == number);
  CHECK(value{std::numeric_limits<std::uint64_t>::max()}.as<std::uint64_t>()
        == std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("a number is read as any type that holds it exactly", "[value]") {
  CHECK(value{2.0}.as<int>() == 2);
  CHECK_FALSE(value{2.5}.as<int>());
  CHECK(value{-0.0}.as<int>() == 0);
  CHECK(value{7}.as<double>() == 7.0);
  CHECK(value{255}.as<std::uint8_t>() == 255);
  CHECK_FALSE(value{256}.as<std::uint8_t>());
  CHECK_FALSE(value{-1}.as<std::uint64_t>());
  CHECK_FALSE(value{not_a_number}.as<int>());
  CHECK_FALSE(value{infinity}.as<std::int64_t>());
  CHECK(value{9223372036854774784.0}.as<std::int64_t>() == 9223372036854774784);
  CHECK_FALSE(value{9223372036854775808.0}.as<std::int64_t>());
  CHECK(value{9223372036854775808.0}.as<std::uint64_t>() == std::uint64_t{1} << 63);
  CHECK_FALSE(value{18446744073709551616.0}.as<std::uint64_t>());
  CHECK(value{-9223372036854775808.0}.as<std::int64_t>()
        == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("a float is given only for a number that it holds exactly", "[value]") {
  CHECK(value{0.5}.as<float>() == 0.5F);
  CHECK_FALSE(value{0.1}.as<float>());
  CHECK_FALSE(value{1e300}.as<float>());
  CHECK(value{infinity}.as<float>() == std::numeric_limits<float>::infinity());
  CHECK(std::isnan(value{not_a_number}.as<float>().value_or(0)));
}

TEST_CASE("elements and members are looked up, and undefined where there are none", "[value]") {
  const value nested{object{{"items", array{1, "two", nullptr}}, {"empty", ""}}};
  CHECK(nested["items"][1] == "two");
  CHECK(nested["items"][2].is_null());
  CHECK(nested["items"][3].is_undefined());
  CHECK(nested["missing"]["deeper"][0].is_undefined());
  CHECK(nested[0].is_undefined());
  CHECK(value{"text"}["length"].is_undefined());
}

TEST_CASE("size counts the parts of what has parts", "[value]") {
  CHECK(value{"four"}.size() == 4);
  CHECK(value{array{1, 2}}.size() == 2);
  CHECK(value{object{{"a", 1}}}.size() == 1);
  CHECK(value{map{{1, 2}, {3, 4}}}.size() == 2);
  CHECK(value{set{1, 2, 3}}.size() == 3);
  CHECK(value{array_buffer{9}}.size() == 9);
  CHECK(value{12345}.size() == 0);
  CHECK(value{}.size() == 0);
}

TEST_CASE("an object keeps its members in the order they were first set", "[value]") {
  object members{{"b", 1}, {"a", 2}};
  members.set("b", 3);
  REQUIRE(members.size() == 2);
  CHECK(members.begin()->first == "b");
  CHECK(members.begin()->second == 3);
  CHECK(members.find("c") == nullptr);
}

TEST_CASE("a large object finds, replaces and keeps the order of its members", "[value]") {
  object members;
  for (int i = 0; i < 100; ++i)
    members.set("key" + std::to_string(i), i);
  members.set("key50", "replaced").set("key3", "replaced");
  REQUIRE(members.size() == 100);
  CHECK(*members.find("key99") == 99);
  CHECK(*members.find("key50") == "replaced");
  CHECK(*members.find("key3") == "replaced");
  CHECK(members.find("key100") == nullptr);
  int position = 0;
  for (const auto& [key, content] : members)
    CHECK(key == "key" + std::to_string(position++));
  const object copy{members};
  CHECK(*copy.find("key42") == 42);
}

TEST_CASE("equality compares content", "[value]") {
  CHECK(value{1} == value{1.0});
  CHECK(value{0.0} == value{-0.0});
  CHECK(value{not_a_number} == value{not_a_number});
  CHECK(value{1} != value{2});
  CHECK(value{1} != value{"1"});
  CHECK(value{"a"} == value{std::string{"a"}});
  CHECK(value{big_integer{5}} == value{big_integer{5}});
  CHECK(value{big_integer{5}} != value{big_integer{-5}});
  CHECK(value{date{1}} == value{date{1}});
  CHECK(value{date{}} == value{date{}});
  CHECK(value{date{1}} != value{date{2}});
  CHECK(value{array{1, 2}} == value{array{1, 2}});
  CHECK(value{array{1, 2}} != value{array{2, 1}});
  CHECK(value{array{1}} != value{array{1, 2}});
  CHECK(value{error_object{"Error", "a", ""}} == value{error_object{"Error", "a", ""}});
  CHECK(value{error_object{"Error", "a", ""}} != value{error_object{"TypeError", "a", ""}});
}

TEST_CASE("objects are equal in any order, maps and sets in theirs only", "[value]") {
  CHECK(value{object{{"a", 1}, {"b", 2}}} == value{object{{"b", 2}, {"a", 1}}});
  CHECK(value{object{{"a", 1}}} != value{object{{"b", 1}}});
  CHECK(value{object{{"a", 1}}} != value{object{{"a", 2}}});
  CHECK(value{object{{"a", 1}}} != value{object{{"a", 1}, {"b", 2}}});
  CHECK(value{map{{1, 2}, {3, 4}}} == value{map{{1, 2}, {3, 4}}});
  CHECK(value{map{{1, 2}, {3, 4}}} != value{map{{3, 4}, {1, 2}}});
  CHECK(value{map{{1, 2}}} != value{map{{1, 3}}});
  CHECK(value{set{1, 2}} == value{set{1, 2}});
  CHECK(value{set{1, 2}} != value{set{2, 1}});
  CHECK(value{set{1}} != value{array{1}});
}

TEST_CASE("buffers are equal by their bytes", "[value]") {
  array_buffer first{2};
  array_buffer second{2};
  CHECK(value{first} == value{second});
  second.data()[1] = std::byte{7};
  CHECK(value{first} != value{second});
}

TEST_CASE("a copy shares its content", "[value]") {
  const value first{std::string(1000, 'x')};
  const value second = first;
  CHECK(second.get_if<std::string_view>() == first.get_if<std::string_view>());
  value moved = second;
  const value taken = std::move(moved);
  CHECK(taken == first);
}

TEST_CASE("assignment replaces a value, also by a part of itself", "[value]") {
  value root{array{array{"inner"}}};
  root = root[0];
  CHECK(root == value{array{"inner"}});
  const value& alias = root;
  root = alias;
  CHECK(root == value{array{"inner"}});
}

TEST_CASE("the estimate of bytes grows with the content", "[value]") {
  CHECK(value{1}.byte_size() == sizeof(value));
  CHECK(value{std::string(5000, 'x')}.byte_size() >= 5000);
  CHECK(value{array_buffer{5000}}.byte_size() >= 5000);
  const value text{std::string(5000, 'x')};
  CHECK(value{array{text, text}}.byte_size() >= 10000);
  CHECK(value{object{{std::string(5000, 'k'), text}}}.byte_size() >= 10000);
  CHECK(value{map{{text, text}}}.byte_size() >= 10000);
  CHECK(value{set{text}}.byte_size() >= 5000);
  CHECK(value{error_object{"Error", std::string(3000, 'm'), std::string(2000, 's')}}.byte_size()
        >= 5000);
}

TEST_CASE("the estimate of bytes never wraps, however often a part is shared", "[value]") {
  value doubled{"leaf"};
  for (int level = 0; level < 70; ++level) {
    const auto before = doubled.byte_size();
    doubled = value{array{doubled, doubled}};
    REQUIRE(doubled.byte_size() >= before);
  }
}

TEST_CASE("a value whose parts are shared over and over equals itself at once", "[value]") {
  value doubled{"leaf"};
  for (int level = 0; level < 70; ++level)
    doubled = value{array{doubled, doubled}};
  CHECK((doubled == value{doubled}));
}

TEST_CASE("depth counts levels of containers", "[value]") {
  CHECK(value{1}.depth() == 0);
  CHECK(value{"leaf"}.depth() == 0);
  CHECK(value{array{}}.depth() == 1);
  CHECK(value{array{1, "leaf"}}.depth() == 1);
  CHECK(value{array{1, object{{"a", set{1}}}}}.depth() == 3);
  CHECK(value{map{{array{}, 1}}}.depth() == 2);
}

TEST_CASE("only values that hold more than data are active", "[value]") {
  CHECK_FALSE(value{array{1, "text", object{{"a", nullptr}}}}.active());
  CHECK(value{array_buffer{1}}.active());
  CHECK(value{message_port{}}.active());
  CHECK(value{object{{"deep", array{map{{1, array_buffer{1}}}}}}}.active());
  CHECK(value{map{{array_buffer{1}, 1}}}.active());
}

} // namespace
} // namespace hawser
