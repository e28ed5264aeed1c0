#include <limits>

#include <catch2/catch_test_macros.hpp>

#include "hawser/big_integer.hpp"
#include "printing.hpp"

namespace hawser {
namespace {

constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();
constexpr auto int64_min = std::numeric_limits<std::int64_t>::min();
constexpr auto uint64_max = std::numeric_limits<std::uint64_t>::max();

std::string reparsed(std::string_view text) {
  return to_string(*big_integer::parse(text));
}

TEST_CASE("an integer of any size prints as it was parsed", "[big_integer]") {
  for (const std::string text :
       {"0", "7", "-7", "4294967295", "4294967296", "1000000000", "999999999",
        "18446744073709551616", "-340282366920938463463374607431768211456",
        "100000000000000000000000000000000000000000000000000000000000000000001"})
    CHECK(reparsed(text) == text);
}

TEST_CASE("signs, leading zeros and hexadecimal digits are understood", "[big_integer]") {
  CHECK(reparsed("+12") == "12");
  CHECK(reparsed("-0") == "0");
  CHECK(reparsed("000123") == "123");
  CHECK(reparsed("0xff") == "255");
  CHECK(reparsed("-0XfF") == "-255");
  CHECK(reparsed("0x10000000000000000") == "18446744073709551616");
  CHECK_FALSE(big_integer::parse("-0")->negative());
}

TEST_CASE("what is no integer is refused with the text and the culprit", "[big_integer]") {
  for (const std::string_view text : {"", "-", "+", "0x", "12a", "1.5", " 1", "1 ", "--1", "0xg"}) {
    const auto parsed = big_integer::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error() == errc::syntax_error);
  }
  CHECK(big_integer::parse("").error().what() == "'' is not an integer");
  CHECK(big_integer::parse("12a").error().what() == "'12a' is not an integer: 'a' is no digit");
}

TEST_CASE("the edges of 64 bits convert both ways", "[big_integer]") {
  CHECK(big_integer{int64_max}.to_int64() == int64_max);
  CHECK(big_integer{int64_min}.to_int64() == int64_min);
  CHECK(to_string(big_integer{int64_min}) == "-9223372036854775808");
  CHECK_FALSE(big_integer::parse("9223372036854775808")->to_int64());
  CHECK_FALSE(big_integer::parse("-9223372036854775809")->to_int64());
  CHECK(big_integer::from_unsigned(uint64_max).to_uint64() == uint64_max);
  CHECK_FALSE(big_integer::from_unsigned(uint64_max).to_int64());
  CHECK_FALSE(big_integer::parse("18446744073709551616")->to_uint64());
  CHECK_FALSE(big_integer{-1}.to_uint64());
  CHECK(big_integer{}.to_int64() == 0);
  CHECK(big_integer{}.to_uint64() == 0U);
  CHECK(big_integer{}.magnitude().empty());
}

TEST_CASE("integers compare by number, not by digits", "[big_integer]") {
  const auto number = [](std::string_view text) { return *big_integer::parse(text); };
  CHECK(number("-5") < number("3"));
  CHECK(number("-5") < number("-3"));
  CHECK(number("3") < number("18446744073709551616"));
  CHECK(number("-18446744073709551616") < number("3"));
  CHECK(number("4294967296") > number("4294967295"));
  CHECK(number("8589934592") > number("4294967299"));
  CHECK((number("12") <=> number("0xc")) == std::strong_ordering::equal);
  CHECK(number("12") == big_integer{12});
  CHECK(number("12") != number("-12"));
}

} // namespace
} // namespace hawser
