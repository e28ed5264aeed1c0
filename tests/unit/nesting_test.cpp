// Contexts that end while ports wait inside messages inside the queues of ports, ten thousand deep.

#include <ctime>
#include <limits>
#include <optional>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "hawser/event.hpp"
#include "printing.hpp"
#include "test_context.hpp"
#include "threads.hpp"

namespace hawser {
namespace {

using test::connect;
using test::settle;
using test::test_context;

constexpr std::size_t small_stack = std::size_t{128} << 10;

enum class built { inside_out, outside_in };

// A victim that owns `owned` ports. In the queue of the first waits a message with a port, in whose
// queue waits a message with a port, and so on; each of the others has one such message.
class nest {
public:
  nest(std::size_t owned, std::size_t depth, built how) {
    for (std::size_t i = 0; i < owned; ++i) {
      const auto made = connect(page_, *victim_);
      watch(made.port1);
      victims_.push_back(made.port2);
      if (i > 0)
        post(made.port1, fresh());
    }
    if (how == built::inside_out)
      build_inside_out(depth);
    else
      build_outside_in(depth);
  }

  test_context& page() noexcept { return page_; }

  test_context& victim() noexcept { return *victim_; }

  void destroy_victim() { victim_.reset(); }

  // How often each peer has heard `close`.
  const std::vector<int>& heard() const noexcept { return heard_; }

  std::uint64_t undelivered() const noexcept { return undelivered_; }

private:
  void watch(const message_port& peer) {
    const auto place = heard_.size();
    heard_.push_back(0);
    peers_.push_back(peer);
    peer.on_close([this, place](close_event& ev) {
      ++heard_[place];
      undelivered_ += ev.undelivered().value_or(0);
    });
  }

  // The travelling half of a new channel.
  message_port fresh() {
    const auto made = page_->make_channel();
    watch(made.port1);
    return made.port2;
  }

  static void post(const message_port& through, const message_port& port) {
    REQUIRE_FALSE(through.post_message(nullptr, {port}));
  }

  void build_inside_out(std::size_t depth) {
    auto inner = fresh();
    for (std::size_t i = 1; i < depth; ++i) {
      auto around = fresh();
      post(peers_.back(), inner);
      inner = around;
    }
    post(peers_.front(), inner);
  }

  void build_outside_in(std::size_t depth) {
    auto through = peers_.front();
    for (std::size_t i = 0; i < depth; ++i) {
      post(through, fresh());
      through = peers_.back();
    }
  }

  test_context page_{"page"};
  std::optional<test_context> victim_{std::in_place, "victim"};
  std::vector<message_port> victims_;
  std::vector<message_port> peers_;
  std::vector<int> heard_;
  std::uint64_t undelivered_ = 0;
};

TEST_CASE("a killed context closes ten thousand ports and those in messages ten thousand deep",
          "[close][nesting]") {
  constexpr std::size_t owned = 10'000;
  constexpr std::size_t depth = 10'000;
  nest all{owned, depth, GENERATE(built::inside_out, built::outside_in)};
  SECTION("it is killed") {
    test::run_on_small_stack(small_stack,
                             [&] { all.victim()->close(close_reason::context_crashed); });
  }
  SECTION("it is destroyed") {
    test::run_on_small_stack(small_stack, [&] { all.destroy_victim(); });
  }
  settle(all.page());
  CHECK(all.heard() == std::vector<int>(owned + (owned - 1) + depth, 1));
  // Each of the owned ports held one message, and all but the innermost of the nested ones.
  CHECK(all.undelivered() == owned + depth - 1);
}

// Not a measurement: twenty times as much must not take four hundred times as long. Of the
// processor's time: others may use it, too.
TEST_CASE("closing nested ports takes time in proportion to their number", "[close][nesting]") {
  const auto how = GENERATE(built::inside_out, built::outside_in);
  const auto seconds_for = [how](std::size_t depth) {
    auto best = std::numeric_limits<std::clock_t>::max();
    for (int attempt = 0; attempt < 5; ++attempt) {
      const auto start = std::clock();
      nest all{1, depth, how};
      all.victim()->close(close_reason::context_crashed);
      settle(all.page());
      best = std::min(best, std::clock() - start);
    }
    return static_cast<double>(best) / CLOCKS_PER_SEC;
  };
  const auto few = seconds_for(1'000);
  const auto many = seconds_for(20'000);
  INFO(few << " s for 1,000, " << many << " s for 20,000");
  CHECK(many < few * 20 * 8);
}

} // namespace
} // namespace hawser
