// HTML #safe-passing-of-structured-data, type by type.

#include <cmath>
#include <functional>
#include <limits>

#include "accessor.hpp"
#include "clone_fixture.hpp"
#include "hawser/payload.hpp"

namespace hawser {
namespace {

using test::accessing;
using test::clone_test;
using test::trace;

// -- primitives -----------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "undefined, null and the booleans arrive as themselves",
                 "[clone][SC-001]") {
  CHECK(sent(value{}).is_undefined());
  CHECK(sent(nullptr).is_null());
  CHECK(sent(true).as<bool>() == true);
  CHECK(sent(false).as<bool>() == false);
}

TEST_CASE_METHOD(clone_test, "any string arrives, lone surrogates and NUL included",
                 "[clone][SC-002]") {
  for (const auto& text :
       {std::string{}, std::string{"\0", 1}, std::string{"a\0b", 3}, std::string{"\xed\xa0\x80"},
        std::string{"\xed\xbf\xbf"}, std::string{"\xf0\x9f\x8c\x8a"}, std::string(1'000, 'x')})
    CHECK(sent(text).as<std::string>() == text);
}

TEST_CASE_METHOD(clone_test, "numbers arrive exactly", "[clone][SC-003]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double two_53 = 9007199254740992;
  for (const double number :
       {0.2, 0.0, infinity, -infinity, two_53, -two_53, two_53 + 2, -two_53 - 2, -3.5e300, 1e-300})
    CHECK(sent(number).as<double>() == number);
  CHECK(std::signbit(*sent(-0.0).as<double>()));
  CHECK(std::isnan(*sent(std::nan("")).as<double>()));
}

TEST_CASE_METHOD(clone_test, "big integers of any size arrive", "[clone][SC-004]") {
  for (const auto* digits :
       {"0", "-1", "18446744073709551616",
        "-0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff1"}) {
    const auto number = *big_integer::parse(digits);
    CHECK(*sent(number).get_if<big_integer>() == number);
  }
}

TEST_CASE("what has no value cannot be posted at all", "[clone][SC-005][SC-006]") {
  // C++ has no symbols; its functions are refused by the compiler, bare or nested.
  static_assert(!std::convertible_to<void (*)(), value>);
  static_assert(!std::convertible_to<std::function<void()>, value>);
  static_assert(!std::convertible_to<void (*)(), detail::initial_value>);
  static_assert(!std::convertible_to<int*, value>);
  static_assert(!std::convertible_to<char, value>);
  static_assert(!detail::encodable<std::function<void()>>);
  SUCCEED();
}

// -- wrappers, dates, regular expressions ---------------------------------------------------------

TEST_CASE_METHOD(clone_test, "wrapper objects stay wrapper objects", "[clone][SC-010]") {
  for (const value& inner : {value{true}, value{-0.0}, value{"text"}, value{big_integer{7}}}) {
    const auto arrived = sent(primitive_wrapper{inner});
    REQUIRE(arrived.type() == value_type::wrapper);
    CHECK(arrived.get_if<primitive_wrapper>()->primitive == inner);
    CHECK(arrived != inner);
  }
}

TEST_CASE_METHOD(clone_test, "dates arrive, the invalid one too", "[clone][SC-011]") {
  for (const double time : {0.0, 8.64e15, -8.64e15, 1.5e12})
    CHECK(sent(date{time}).get_if<date>()->time == time);
  CHECK(std::isnan(sent(date{}).get_if<date>()->time));
}

TEST_CASE_METHOD(clone_test, "regular expressions keep their source and flags", "[clone][SC-012]") {
  for (const auto* flags : {"", "g", "gimuy", "dgimsvy"}) {
    const auto arrived = sent(*reg_exp::make("a(b)c", flags));
    CHECK(arrived.get_if<reg_exp>()->source() == "a(b)c");
    CHECK(arrived.get_if<reg_exp>()->flags() == flags);
  }
}

TEST_CASE_METHOD(clone_test, "unusual patterns get a source that means the same",
                 "[clone][SC-013]") {
  CHECK(sent(*reg_exp::make("")).get_if<reg_exp>()->source() == "(?:)");
  CHECK(sent(*reg_exp::make("/")).get_if<reg_exp>()->source() == "\\/");
  CHECK(sent(*reg_exp::make("\n")).get_if<reg_exp>()->source() == "\\n");
  CHECK(sent(*reg_exp::make("\\/[/]")).get_if<reg_exp>()->source() == "\\/[/]");
}

// -- objects --------------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "members arrive in order, with what is inside them",
                 "[clone][SC-020]") {
  const auto arrived = sent(object{{"z", 1}, {"a", object{{"deep", array{"x"}}}}});
  REQUIRE(arrived.size() == 2);
  CHECK(arrived.members()[0].first == "z");
  CHECK(arrived.members()[1].first == "a");
  CHECK(arrived["a"]["deep"][0] == "x");
}

struct vehicle {
  int wheels = 4;
};
struct lorry : vehicle {
  std::string load;
  int weight = 0; // Not named below.
};
HAWSER_PAYLOAD(lorry, wheels, load)

TEST_CASE_METHOD(clone_test, "only the members that were named travel",
                 "[clone][SC-022][SC-023][SC-029]") {
  lorry from;
  from.load = "rope";
  from.weight = 9;
  const auto fields = sent(from).record_fields();
  CHECK(fields == object{{"wheels", 4}, {"load", "rope"}});
}

TEST_CASE_METHOD(clone_test, "what arrives can be taken over and changed", "[clone][SC-024]") {
  const value from{object{{"a", 1}}};
  auto mine = *sent(from).as<object>();
  mine.set("a", 2).set("b", 3);
  CHECK(value{mine} == object{{"a", 2}, {"b", 3}});
  CHECK(from == object{{"a", 1}});
}

TEST_CASE_METHOD(clone_test, "an accessor is asked once and its value copied", "[clone][SC-025]") {
  int asked = 0;
  receiver->expose("Accessor",
                   [](const value& content) -> result<std::shared_ptr<const platform_object>> {
                     return std::shared_ptr<const platform_object>{
                       std::make_shared<test::accessor>([content] { return content; })};
                   });
  REQUIRE_FALSE(post(object{{"x", accessing([&] { return value{++asked}; })}}));
  CHECK(asked == 1);
  test::settle(sender, receiver);
  CHECK(asked == 1);
  CHECK(at.data.back()["x"].type() == value_type::platform_object);
}

TEST_CASE_METHOD(clone_test, "an accessor's own exception comes out of the post",
                 "[clone][SC-026]") {
  const value throwing{
    array{accessing([]() -> result<value> { throw std::domain_error{"mine"}; })}};
  CHECK_THROWS_AS(post(throwing), std::domain_error);
  CHECK_THROWS_AS(sender.run([&] { return structured_clone(throwing); }), std::domain_error);
}

TEST_CASE_METHOD(clone_test, "the walk stops where it fails", "[clone][SC-028]") {
  trace ran;
  const auto noting = [&ran](std::string what, bool fails) {
    return accessing([&ran, what, fails]() -> result<value> {
      ran.push_back(what);
      return fails ? result<value>{error{errc::data_clone_error, "no"}} : value{1};
    });
  };
  const auto err =
    post(object{{"a", noting("a", false)}, {"b", noting("b", true)}, {"c", noting("c", false)}});
  CHECK(to_string(err) == "DataCloneError: data.b: no");
  CHECK(ran == trace{"a", "b"});
}

TEST_CASE_METHOD(clone_test, "an object that looks like an array stays an object",
                 "[clone][SC-030]") {
  const auto arrived = sent(object{{"0", "x"}, {"length", 1}});
  CHECK(arrived.type() == value_type::object);
  CHECK(arrived["length"] == 1);
}

TEST_CASE_METHOD(clone_test, "an empty object arrives", "[clone][SC-031]") {
  CHECK(sent(object{}).type() == value_type::object);
}

TEST_CASE_METHOD(clone_test, "objects that cannot be cloned are refused with their path",
                 "[clone][SC-032][SC-033]") {
  CHECK(refused(object{{"items", array{1, object{{"callback", test::uncloneable()}}}}})
        == "DataCloneError: data.items[1].callback: a function cannot be cloned");
}

// -- arrays ---------------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "holes stay holes and count in the length", "[clone][SC-040]") {
  array holes;
  holes.push_hole().push_hole().push_back(value{});
  const auto arrived = sent(array{holes, array_buffer{1}})[0];
  REQUIRE(arrived.size() == 3);
  const auto& elements = *arrived.get_if<array>();
  CHECK(elements.hole(0));
  CHECK(elements.hole(1));
  CHECK_FALSE(elements.hole(2));
  CHECK(elements[0].is_undefined());
  CHECK(arrived != array{value{}, value{}, value{}});
}

TEST_CASE_METHOD(clone_test, "named members of an array are copied", "[clone][SC-041]") {
  array elements{1, 2};
  elements.set("name", "pair").set("bytes", array_buffer{2});
  const auto arrived = sent(elements);
  CHECK(arrived.size() == 2);
  CHECK(arrived["name"] == "pair");
  CHECK(arrived["bytes"].size() == 2);
}

// -- identity -------------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "what refers to itself arrives referring to itself",
                 "[clone][SC-050]") {
  value_graph graph;
  const auto list = graph.declare();
  const auto node = graph.declare();
  graph.define(list, array{graph.reference(list)});
  graph.define(node, object{{"self", graph.reference(node)}, {"bytes", array_buffer{1}}});
  const auto arrived_list = sent(graph.build(graph.reference(list)));
  CHECK(arrived_list[0].identity() == arrived_list.identity());
  const auto arrived_node = sent(graph.build(graph.reference(node)));
  CHECK(arrived_node["self"].identity() == arrived_node.identity());
}

TEST_CASE_METHOD(clone_test, "what is referred to twice arrives as one", "[clone][SC-051]") {
  const value shared{object{{"bytes", array_buffer{1}}}};
  const auto arrived = sent(array{shared, object{{"again", shared}}});
  CHECK(arrived[0].identity() == arrived[1]["again"].identity());
  CHECK(arrived[0].identity() != shared.identity());
}

struct sharing_test : clone_test {
  /// One thing in four places.
  void check_shared(const value& one) {
    INFO(to_string(one.type()));
    const value from{object{{"array", array{one, array_buffer{1}}},
                            {"map", map{{one, one}}},
                            {"set", set{one}},
                            {"object", object{{"it", one}}}}};
    const auto arrived = sent(from);
    const auto* it = arrived["array"][0].identity();
    CHECK(arrived["map"].entries()[0].first.identity() == it);
    CHECK(arrived["map"].entries()[0].second.identity() == it);
    CHECK(arrived["set"].items()[0].identity() == it);
    CHECK(arrived["object"]["it"].identity() == it);
  }
};

TEST_CASE_METHOD(sharing_test, "sharing is kept for every type, along every path",
                 "[clone][SC-052]") {
  const array_buffer buffer{8};
  const std::vector<value> all{date{1},
                               *reg_exp::make("a"),
                               primitive_wrapper{1},
                               error_object{"TypeError", "m"},
                               dom_exception{"AbortError"},
                               array{1},
                               object{{"a", 1}},
                               map{{1, 2}},
                               set{1},
                               buffer,
                               *array_buffer_view::make(view_kind::uint8, buffer),
                               blob{"b"},
                               file{blob{"f"}, "f"},
                               file_list{},
                               *image_data::make(1, 1)};
  for (const auto& one : all)
    check_shared(one);
}

TEST_CASE_METHOD(sharing_test, "sharing is kept for shared memory",
                 "[clone][SC-052][one_process]") {
  check_shared(shared_array_buffer{1});
}

TEST_CASE_METHOD(clone_test, "references stay right after many values that are not shared",
                 "[clone][SC-053]") {
  const value shared{array{array_buffer{1}}};
  array from;
  for (int i = 0; i < 300; ++i)
    from.push_back(big_integer{i});
  from.push_back(shared).push_back("between").push_back(shared);
  const auto arrived = sent(from);
  CHECK(arrived[300].identity() == arrived[302].identity());
}

TEST_CASE_METHOD(clone_test, "two messages never share what can be changed", "[clone][SC-054]") {
  const value from{array{array_buffer{1}}};
  const auto first = sent(from);
  const auto second = sent(from);
  CHECK(first.identity() != second.identity());
  CHECK(first[0].identity() != second[0].identity());
}

TEST_CASE_METHOD(clone_test, "views of one buffer arrive over one buffer", "[clone][SC-055]") {
  array_buffer buffer{8};
  const auto arrived = sent(array{*array_buffer_view::make(view_kind::uint16, buffer, 2),
                                  *array_buffer_view::make(view_kind::data_view, buffer)});
  auto first = *arrived[0].get_if<array_buffer_view>();
  first.mutable_bytes()[0] = std::byte{9};
  CHECK(arrived[1].get_if<array_buffer_view>()->element(2) == 9);
}

// -- maps and sets --------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "maps keep their entries, order and keys' identity",
                 "[clone][SC-060]") {
  const value key{object{{"bytes", array_buffer{1}}}};
  const auto arrived = sent(array{key, map{{"z", 1}, {key, "content"}, {1, key}}});
  const auto entries = arrived[1].entries();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].first == "z");
  CHECK(entries[1].first.identity() == arrived[0].identity());
  CHECK(entries[2].second.identity() == arrived[0].identity());
}

