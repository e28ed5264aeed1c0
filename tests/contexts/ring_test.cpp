// Contexts in a ring hand ports round while their peers post numbered messages: on the real
// scheduler, with its threads. Made for the thread sanitizer; a seed makes the traffic, not the
// timing, repeatable.

#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "test_system.hpp"

using namespace hawser;

namespace {

constexpr unsigned ring_size = 6;
constexpr unsigned writers = 8;
constexpr int messages_per_writer = 3'000;

struct totals {
  std::atomic<int> finished{0};
  std::atomic<int> moves{0};
  std::atomic<int> disorder{0};
};

// Reads numbers from the ports it is handed and now and then hands one on, with what it expects
// next.
class member {
public:
  member(browsing_context* self, window_proxy next, unsigned seed, totals& sum)
    : next_(std::move(next)), random_(seed), sum_(sum) {
    self->on_message([this](message_event& ev) {
      if (ev.ports().empty())
        next_ = ev.source(); // The last member closes the ring.
      else
        read(ev.ports()[0], *ev.data().as<int>());
    });
  }

private:
  void read(const message_port& port, int first) {
    const auto stay = std::uniform_int_distribution{1, 200}(random_);
    port.on_message([this, port, expected = first, last = first + stay](message_event& ev) mutable {
      if (ev.data() != expected++)
        ++sum_.disorder;
      if (expected == messages_per_writer)
        ++sum_.finished;
      else if (expected == last && next_) {
        ++sum_.moves;
        next_.post_message(expected, "*", {port});
      }
    });
  }

  window_proxy next_;
  std::minstd_rand random_;
  totals& sum_;
};

// Posts its numbers in bursts of random length; lets others run in between.
void write(browsing_context* self, const window_proxy& reader, unsigned seed) {
  auto [mine, its] = self->make_channel();
  reader.post_message(0, "*", {its});
  auto random = std::make_shared<std::minstd_rand>(seed);
  self->on_message([self, random, mine = mine](message_event& ev) {
    int number = *ev.data().as<int>();
    const int burst = std::uniform_int_distribution{1, 50}(*random);
    for (int i = 0; i < burst && number < messages_per_writer; ++i)
      mine.post_message(number++);
    if (number < messages_per_writer)
      self->window().post_message(number);
    else
      self->close();
  });
  self->window().post_message(0);
}

} // namespace

TEST_CASE("ports go round a ring of contexts while their peers post", "[contexts][ring]") {
  const auto seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  totals sum;
  test::test_system sys;
  std::vector<window_proxy> ring;
  for (unsigned i = 0; i < ring_size; ++i) {
    const auto next = ring.empty() ? window_proxy{} : ring.back();
    const auto first = i + 1 == ring_size ? ring.front() : window_proxy{};
    ring.push_back(
      sys->open("https://ring.example/", [&sum, next, first, seed, i](browsing_context* self) {
        auto state = std::make_shared<member>(self, next, seed * 100 + i, sum);
        self->add_event_listener("message", [state] {}); // Lives as long as the listeners.
        if (first)
          first.post_message("I come after you", "*");
      }));
  }
  for (unsigned i = 0; i < writers; ++i)
    sys->open("https://writer.example/",
              [&, seed, reader = ring[i % ring_size], i](browsing_context* self) {
                write(self, reader, seed * 1000 + i);
              });
  const auto deadline = std::chrono::steady_clock::now() + test::patience;
  while (sum.finished < int{writers} && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  CHECK(sum.finished == int{writers});
  CHECK(sum.disorder == 0);
  CHECK(sum.moves > 0);
}
