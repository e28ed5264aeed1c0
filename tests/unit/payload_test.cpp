#include "hawser/payload.hpp"

#include <catch2/catch_test_macros.hpp>

#include "hawser/structured_clone.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace shop {

enum class side { buy, sell };
HAWSER_ENUM(side, buy, sell)

struct item {
  std::string name;
  double price = 0;
  int count = 1;

  friend bool operator==(const item&, const item&) = default;
};
HAWSER_PAYLOAD(item, name, price, count)

struct order {
  std::string id;
  side what = side::buy;
  std::vector<item> items;
  std::optional<int> priority;
  std::map<std::string, std::string> notes;
  std::variant<std::monostate, int, std::string> tag;
  std::chrono::system_clock::time_point placed;
  std::chrono::milliseconds patience{0};

  friend bool operator==(const order&, const order&) = default;
};
HAWSER_PAYLOAD_AS("shop.order", order, id, what, items, priority, notes, tag, placed, patience)

struct nothing {};
HAWSER_PAYLOAD(nothing)

/// A type that contains itself.
struct branch {
  int leaves = 0;
  std::vector<branch> branches;

  friend bool operator==(const branch&, const branch&) = default;
};
HAWSER_PAYLOAD(branch, leaves, branches)

/// What a post has to look into.
struct request {
  std::string question;
  hawser::message_port reply;
};
HAWSER_PAYLOAD(request, question, reply)

struct upload {
  std::string name;
  hawser::array_buffer content;
  hawser::value meta;
};
HAWSER_PAYLOAD(upload, name, content, meta)

struct coordinates {
  std::array<double, 2> point{};
  std::tuple<int, std::string> label;
  std::set<int> layers;
  std::map<int, bool> flags;
  std::vector<std::byte> raw;
  std::uint64_t large = 0;
  std::int8_t small = 0;
  bool on = false;
  float rough = 0;
};
HAWSER_PAYLOAD(coordinates, point, label, layers, flags, raw, large, small, on, rough)

} // namespace shop

