// Ports that another node brings with posts that cannot be.

#include <catch2/catch_test_macros.hpp>

#include "scenario.hpp"

namespace hawser::simulation {
namespace {

// How many ends node 0 has after a foe has brought it one with such posts.
std::size_t taken_with(const std::vector<flow_tally>& open_posts) {
  scenario s{3};
  outlaw foe{s.w, 2, outlaw::form::holder};
  foe.turn_bad();
  port_descriptor port;
  port.id = {7, 7};
  port.epoch = 1;
  port.predecessor = {8, 8};
  port.sent = {10, 0};
  port.open_posts = open_posts;
  const auto target = s.w.at(0).routes->publish(s.w.page(0).scope->registry().window());
  frame_message carrier;
  carrier.data = encoded_data::unencodable("a test");
  carrier.ports = {port};
  s.w.inject(2, 0, window_frame{target, {"null", {}, {}, ""}, carrier});
  s.pass_all(2, 0);
  return s.at(0).size();
}

constexpr auto many = (std::uint64_t{1} << 62) - 1;

TEST_CASE("a port comes with no more open posts than it has sent", "[routing][S66]") {
  CHECK(taken_with({}) == 1);
  CHECK(taken_with({{4, 40}, {6, 0}}) == 1);
  CHECK(taken_with({{4, 40}, {7, 0}}) == 0);
  CHECK(taken_with({{0, 0}}) == 0);
  CHECK(taken_with({{many, 0}, {many, 0}, {many, 0}, {many, 0}, {5, 0}}) == 0); // 1 in 64 bits.
  CHECK(taken_with({{1, many}, {1, many}, {1, many}, {1, many}, {1, 5}}) == 0);
}

} // namespace
} // namespace hawser::simulation
