// Large frames and small ones on one link.

#include <map>
#include <random>

#include <catch2/catch_test_macros.hpp>

#include "hawser/link.hpp"
#include "link_pair.hpp"

namespace hawser::test {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

std::vector<std::uint64_t> numbers(const std::vector<frame>& from) {
  std::vector<std::uint64_t> all;
  for (const auto& each : from)
    all.push_back(number_of(each));
  return all;
}

using order = std::vector<std::uint64_t>;

TEST_CASE("small frames of other channels pass a large one", "[link][lanes]") {
  link_pair both;
  both.carry();
  both.a.line.send(numbered(10, 20, 1, mebibyte));
  both.b.feed(both.a.output(1));
  both.a.line.send(numbered(11, 21, 2, 10));
  both.b.feed(both.a.output(1));
  both.b.feed(both.a.output(1));
  CHECK(numbers(both.b.frames) == order{2});
  both.carry();
  CHECK(numbers(both.b.frames) == order{2, 1});
}

TEST_CASE("nothing of the same channel passes a large frame", "[link][lanes]") {
  link_pair both;
  both.carry();
  both.a.line.send(numbered(10, 20, 1, mebibyte));
  both.a.line.send(numbered(10, 20, 2, 10));
  both.a.line.send(with_port(numbered(10, 20, 3, 10), 40));
  both.a.line.send(numbered(41, 40, 4, 10)); // To the end that the third one brings.
  both.a.line.send(numbered(12, 22, 5, 10));
  both.carry();
  CHECK(numbers(both.b.frames) == order{5, 1, 2, 3, 4});
}

TEST_CASE("a large frame passes nothing of its own channel", "[link][lanes]") {
  link_pair both;
  both.carry();
  for (std::uint64_t i = 0; i < 20; ++i)
    both.a.line.send(numbered(10, 20, i, 60000)); // A batch each.
  both.a.line.send(numbered(10, 20, 20, 100000)); // Two pieces.
  both.carry();
  order expected;
  for (std::uint64_t i = 0; i <= 20; ++i)
    expected.push_back(i);
  CHECK(numbers(both.b.frames) == expected);
}

TEST_CASE("large frames take turns, and neither they nor small ones starve", "[link][lanes]") {
  link_pair both;
  both.carry();
  both.a.line.send(numbered(10, 20, 1, 4 * mebibyte));
  both.a.line.send(numbered(11, 21, 2, mebibyte));
  for (std::uint64_t i = 0; i < 100; ++i)
    both.a.line.send(numbered(12, 22, 100 + i, 60000));
  both.carry();
  REQUIRE(both.b.frames.size() == 102);
  CHECK(number_of(both.b.frames.front()) == 100);
  const auto at = [&](std::uint64_t number) {
    return std::ranges::find(both.b.frames, number, number_of) - both.b.frames.begin();
  };
  CHECK(at(2) < at(1)); // The shorter one is there first,
  CHECK(at(2) < at(199));
  CHECK(at(199) - at(1) > 10); // and the longer one before all that was sent after it.
}

TEST_CASE("more large frames than may be in pieces at a time wait", "[link][lanes]") {
  link_limits bounds;
  bounds.pieces_at_once_max = 2;
  link_pair both{bounds};
  both.carry();
  order expected;
  for (std::uint64_t i = 0; i < 10; ++i) {
    both.a.line.send(numbered(10 + i, 20 + i, i, 200000));
    expected.push_back(i);
  }
  both.carry();
  auto arrived = numbers(both.b.frames);
  std::ranges::sort(arrived);
  CHECK(arrived == expected);
  CHECK(both.b.line.open());
}

// Whatever is sent: of one waypoint all comes in order, and an end before what is for it.
TEST_CASE("lanes keep the order that routing needs, whatever is sent", "[link][lanes]") {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    std::mt19937 random{seed};
    const auto below = [&random](std::uint64_t bound) { return random() % bound; };
    link_limits bounds;
    bounds.piece_bytes_max = 1000;
    bounds.pieces_at_once_max = 1 + below(6);
    link_pair both{bounds};
    both.carry();
    std::map<std::uint64_t, std::uint64_t> carrier_of; // the ends that were brought, by whom
    std::uint64_t ends = 1000;
    for (std::uint64_t number = 0; number < 60; ++number) {
      const bool to_new = !carrier_of.empty() && below(2) == 0;
      const auto target = to_new ? 1001 + below(ends - 1000) : 20 + below(3);
      auto next = numbered(1 + below(4), target, number, below(2) == 0 ? 1000 + below(6000) : 10);
      if (below(4) == 0) {
        next = with_port(std::move(next), ++ends);
        carrier_of[ends] = number;
      }
      both.a.line.send(next);
      if (below(5) == 0)
        both.b.feed(both.a.output(1));
    }
    both.carry();
    INFO("seed " << seed);
    REQUIRE(both.b.frames.size() == 60);
    std::map<std::uint64_t, std::uint64_t> last;
    std::map<std::uint64_t, bool> there;
    for (const auto& each : both.b.frames) {
      const auto& routed = std::get<routed_frame>(each);
      auto& before = last[routed.origin.high];
      REQUIRE(before <= number_of(each));
      before = number_of(each);
      if (carrier_of.contains(routed.target.high))
        REQUIRE(there[carrier_of[routed.target.high]]);
      there[number_of(each)] = true;
    }
  }
}

} // namespace
} // namespace hawser::test
