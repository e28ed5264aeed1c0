// Random frames with numbers of all sizes, there and back.

#include <bit>
#include <limits>
#include <random>

#include <catch2/catch_test_macros.hpp>

#include "frame_samples.hpp"
#include "hawser/frame_codec.hpp"
#include "printing.hpp"
#include "samples.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

class generator {
public:
  explicit generator(std::uint64_t seed) : random_(seed) {}

  frame make() {
    if (below(8) == 0) {
      window_facts facts{text(), {}, {}, text()};
      if (below(2) == 0)
        facts.target_origin = text();
      if (below(2) == 0)
        facts.source = draw<window_id>(random_);
      return window_frame{id<window_id>(), std::move(facts), message()};
    }
    if (below(16) == 0)
      return window_watch_frame{id<window_id>()};
    if (below(16) == 0)
      return window_closed_frame{id<window_id>()};
    return routed_frame{id<waypoint_id>(), id<waypoint_id>(), what()};
  }

private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  // Every length a number can have, and the edges between them.
  std::uint64_t number() {
    if (below(4) == 0)
      return std::numeric_limits<std::uint64_t>::max() - below(3);
    const auto some = random_() >> below(64);
    switch (below(4)) {
      case 0:
        return std::bit_floor(some);
      case 1:
        return std::bit_floor(some) - 1;
      default:
        return some;
    }
  }

  std::uint32_t hops() { return static_cast<std::uint32_t>(number()); }
  close_reason reason() { return static_cast<close_reason>(below(10)); }
  flow_tally tally() { return {number(), number()}; }

  template <class Id>
  Id id() {
    return below(10) == 0 ? Id{} : Id{number(), number()};
  }

  link_address address() { return {id<node_id>(), id<waypoint_id>()}; }

  std::string text() {
    std::string made;
    for (auto letters = below(below(10) == 0 ? 900 : 20); letters > 0; --letters)
      made += below(5) == 0 ? "\xf0\x9f\x9a\xa2" : std::string(1, static_cast<char>(below(128)));
    return made;
  }

  frame_message message() {
    encoded_data data;
    if (below(5) == 0) {
      data = encoded_data::unencodable("!" + text());
    } else {
      std::vector<std::byte> bytes(below(below(10) == 0 ? 3000 : 40));
      for (auto& each : bytes)
        each = static_cast<std::byte>(random_());
      data = encoded_data::copy_of(bytes);
    }
    frame_message made{std::move(data), {}, number(), hops()};
    if (below(3) == 0)
      for (auto ports = below(8); ports > 0; --ports)
        made.ports.push_back(below(5) == 0 ? port_descriptor{} : port());
    return made;
  }

  run_frame run() {
    run_frame made{number(), {}};
    for (auto messages = 1 + below(below(10) == 0 ? 300 : 5); messages > 0; --messages) {
      std::vector<std::byte> bytes(2 + below(below(10) == 0 ? 1000 : 40));
      for (auto& each : bytes)
        each = static_cast<std::byte>(random_());
      made.messages.push_back({encoded_data::copy_of(bytes), number(), hops()});
    }
    return made;
  }

  port_descriptor port() {
    port_descriptor made;
    made.id = draw<waypoint_id>(random_);
    made.channel = id<channel_id>();
    made.side = static_cast<std::uint8_t>(below(2));
    made.epoch = number();
    made.peer_epoch = number();
    made.predecessor = id<waypoint_id>();
    made.direct = below(2) == 0;
    for (auto* each :
         {&made.sent, &made.allowed, &made.taken, &made.unread, &made.granted, &made.outbox})
      *each = tally();
    for (auto runs = below(6); runs > 0; --runs)
      made.open_posts.push_back(tally());
    return made;
  }

  waypoint_frame what() {
    switch (below(12)) {
      case 0:
        return data_frame{number(), message()};
      case 1: {
        fin_frame made{number(), reason(), {}, hops()};
        if (below(2) == 0)
          made.taken = number();
        return made;
      }
      case 2:
        return outbox_frame{message()};
      case 3:
        return end_frame{number(), number(), address(), number(), number()};
      case 4:
        return announce_frame{address(), number(), id<bind_key>(), text(), hops()};
      case 5:
        return bind_frame{id<bind_key>(), number(), number(), id<bind_key>()};
      case 6:
        return start_frame{number(), number()};
      case 7:
        return decline_frame{};
      case 8:
        return credit_frame{number(), tally(), hops()};
      case 9:
        return broken_frame{reason()};
      case 10:
        return run();
      default:
        return gone_frame{};
    }
  }

  std::mt19937_64 random_;
};

} // namespace

TEST_CASE("random frames come back as they went", "[wire][frame][random]") {
  std::vector<std::byte> bytes;
  for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
    const auto sent = generator{seed}.make();
    bytes.clear();
    encode(sent, bytes);
    const auto received = decode_frame(bytes);
    INFO("seed " << seed << ": " << to_string(sent));
    INFO((received ? "" : received.error().what()));
    REQUIRE(received);
    REQUIRE(all_of(*received) == all_of(sent));
    std::vector<std::byte> again;
    encode(*received, again);
    REQUIRE(again == bytes);
  }
}
