// Structs of the application over the wire.

#include <catch2/catch_test_macros.hpp>

#include "hawser/payload.hpp"
#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace pier {

struct rope {
  std::string colour = "white";
  double metres = 0;

  friend bool operator==(const rope&, const rope&) = default;
};
HAWSER_PAYLOAD(rope, colour, metres)

struct mooring {
  int berth = 0;
  std::vector<rope> ropes;
  std::optional<std::string> note;

  friend bool operator==(const mooring&, const mooring&) = default;
};
HAWSER_PAYLOAD_AS("pier.mooring", mooring, berth, ropes, note)

} // namespace pier

namespace hawser {
namespace {

using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

result<value> over_the_wire(const value& from) {
  std::vector<std::byte> bytes;
  const auto err = encode(from, bytes);
  REQUIRE_FALSE(err);
  return decode(bytes);
}

TEST_CASE("a struct is decoded where it is asked for", "[wire][payload]") {
  const pier::mooring from{3, {{"red", 12.5}, {}}, "north"};
  const auto arrived = over_the_wire(array{from, object{{"again", from}}});
  REQUIRE(arrived);
  REQUIRE((*arrived)[0].get_if<pier::mooring>() != nullptr);
  CHECK(*(*arrived)[0].get_if<pier::mooring>() == from);
  CHECK((*arrived)[1]["again"].as<pier::mooring>() == from);
  CHECK((*arrived)[0]["ropes"][0].get_if<pier::rope>()->colour == "red");
  CHECK((*arrived)[0]["ropes"][0]["metres"] == 12.5);
  CHECK(*arrived == array{from, object{{"again", from}}});
}

TEST_CASE("a struct that occurs twice stays one", "[wire][payload]") {
  const value once{pier::rope{"blue", 1}};
  const auto arrived = over_the_wire(array{once, once});
  REQUIRE(arrived);
  CHECK((*arrived)[0].identity() == (*arrived)[1].identity());
  CHECK(*arrived == array{once, once});
}

TEST_CASE("what came over a wire is checked where it is delivered", "[wire][payload]") {
  test_context context;
  auto [port1, port2] = context->make_channel();
  inbox at{port2};
  const auto good = over_the_wire(pier::rope{"red", 2});
  const auto stranger =
    over_the_wire(detail::make_foreign_record("pier.mooring", object{{"berth", "the third"}}));
  REQUIRE(good);
  REQUIRE(stranger);
  port1.post_message(*good);
  port1.post_message(array{*stranger});
  settle(context);
  CHECK(at.seen == trace{"rope { colour: 'red', metres: 2 }", "messageerror"});
  REQUIRE(context.undecodable.size() == 1);
  CHECK(context.undecodable[0].find("pier.mooring.berth: found string, expected an integer")
        != std::string::npos);
}

} // namespace
} // namespace hawser
