#include "samples.hpp"

#include <cmath>
#include <limits>

#include "hawser/value_graph.hpp"
#include "serialized_object.hpp"

namespace hawser::test {
namespace {

using list = std::vector<sample>;

constexpr double infinity = std::numeric_limits<double>::infinity();

array_buffer bytes_of(std::initializer_list<unsigned> numbers) {
  std::vector<std::byte> content;
  for (const unsigned number : numbers)
    content.push_back(static_cast<std::byte>(number));
  return array_buffer{std::move(content)};
}

array_buffer immutable(std::initializer_list<unsigned> numbers) {
  const auto content = bytes_of(numbers);
  return array_buffer::immutable_copy_of(content.bytes());
}

value view_of(view_kind kind, array_buffer buffer, std::size_t offset = 0,
              std::optional<std::size_t> length = {}) {
  return *array_buffer_view::make(kind, std::move(buffer), offset, length);
}

// A value that refers to itself.
template <class Make>
value circle(Make make) {
  value_graph graph;
  const auto self = graph.declare();
  graph.define(self, make(graph.reference(self)));
  return graph.build(graph.reference(self));
}

void add_primitives(list& to) {
  to.insert(to.end(), {
                        {"undefined", {}},
                        {"null", nullptr},
                        {"false", false},
                        {"true", true},
                        {"0", 0},
                        {"23", 23},
                        {"24", 24},
                        {"256", 256},
                        {"65536", 65536},
                        {"2147483647", 2147483647},
                        {"-1", -1},
                        {"-25", -25},
                        {"-2147483648", std::numeric_limits<std::int32_t>::min()},
                        {"2147483648", 2147483648.0},
                        {"1.5", 1.5},
                        {"-0", -0.0},
                        {"65504", 65504.0},
                        {"5.960464477539063e-8", std::ldexp(1.0, -24)},
                        {"65505.5", 65505.5},
                        {"0.1", 0.1},
                        {"5e-324", 5e-324},
                        {"9007199254740992", 9007199254740992.0},
                        {"Infinity", infinity},
                        {"-Infinity", -infinity},
                        {"NaN", std::nan("")},
                        {"0n", big_integer{}},
                        {"1n", big_integer{1}},
                        {"-1n", big_integer{-1}},
                        {"-256n", big_integer{-256}},
                        {"18446744073709551616n", *big_integer::parse("18446744073709551616")},
                        {"-18446744073709551617n", *big_integer::parse("-18446744073709551617")},
                        {R"("")", ""},
                        {R"("hawser")", "hawser"},
                        {R"("h\u00e9")", "h\xc3\xa9"},
                        {R"("\u{1f6a2}")", "\xf0\x9f\x9a\xa2"},
                        {R"("a\ud800")", "a\xed\xa0\x80"},
                      });
}

void add_leaves(list& to) {
  to.insert(
    to.end(),
    {
      {"new Date(0)", date{0}},
      {"new Date(-1000)", date{-1000}},
      {"new Date(1234567890123)", date{1234567890123}},
      {"new Date(8640000000000000)", date{8.64e15}},
      {"new Date(NaN)", date{}},
      {"a date of half a millisecond", date{0.5}},
      {R"(/a\/b/gi)", *reg_exp::make("a\\/b", "gi")},
      {"new Boolean(true)", primitive_wrapper{true}},
      {"new Number(3)", primitive_wrapper{3}},
      {R"(new String("x"))", primitive_wrapper{"x"}},
      {"Object(1n)", primitive_wrapper{big_integer{1}}},
      {R"(new Error("m"))", error_object{.name = "Error", .message = "m"}},
      {"new EvalError()", error_object{.name = "EvalError"}},
      {R"(new RangeError(""))", error_object{.name = "RangeError", .message = ""}},
      {R"(new ReferenceError("m"))", error_object{.name = "ReferenceError", .message = "m"}},
      {R"(new SyntaxError("m"))", error_object{.name = "SyntaxError", .message = "m"}},
      {R"(new URIError("m"))", error_object{.name = "URIError", .message = "m"}},
      {R"(new TypeError("m", {cause: 1}))",
       error_object{.name = "TypeError", .message = "m", .cause = value{1}}},
      {R"(new Error("m") with the stack "at f")",
       error_object{.name = "Error", .message = "m", .stack = "at f"}},
      {R"(new Error("m", {cause: [1]}) with the stack "at f")",
       error_object{.name = "Error", .message = "m", .stack = "at f", .cause = value{array{1}}}},
      {R"(new DOMException("m", "DataCloneError"))", dom_exception{"DataCloneError", "m"}},
      {R"(new DOMException("m", "AbortError") with the stack "at f")",
       dom_exception{"AbortError", "m", "at f"}},
      {R"(new QuotaExceededError("m", {quota: 10}))",
       dom_exception{"QuotaExceededError", "m", "", 10.0}},
      {R"(new QuotaExceededError("m", {requested: 11}))",
       dom_exception{"QuotaExceededError", "m", "", std::nullopt, 11.0}},
      {R"(new Blob(["hi"], {type: "text/plain"}))", blob{"hi", "text/plain"}},
      {R"(new File(["hi"], "a.txt", {type: "text/plain", lastModified: 1000}))",
       file{blob{"hi", "text/plain"}, "a.txt", 1000}},
      {"a FileList of one File", file_list{{file{blob{"hi"}, "a", 0}}}},
    });
}

void add_containers(list& to) {
  array sparse{1};
  sparse.push_hole().push_back({});
  array named{1};
  named.set("index", 3);
  to.insert(to.end(),
            {
              {"[]", array{}},
              {"[1, [2, 3]]", array{1, array{2, 3}}},
              {"[1, , undefined]", sparse},
              {R"(Object.assign([1], {index: 3}))", named},
              {"{}", object{}},
              {R"({b: 1, a: [true]})", object{{"b", 1}, {"a", array{true}}}},
              {R"({["__proto__"]: 1})", object{{"__proto__", 1}}},
              {R"({"\udc00": 1})", object{{"\xed\xb0\x80", 1}}},
              {"new Map()", map{}},
              {R"(new Map([[1, "one"], [[], {}]]))", map{{1, "one"}, {array{}, object{}}}},
              {"new Set([1, \"1\"])", set{1, "1"}},
            });
}

void add_buffers(list& to) {
  array_buffer resizable{2, 8};
  resizable.data()[0] = std::byte{7};
  const auto eight = [] { return bytes_of({1, 2, 3, 4, 5, 6, 7, 8}); };
  to.insert(to.end(), {
                        {"new Uint8Array([1, 2]).buffer", bytes_of({1, 2})},
                        {"new ArrayBuffer(2, {maxByteLength: 8}) with a 7 in front", resizable},
                        {"an immutable ArrayBuffer", immutable({1, 2})},
                      });
  constexpr std::string_view kinds[] = {"Int8Array",    "Uint8Array",    "Uint8ClampedArray",
                                        "Int16Array",   "Uint16Array",   "Int32Array",
                                        "Uint32Array",  "Float16Array",  "Float32Array",
                                        "Float64Array", "BigInt64Array", "BigUint64Array"};
  for (unsigned number = 0; number < std::size(kinds); ++number)
    to.push_back({kinds[number], view_of(static_cast<view_kind>(number), eight())});
  array_buffer tracked{2, 8};
  auto shared = bytes_of({1, 2, 3, 4});
  to.insert(to.end(),
            {
              {"new DataView(buffer)", view_of(view_kind::data_view, bytes_of({1, 2}))},
              {"new Uint16Array(buffer, 2, 1)", view_of(view_kind::uint16, shared.clone(), 2, 1)},
              {"new Uint8Array(resizable)", view_of(view_kind::uint8, tracked)},
              {"[new Uint8Array(buffer), new Uint8Array(buffer, 1)]",
               array{view_of(view_kind::uint8, shared), view_of(view_kind::uint8, shared, 1)}},
              {"[buffer, buffer]", array{shared, shared}},
              {"new ImageData(1, 1)", *image_data::make(1, 1)},
              {R"(new ImageData(1, 1, {colorSpace: "display-p3"}))",
               *image_data::make(1, 1, color_space::display_p3)},
            });
}

void add_shared(list& to) {
  const value part = object{{"x", 1}};
  const value when = date{0};
  to.insert(to.end(),
            {
              {"[part, part]", array{part, part}},
              {"[date, date]", array{when, when}},
              {"array = [array]", circle([](value self) { return value{array{self}}; })},
              {"object = {self: object}", circle([](value self) {
                 return value{object{{"self", self}}};
               })},
              {"map = new Map([[map, map]])", circle([](value self) {
                 return value{map{{self, self}}};
               })},
              {"set = new Set([set])", circle([](value self) { return value{set{self}}; })},
              {R"(error = new Error("m", {cause: error}))", circle([](value self) {
                 return value{
                   error_object{.name = "Error", .message = "m", .cause = std::move(self)}};
               })},
              {"a = {b: {a}}", circle([](value self) {
                 return value{object{{"b", object{{"a", std::move(self)}}}}};
               })},
            });
}

void add_messages(list& to) {
  const auto object_of = [](value content) {
    return value{std::make_shared<const detail::serialized_object>("Point", std::move(content))};
  };
  to.push_back({"port 1 of the message", value::make_transferred(1), wire_scope::message});
  to.push_back({"a Point", object_of(object{{"x", 1}}), wire_scope::message});
  to.push_back({"a Mooring { berth: 3 }",
                detail::make_foreign_record("Mooring", object{{"berth", 3}}), wire_scope::value});
}

} // namespace

const std::vector<sample>& samples() {
  static const auto made = [] {
    list all;
    add_primitives(all);
    add_leaves(all);
    add_containers(all);
    add_buffers(all);
    add_shared(all);
    add_messages(all);
    return all;
  }();
  return made;
}

const sample* find_sample(std::string_view expression) {
  for (const auto& one : samples())
    if (one.expression == expression)
      return &one;
  return nullptr;
}

std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string made;
  for (const auto byte : bytes) {
    if (!made.empty())
      made.push_back(' ');
    made.push_back(digits[std::to_integer<unsigned>(byte) >> 4]);
    made.push_back(digits[std::to_integer<unsigned>(byte) & 15]);
  }
  return made;
}

std::vector<std::byte> from_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::vector<std::byte> made;
  std::size_t read = 0;
  for (const char letter : text) {
    const auto digit = digits.find(letter);
    if (digit == std::string_view::npos) {
      HAWSER_ASSERT(letter == ' ' || letter == '\n', "something else than hexadecimal digits");
      continue;
    }
    if (read++ % 2 == 0)
      made.push_back(static_cast<std::byte>(digit << 4));
    else
      made.back() |= static_cast<std::byte>(digit);
  }
  return made;
}

} // namespace hawser::test
