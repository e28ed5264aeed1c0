#include "settled_route.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <hawser/hawser.hpp>

#include "workload.hpp"

namespace bench {
namespace {

constexpr std::uint64_t posts_per_move = 10;

struct place {
  explicit place(const std::string& name) : node(system, {name}) {
    const auto port = node.listen("127.0.0.1", 0);
    if (!port)
      fail(port.error().what());
    url = "hawser://127.0.0.1:" + std::to_string(*port) + "/runner";
  }

  hawser::system system;
  hawser::node node;
  std::string url;
};

// Takes some messages, in their order, and hands the port on together with how often it has yet to
// move.
void run_with(hawser::browsing_context* self, const hawser::window_proxy& next,
              std::promise<void>& arrived) {
  self->on_message([next, &arrived](hawser::message_event& ev) {
    const auto moves = ev.data()[0].as<std::uint64_t>().value_or(0);
    const auto number =
      std::make_shared<std::uint64_t>(ev.data()[1].as<std::uint64_t>().value_or(0));
    const auto port = ev.ports().at(0);
    port.on_message([=, &arrived](hawser::message_event& said) {
      if (said.data().as<std::uint64_t>() != (*number)++)
        fail("a message arrived out of order");
      if (*number % posts_per_move != 0)
        return;
      if (moves == 0)
        arrived.set_value();
      else if (next.post_message(hawser::array{moves - 1, *number}, "*", {port}))
        fail("a port could not be handed on");
    });
  });
}

std::uint64_t longest_way(const std::vector<place*>& places) {
  std::map<hawser::waypoint_id, hawser::waypoint_snapshot> all;
  for (auto* each : places)
    for (auto& seen : each->node.waypoints())
      all.emplace(seen.id, std::move(seen));
  std::uint64_t longest = 0;
  for (const auto& [id, from] : all) {
    if (from.successor || !from.out)
      continue;
    std::uint64_t hops = 1;
    for (auto at = all.find(from.out->waypoint);
         at != all.end() && at->second.successor && hops <= all.size();
         at = all.find(at->second.successor->waypoint))
      ++hops;
    longest = std::max(longest, hops);
  }
  return longest;
}

} // namespace

double hops_after(std::uint64_t moves) {
  place home{"home"};
  std::array<place, 3> track{place{"one"}, place{"two"}, place{"three"}};
  std::promise<void> done;
  auto arrived = done.get_future();
  for (std::size_t i = 0; i < track.size(); ++i) {
    auto& own = track[i];
    const auto next = own.node.open(track[(i + 1) % track.size()].url);
    own.node.publish("runner", own.system.open("hawser://" + own.node.name(),
                                               [next, &done](hawser::browsing_context* self) {
                                                 run_with(self, next, done);
                                               }));
  }
  const auto first = home.node.open(track[0].url);
  home.system.open("hawser://home", [first, moves](hawser::browsing_context* self) {
    const auto [mine, theirs] = self->make_channel();
    if (first.post_message(hawser::array{moves, 0}, "*", {theirs}))
      fail("a port could not be handed on");
    for (std::uint64_t i = 0; i < (moves + 1) * posts_per_move; ++i)
      if (const auto err = mine.post_message(i))
        fail(err.what());
    mine.on_message([](hawser::message_event&) {}); // Stays open.
  });
  if (arrived.wait_for(std::chrono::minutes{1}) != std::future_status::ready)
    fail("a port did not come to the end of its way");
  const std::vector<place*> places{&home, &track[0], &track[1], &track[2]};
  auto hops = longest_way(places);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (hops != 1 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
    hops = longest_way(places);
  }
  for (auto* each : places)
    each->system.close_all();
  return static_cast<double>(hops);
}

} // namespace bench