TEST_CASE_METHOD(clone_test, "sets keep their items and order", "[clone][SC-061]") {
  const auto arrived = sent(set{"z", 1, array{array_buffer{1}}});
  REQUIRE(arrived.size() == 3);
  CHECK(arrived.items()[0] == "z");
  CHECK(arrived.items()[1] == 1);
}

TEST_CASE_METHOD(clone_test, "an accessor that changes a collection does not disturb the walk",
                 "[clone][SC-062]") {
  map collection;
  collection.add(1, accessing([&collection] {
                   collection.add("late", 1);
                   return value{1};
                 }));
  collection.add(2, "last");
  receiver->expose("Accessor", [](const value&) -> result<std::shared_ptr<const platform_object>> {
    return std::shared_ptr<const platform_object>{
      std::make_shared<test::accessor>([] { return value{}; })};
  });
  REQUIRE_FALSE(post(collection));
  test::settle(sender, receiver);
  CHECK(at.data.back().size() == 2);
  CHECK(collection.size() == 3);
}

// -- errors ---------------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "every kind of error arrives with its name and message",
                 "[clone][SC-070]") {
  for (const auto* name : {"Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError",
                           "TypeError", "URIError"}) {
    const auto arrived = sent(error_object{name, "what"});
    CHECK(arrived.get_if<error_object>()->name == name);
    CHECK(arrived.get_if<error_object>()->message == "what");
  }
}

