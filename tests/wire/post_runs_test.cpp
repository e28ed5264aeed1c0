// Runs of posts, as an end that moves to another node brings them.

#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "routing/post_runs.hpp"

using namespace hawser;
using detail::append_run;

namespace {

using runs = std::vector<flow_tally>;

runs of(const runs& posts) {
  runs made;
  for (const auto& each : posts)
    append_run(made, each);
  return made;
}

} // namespace

TEST_CASE("posts of one size in a row are one run", "[frame][runs]") {
  CHECK(of({{1, 10}, {1, 10}, {3, 30}}) == runs{{5, 50}});
  CHECK(of({{1, 0}, {2, 0}}) == runs{{3, 0}});
  CHECK(of({{1, 10}, {1, 11}, {1, 10}}) == runs{{1, 10}, {1, 11}, {1, 10}});
  CHECK(of({{1, 10}, {0, 0}, {1, 10}}) == runs{{2, 20}});
  CHECK(of({{2, 3}, {2, 3}}) == runs{{2, 3}, {2, 3}}); // Of two sizes each.
}

TEST_CASE("runs of different sizes stay apart whatever another node claims", "[frame][runs]") {
  constexpr auto many = std::uint64_t{1} << 60;
  CHECK(of({{many, 0}, {16, 16}}) == runs{{many, 0}, {16, 16}}); // 16 times 2^60 is 0 in 64 bits.
  CHECK(of({{many, many}, {1, 17}}) == runs{{many, many}, {1, 17}});
}