namespace hawser {
namespace {

using namespace std::chrono_literals;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

shop::order sample() {
  shop::order made{"A-1", shop::side::sell, {{"rope", 2.5, 3}}, 7, {{"to", "harbour"}}, {}, {},
                   5ms};
  made.tag = "urgent";
  made.placed = std::chrono::system_clock::time_point{1'700'000'000'123ms};
  return made;
}

// A record as it would come over a wire.
value foreign(std::string name, object fields) {
  return detail::make_foreign_record(std::move(name), std::move(fields));
}

TEST_CASE("a struct is read as itself, without being decoded", "[payload]") {
  const value posted{sample()};
  const value copy = posted;
  REQUIRE(copy.get_if<shop::order>() != nullptr);
  CHECK(copy.get_if<shop::order>() == posted.get_if<shop::order>());
  CHECK(*copy.get_if<shop::order>() == sample());
  CHECK(copy.get_if<shop::item>() == nullptr);
  CHECK(copy.as<shop::order>() == sample());
  CHECK(copy.type() == value_type::record);
  CHECK(copy.record_name() == "shop.order");
  CHECK_FALSE(copy.active());
}

TEST_CASE("a struct reads as an object for those who do not know it", "[payload]") {
  const value from{sample()};
  CHECK(from["id"] == "A-1");
  CHECK(from["what"] == "sell");
  CHECK(from["items"][0]["price"] == 2.5);
  CHECK(from["priority"] == 7);
  CHECK(from["notes"]["to"] == "harbour");
  CHECK(from["tag"] == array{2, "urgent"});
  CHECK(from["placed"] == date{1'700'000'000'123});
  CHECK(from["patience"] == 5);
  CHECK(from["nothing"].is_undefined());
  CHECK(from.size() == 8);
  CHECK(from.members().front().first == "id");
  CHECK(to_string(value{shop::item{"rope", 1, 2}}) == "item { name: 'rope', price: 1, count: 2 }");
  CHECK(to_string(value{shop::nothing{}}) == "nothing {}");
}

TEST_CASE("structs are equal by their fields", "[payload]") {
  auto other = sample();
  CHECK(value{sample()} == value{other});
  other.items[0].count = 4;
  CHECK(value{sample()} != value{other});
  CHECK(value{shop::nothing{}} == value{shop::nothing{}});
  CHECK(value{shop::nothing{}} != value{object{}});
  CHECK(value{shop::item{"a", 1, 1}}
        == foreign("item", {{"name", "a"}, {"price", 1}, {"count", 1}}));
}

TEST_CASE("what a wire brings is decoded where it is asked for", "[payload]") {
  const auto fields = *value{sample()}.record_fields().get_if<object>();
  const auto arrived = foreign("shop.order", fields);
  REQUIRE(arrived.get_if<shop::order>() != nullptr);
  CHECK(*arrived.get_if<shop::order>() == sample());
  CHECK(arrived.get_if<shop::order>() == arrived.get_if<shop::order>()); // Decoded once.
  CHECK(arrived.get_if<shop::item>() == nullptr);
  CHECK(arrived["id"] == "A-1");
}

TEST_CASE("unknown fields are ignored and missing ones keep their defaults", "[payload]") {
  const auto arrived = foreign("item", {{"name", "rope"}, {"colour", "red"}});
  REQUIRE(arrived.get_if<shop::item>() != nullptr);
  CHECK(*arrived.get_if<shop::item>() == shop::item{"rope", 0, 1});
}

TEST_CASE("a misfit names the path, what is there and what should be", "[payload]") {
  const auto trouble = [](const value& from) { return decode<shop::order>(from).error().what(); };
  CHECK(trouble(object{{"items", array{1}}})
        == "shop.order.items[0]: found int32, expected an object with the fields of item");
  CHECK(trouble(object{{"items", array{shop::item{}, object{{"price", "much"}}}}})
        == "shop.order.items[1].price: found string, expected a number");
  CHECK(trouble(object{{"what", "lend"}})
        == "shop.order.what: found string, expected one of 'buy' 'sell'");
  CHECK(trouble(object{{"priority", 2.5}})
        == "shop.order.priority: found number, expected an integer between -2147483648 and "
           "2147483647");
  CHECK(trouble(object{{"notes", object{{"to", nullptr}}}})
        == "shop.order.notes.to: found null, expected a string");
  CHECK(trouble(object{{"tag", array{3, "x"}}})
        == "shop.order.tag: found array, expected [number below 3, content]");
  CHECK(trouble(object{{"tag", array{1, "x"}}})
        == "shop.order.tag[1]: found string, expected an integer between -2147483648 and "
           "2147483647");
  CHECK(trouble(object{{"placed", "now"}}) == "shop.order.placed: found string, expected a date");
  CHECK(trouble(1) == "shop.order: found int32, expected an object with the fields of shop.order");
  CHECK(decode<std::vector<int>>(array{1, "x"}).error().what()
        == "data[1]: found string, expected an integer between -2147483648 and 2147483647");
}

TEST_CASE("standard containers become values and come back", "[payload]") {
  CHECK(to_value(std::vector<int>{1, 2}) == array{1, 2});
  CHECK(to_value(std::map<std::string, int>{{"a", 1}}) == object{{"a", 1}});
  CHECK(to_value(std::map<int, int>{{1, 2}}) == map{{1, 2}});
  CHECK(to_value(std::set<int>{2, 1}) == set{1, 2});
  CHECK(to_value(std::optional<int>{}) == nullptr);
  CHECK(to_value(std::pair{1, std::string{"b"}}) == array{1, "b"});
  CHECK(to_value(shop::side::buy) == "buy");
  CHECK(value{array{1, 2}}.as<std::vector<int>>() == std::vector{1, 2});
  CHECK(value{array_buffer_view::of({1.5F, 2.F})}.as<std::vector<float>>()
        == std::vector<float>{1.5F, 2});
  CHECK(value{object{{"a", 1}}}.as<std::map<std::string, int>>()
        == std::map<std::string, int>{{"a", 1}});
  CHECK(value{map{{"a", 1}}}.as<std::unordered_map<std::string, int>>()
        == std::unordered_map<std::string, int>{{"a", 1}});
  CHECK_FALSE(value{array{1, "x"}}.as<std::vector<int>>());
  CHECK(value{"sell"}.as<shop::side>() == shop::side::sell);
}

TEST_CASE("all kinds of fields survive being taken apart", "[payload]") {
  shop::coordinates from;
  from.point = {1.5, -0.0};
  from.label = {3, "three"};
  from.layers = {5, 6};
  from.flags = {{1, true}};
  from.raw = {std::byte{1}, std::byte{255}};
  from.large = ~std::uint64_t{0};
  from.small = -128;
  from.on = true;
  from.rough = 0.1F;
  const auto back = decode<shop::coordinates>(value{from}.record_fields());
  REQUIRE(back);
  CHECK(back->point == from.point);
  CHECK(std::signbit(back->point[1]));
  CHECK(back->label == from.label);
  CHECK(back->layers == from.layers);
  CHECK(back->flags == from.flags);
  CHECK(back->raw == from.raw);
  CHECK(back->large == from.large);
  CHECK(back->small == from.small);
  CHECK(back->on);
  CHECK(back->rough == from.rough);
}

TEST_CASE("times finer than a date lose nothing", "[payload]") {
  const std::chrono::system_clock::time_point fine{1'700'000'000'123'456'789ns};
  const auto as_value = to_value(fine);
  CHECK(as_value.type() == value_type::big_integer);
  CHECK(decode<std::chrono::system_clock::time_point>(as_value).operator*() == fine);
}

TEST_CASE("a type that contains itself is postable", "[payload]") {
  const shop::branch tree{1, {{2, {}}, {3, {{4, {}}}}}};
  CHECK_FALSE(value{tree}.active());
  CHECK(decode<shop::branch>(value{tree}.record_fields()).operator*() == tree);
}

TEST_CASE("types without a name cannot be posted", "[payload]") {
  struct unnamed {};
  static_assert(!std::convertible_to<unnamed, value>);
  static_assert(!std::convertible_to<std::function<void()>, value>);
  static_assert(!std::convertible_to<void (*)(), value>);
  static_assert(!detail::encodable<unnamed>);
  static_assert(!detail::encodable<int*>);
  static_assert(std::convertible_to<shop::order, value>);
}

TEST_CASE("a posted struct travels behind a pointer", "[payload]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  const value posted{sample()};
  CHECK_FALSE(port1.post_message(posted));
  settle(context);
  REQUIRE(at.data.size() == 1);
  CHECK(at.data[0].get_if<shop::order>() == posted.get_if<shop::order>());
}

TEST_CASE("a port in a struct arrives in the struct", "[payload]") {
  test_context here{"here"};
  test_context there{"there"};
  auto [port1, port2] = test::connect(here, there);
  auto [mine, theirs] = here->make_channel();
  inbox at{port2};
  inbox answers{mine};
  CHECK(value{shop::request{"?", theirs}}.active());
  const auto refused = port1.post_message(shop::request{"depth?", theirs});
  CHECK(refused == errc::data_clone_error);
  CHECK(refused.what() == "request.reply: a MessagePort must be in the transfer list");
  CHECK_FALSE(port1.post_message(shop::request{"depth?", theirs}, {theirs}));
  settle(here, there);
  REQUIRE(at.data.size() == 1);
  const auto* got = at.data[0].get_if<shop::request>();
  REQUIRE(got != nullptr);
  CHECK(got->question == "depth?");
  CHECK(got->reply == at.ports[0]);
  got->reply.post_message("five fathoms");
  settle(here, there);
  CHECK(answers.seen == trace{"five fathoms"});
}

TEST_CASE("a buffer in a struct is copied, or moved when listed", "[payload]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  array_buffer bytes{3};
  CHECK_FALSE(port1.post_message(shop::upload{"copied", bytes, nullptr}));
  CHECK_FALSE(port1.post_message(shop::upload{"moved", bytes, array{1}}, {bytes}));
  CHECK(bytes.detached());
  settle(context);
  REQUIRE(at.data.size() == 2);
  for (const auto& one : at.data) {
    const auto* got = one.get_if<shop::upload>();
    REQUIRE(got != nullptr);
    CHECK(got->content.size() == 3);
    CHECK_FALSE(same_object(got->content, bytes));
  }
  CHECK(at.data[1]["meta"] == array{1});
}

TEST_CASE("what comes from elsewhere and does not fit is a messageerror with the path",
          "[payload]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  port1.post_message(foreign("item", {{"name", 5}}));
  port1.post_message(array{foreign("item", {{"name", "fits"}})});
  port1.post_message(foreign("a type of nobody here", {{"x", 1}}));
  settle(context);
  CHECK(at.seen
        == trace{"messageerror", "[ item { name: 'fits', price: 0, count: 1 } ]",
                 "a type of nobody here { x: 1 }"});
  CHECK(context.undecodable
        == trace{"MessagePort 2: DataDecodeError: item.name: found int32, expected a string"});
}

TEST_CASE("bytes of a struct are counted", "[payload]") {
  auto large = sample();
  large.items[0].name = std::string(10'000, 'x');
  CHECK(value{large}.byte_size() > value{sample()}.byte_size() + 9'000);
}

TEST_CASE("a struct that is cloned is shared", "[payload]") {
  const value from{sample()};
  CHECK(structured_clone(from)->get_if<shop::order>() == from.get_if<shop::order>());
  const value active{shop::upload{"u", array_buffer{2}, {}}};
  const auto clone = structured_clone(active);
  REQUIRE(clone);
  REQUIRE(clone->get_if<shop::upload>() != nullptr);
  CHECK_FALSE(
    same_object(clone->get_if<shop::upload>()->content, active.get_if<shop::upload>()->content));
}

} // namespace
} // namespace hawser