TEST_CASE_METHOD(clone_test, "an unknown name is that of a plain error", "[clone][SC-071]") {
  CHECK(sent(error_object{"HarbourError", "m"}).get_if<error_object>()->name == "Error");
}

TEST_CASE_METHOD(clone_test, "an error without a message arrives without one",
                 "[clone][SC-073][SC-074]") {
  CHECK_FALSE(sent(error_object{"TypeError"}).get_if<error_object>()->message.has_value());
  CHECK(sent(error_object{"TypeError", ""}).get_if<error_object>()->message == "");
}

TEST_CASE_METHOD(clone_test, "the cause of an error travels, and nothing else on it",
                 "[clone][SC-076]") {
  error_object from{.name = "TypeError", .message = "m"};
  from.cause = object{{"code", 5}, {"bytes", array_buffer{2}}};
  const auto arrived = sent(from);
  const auto& cause = *arrived.get_if<error_object>()->cause;
  CHECK(cause["code"] == 5);
  CHECK(cause["bytes"].size() == 2);
}

TEST_CASE_METHOD(clone_test, "the text of the stack is kept", "[clone][SC-078]") {
  CHECK(sent(error_object{"TypeError", "m", "at moor (quay.js:3)"}).get_if<error_object>()->stack
        == "at moor (quay.js:3)");
  CHECK(sent(dom_exception{"AbortError", "m", "at cast_off"}).get_if<dom_exception>()->stack
        == "at cast_off");
}

