#include <catch2/catch_test_macros.hpp>

#include "hawser/message_port.hpp"
#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "hawser/value_graph.hpp"
#include "printing.hpp"
#include "samples.hpp"
#include "serialized_object.hpp"
#include "shape.hpp"
#include "test_context.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

std::string bytes_of(const value& from, const wire_options& options = {}) {
  std::vector<std::byte> bytes;
  const auto trouble = encode(from, bytes, options);
  return trouble ? trouble.what() : to_hex(bytes);
}

value nested(std::size_t levels) {
  value made{1};
  for (std::size_t i = 0; i < levels; ++i)
    made = array{std::vector<value>{std::move(made)}};
  return made;
}

class point : public platform_object {
public:
  std::string_view interface_name() const noexcept override { return "Point"; }
  result<value> serialize() const override { return value{1}; }
};

} // namespace

TEST_CASE("what cannot leave the process is refused with its place", "[wire][encoder]") {
  array_buffer detached{4};
  static_cast<void>(detached.transfer());
  array_buffer shrunk{4, 4};
  const auto beyond = *array_buffer_view::make(view_kind::uint8, shrunk, 2, 2);
  REQUIRE_FALSE(shrunk.resize(1));
  const auto shared_view = *array_buffer_view::make(view_kind::uint8, shared_array_buffer{2});
  CHECK(bytes_of(object{{"a", array{1, shared_array_buffer{2}}}})
        == "data.a[1]: shared memory cannot leave its process");
  CHECK(bytes_of(map{{"k", shared_view}}) == "data[0]: shared memory cannot leave its process");
  CHECK(bytes_of(set{1, detached}) == "data[1]: the buffer was transferred already");
  CHECK(bytes_of(error_object{.cause = value{beyond}})
        == "data.cause: the view is out of the bounds of its buffer");
  CHECK(bytes_of("\xff") == "data: text that is not Unicode");
  CHECK(bytes_of(object{{"\xed\xa0\x80\xed\xb0\x80", 1}})
        == "data.\xed\xa0\x80\xed\xb0\x80: text that is not Unicode");
  CHECK(bytes_of(value::make_transferred(0))
        == "data: a transferred port travels only in a message");
  CHECK(bytes_of(value{std::make_shared<const point>()})
        == "data: a Point travels only in a message");
  CHECK(bytes_of(value{std::make_shared<const point>()}, {.scope = wire_scope::message})
        == "data: a Point travels only in a message");
  array named{1};
  named.set("port", detached);
  CHECK(bytes_of(array{named}) == "data[0].port: the buffer was transferred already");
}

TEST_CASE("a live port is refused", "[wire][encoder]") {
  test_context context;
  const auto [port, other] = context.registry().make_channel();
  CHECK(bytes_of(array{port}) == "data[0]: a MessagePort must be in the transfer list");
}