TEST_CASE_METHOD(clone_test, "a DOMException keeps its name, message and code", "[clone][SC-079]") {
  const auto arrived = sent(dom_exception{"DataCloneError", "no"});
  const auto& got = *arrived.get_if<dom_exception>();
  CHECK(got.name == "DataCloneError");
  CHECK(got.message == "no");
  CHECK(got.code() == 25);
  // One of the runtime's own.
  const auto err = post(test::uncloneable());
  const auto own = sent(dom_exception::from(err));
  CHECK(own.get_if<dom_exception>()->name == "DataCloneError");
  CHECK(own.get_if<dom_exception>()->message == "data: a function cannot be cloned");
  CHECK(dom_exception{"MyError"}.code() == 0);
}

TEST_CASE_METHOD(clone_test, "an object with the members of a DOMException stays an object",
                 "[clone][SC-080]") {
  CHECK(sent(object{{"name", "AbortError"}, {"message", ""}, {"code", 20}}).type()
        == value_type::object);
}

TEST_CASE_METHOD(clone_test, "a QuotaExceededError keeps what was asked and what there was",
                 "[clone][SC-081]") {
  const auto full = sent(dom_exception{"QuotaExceededError", "full", "", 10, 12.5});
  CHECK(full.get_if<dom_exception>()->quota == 10);
  CHECK(full.get_if<dom_exception>()->requested == 12.5);
  CHECK_FALSE(sent(dom_exception{"QuotaExceededError"}).get_if<dom_exception>()->quota.has_value());
}

// -- blobs, files, images -------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "blobs keep their bytes and type", "[clone][SC-090]") {
  const std::string bytes{"\xff\x00\xfe", 3};
  for (const auto& from : {blob{"text", "text/plain"}, blob{bytes, ""}, blob{}})
    CHECK(*sent(array{object{{"b", from}}})[0]["b"].get_if<blob>() == from);
  const blob typed{"x", "Text/HTML"};
  CHECK(sent(typed).get_if<blob>()->type() == "text/html");
  CHECK(sent(typed).get_if<blob>()->size() == 1);
}

TEST_CASE_METHOD(clone_test, "files keep their name and time, and blobs never become files",
                 "[clone][SC-091]") {
  const file from{blob{"content", "text/plain"}, "log.txt", 1.7e12};
  CHECK(*sent(from).get_if<file>() == from);
  CHECK(sent(from.content).type() == value_type::blob);
}

TEST_CASE_METHOD(clone_test, "a list of files arrives, empty too", "[clone][SC-093]") {
  CHECK(sent(file_list{}).type() == value_type::file_list);
  CHECK(sent(file_list{{{blob{"a"}, "a"}, {blob{"b"}, "b"}}}).size() == 2);
}

TEST_CASE_METHOD(clone_test, "image data keeps its sides and its own pixels", "[clone][SC-094]") {
  auto from = *image_data::make(2, 1, color_space::display_p3);
  auto pixels = from.pixels();
  pixels.mutable_bytes()[7] = std::byte{200};
  const value image{from};
  const auto arrived = sent(array{image, image});
  const auto& got = *arrived[0].get_if<image_data>();
  CHECK(got == from);
  CHECK(arrived[0].identity() == arrived[1].identity());
  pixels.mutable_bytes()[7] = std::byte{1};
  CHECK(got.pixels().element(7) == 200);
}

TEST_CASE_METHOD(clone_test, "built-in types need no exposing", "[clone][SC-096]") {
  CHECK(sent(blob{"b"}).type() == value_type::blob);
}

// -- the function ---------------------------------------------------------------------------------

TEST_CASE_METHOD(clone_test, "structured_clone gives its errors to the caller at once",
                 "[clone][SC-103]") {
  const auto unknown = sender.run([] { return structured_clone(test::unknown_object()); });
  REQUIRE_FALSE(unknown);
  CHECK(to_string(unknown.error()) == "DataDecodeError: data: this context exposes no Accessor");
}

TEST_CASE("structured_clone works outside of any context and in one that has ended",
          "[clone][SC-102]") {
  array_buffer bytes{2};
  const auto clone = structured_clone(array{bytes, bytes}, {bytes});
  REQUIRE(clone);
  CHECK(bytes.detached());
  CHECK((*clone)[0].identity() == (*clone)[1].identity());
  test::test_context ended;
  ended->close(close_reason::context_closed);
  CHECK(ended.run([] { return structured_clone(object{{"a", array_buffer{1}}}); }));
}

} // namespace
} // namespace hawser