TEST_CASE("a failure leaves the vector as it was", "[wire][encoder]") {
  std::vector<std::byte> bytes(3);
  CHECK(encode(array{std::string(100'000, 'x'), "\xff"}, bytes) == errc::data_clone_error);
  CHECK(bytes.size() == 3);
}

TEST_CASE("the limits of an encoder are exact", "[wire][encoder]") {
  CHECK(bytes_of(nested(3), {.limits = {.depth_max = 3}}) == "01 81 81 81 01");
  CHECK(bytes_of(nested(4), {.limits = {.depth_max = 3}})
        == "data[0][0][0]: nested deeper than 3 levels");
  CHECK(bytes_of("abc", {.limits = {.encoded_bytes_max = 5}}) == "01 63 61 62 63");
  CHECK(bytes_of("abcd", {.limits = {.encoded_bytes_max = 5}})
        == "data: more than 5 bytes on the wire");
  CHECK(bytes_of(std::string(100'000, 'x'), {.limits = {.encoded_bytes_max = 99'999}})
        == "data: more than 99999 bytes on the wire");
  const value part = array{};
  CHECK(bytes_of(array{part, part}, {.limits = {.references_max = 1}})
        == "01 82 d8 1c 80 d8 1d 00");
  CHECK(bytes_of(array{part, part}, {.limits = {.references_max = 0}})
        == "data: 1 parts occur more than once, the limit is 0");
}

TEST_CASE("only what occurs more than once is marked", "[wire][encoder]") {
  const value held_elsewhere = array{1};
  CHECK(bytes_of(array{held_elsewhere}) == "01 81 81 01");
  const value outer = array{held_elsewhere};
  // The inner one occurs once, inside of the outer one.
  CHECK(bytes_of(array{outer, outer}) == "01 82 d8 1c 81 81 01 d8 1d 00");
  // Text has no identity.
  const value text{"twice"};
  CHECK(bytes_of(array{text, text}) == "01 82 65 74 77 69 63 65 65 74 77 69 63 65");
}

TEST_CASE("a buffer is one however many views and values show it", "[wire][encoder]") {
  array_buffer pixels{4};
  const auto image =
    *image_data::make(*array_buffer_view::make(view_kind::uint8_clamped, pixels), 1, 1);
  const value all = array{pixels, image, *array_buffer_view::make(view_kind::uint8, pixels)};
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(all, bytes));
  const auto made = decode(bytes);
  REQUIRE(made);
  CHECK(same(*made, all));
}

TEST_CASE("a platform object's content shares parts with the rest of its message",
          "[wire][encoder]") {
  const value part = array{1};
  const value sent{std::make_shared<const detail::serialized_object>("Point", part)};
  const value all = array{part, sent, sent};
  const wire_options in_message{.scope = wire_scope::message};
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(all, bytes, in_message));
  const auto made = decode(bytes, in_message);
  REQUIRE(made);
  CHECK(shape_of(*made) == shape_of(all));
}

TEST_CASE("a platform object's content may run in a circle, but not through the object",
          "[wire][encoder]") {
  const wire_options in_message{.scope = wire_scope::message};
  // array = [array] inside of a Point, which stands in an array twice.
  auto made = decode(from_hex("01 82 d81c d81b 83 6e 506c6174666f726d4f626a656374 65 506f696e74"
                              " d81c 81 d81d 01 d81d 00"),
                     in_message);
  INFO((made ? "" : made.error().what()));
  REQUIRE(made);
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(*made, bytes, in_message));
  CHECK(to_hex(bytes)
        == "01 82 d8 1c d8 1b 83 6e 50 6c 61 74 66 6f 72 6d 4f 62 6a 65 63 74 65 50 6f 69 6e 74"
           " d8 1c 81 d8 1d 01 d8 1d 00");
  made = decode(from_hex("01 d81c 81 d81b 83 6e 506c6174666f726d4f626a656374 65 506f696e74"
                         " d81d 00"),
                in_message);
  REQUIRE_FALSE(made);
  CHECK(made.error().what().find("a circle through a platform object") != std::string::npos);
}

TEST_CASE("values far deeper than a stack are encoded and decoded", "[wire][encoder]") {
  const wire_options deep{.limits = {.depth_max = 1'000'000}};
  const auto all = nested(1'000'000);
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(all, bytes, deep));
  CHECK(bytes.size() == 1'000'002);
  const auto made = decode(bytes, deep);
  REQUIRE(made);
  CHECK(*made == all);
}

TEST_CASE("one encoder writes many values", "[wire][encoder]") {
  value_encoder encoder;
  const value part = array{1};
  for (int i = 0; i < 3; ++i)
    for (const auto& one : samples()) {
      if (one.scope != wire_scope::value)
        continue;
      std::vector<std::byte> bytes;
      vector_sink sink{bytes};
      REQUIRE_FALSE(encoder.encode(one.content, sink));
      CHECK(to_hex(bytes) == bytes_of(one.content));
      vector_sink failing{bytes};
      CHECK(encoder.encode(array{part, part, "\xff"}, failing) == errc::data_clone_error);
    }
}

TEST_CASE("what occurs twice is one thing behind whatever occurs once", "[wire][encoder]") {
  const value part = array{1};
  const array_buffer buffer{2};
  const value all = array{array{2}, object{{"of", set{part}}}, array{map{{"key", part}}},
                          *array_buffer_view::make(view_kind::uint8, buffer), buffer};
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(all, bytes));
  const auto made = decode(bytes);
  REQUIRE(made);
  CHECK(*made == all);
  const auto& again = (*made)[2].items()[0].entries()[0].second;
  CHECK((*made)[1]["of"].items()[0].identity() == again.identity());
  CHECK((*made)[0].identity() != again.identity());
  const auto* view = (*made)[3].get_if<array_buffer_view>();
  REQUIRE(view != nullptr);
  CHECK(std::get<array_buffer>(view->buffer()).identity() == (*made)[4].identity());
}
