// Broadcast channels under threads: exactly once for every receiver, in the order of each sender.

#include <memory>
#include <random>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "threads.hpp"

namespace hawser {
namespace {

using test::doorbell;
using test::test_context;

constexpr int stations = 6;
constexpr int channels_per_station = 3;
constexpr int messages_per_station = 5'000;

// What the stations share. One that finds trouble sends all of them home.
struct network {
  std::shared_ptr<broadcast_hub> hub = std::make_shared<broadcast_hub>();
  std::vector<std::shared_ptr<doorbell>> bells;
  std::atomic<bool> failed{false};

  void fail() {
    failed = true;
    for (const auto& bell : bells)
      bell->ring();
  }
};

// A context that posts numbered messages from inside its turns and checks what the others post.
// Used by the thread that runs it, and by the test before and after.
class station {
public:
  station(int number, network& all)
    : number_(number), all_(all), context_("station", *origin::parse("https://one.example")) {
    context_->share_broadcasts(all.hub);
    context_.waker().attach(bell_);
    all.bells.push_back(bell_);
    for (int i = 0; i < channels_per_station; ++i) {
      channels_.push_back(context_->make_broadcast_channel("news"));
      channels_.back().on_message([this, i](message_event& ev) { hear(i, ev.data()); });
    }
  }

  // Posts all, letting turns run in between, and goes on until everything has arrived.
  void run() {
    std::minstd_rand random{static_cast<unsigned>(number_) + 1};
    int next = 0;
    while (!all_.failed && (next < messages_per_station || !complete())) {
      for (auto burst = random() % 8; burst > 0 && next < messages_per_station; --burst, ++next) {
        const int by = next % channels_per_station;
        if (channels_[by].post_message(array{number_, next, by}))
          fail("a post was refused");
      }
      if (next == messages_per_station)
        bell_->wait();
      if (random() % 64 == 0) // Joins and leaves of others must not disturb.
        context_->make_broadcast_channel(random() % 2 == 0 ? "news" : "talk").close();
      while (context_.step(random() % 16 + 1)) {}
    }
  }

  const std::string& trouble() const noexcept { return trouble_; }

  std::uint64_t heard() const noexcept { return heard_; }

private:
  void fail(const std::string& what) {
    trouble_ = what;
    all_.fail();
  }

  // Each channel hears every message of other stations, and those of its own station that the other
  // channels posted. All of it in order, and one channel after the other.
  void hear(int channel, const value& data) {
    const auto sender = *data[0].as<int>();
    const auto message = *data[1].as<int>();
    const auto by = *data[2].as<int>();
    auto& expected = next_[channel][sender];
    if (sender == number_ && expected % channels_per_station == channel)
      ++expected; // Its own.
    if (message != expected++)
      fail("station " + std::to_string(number_) + " channel " + std::to_string(channel) + " got "
           + std::to_string(message) + " of " + std::to_string(sender) + ", not "
           + std::to_string(expected - 1));
    const bool starts = channel == (sender == number_ && by == 0 ? 1 : 0);
    if (!starts && (last_sender_ != sender || last_message_ != message))
      fail("another message came between two channels of one");
    last_sender_ = sender;
    last_message_ = message;
    ++heard_;
  }

  bool complete() const {
    constexpr std::uint64_t all =
      std::uint64_t{stations - 1} * messages_per_station * channels_per_station
      + std::uint64_t{messages_per_station} * (channels_per_station - 1);
    return heard_ >= all;
  }

  const int number_;
  network& all_;
  std::shared_ptr<doorbell> bell_ = std::make_shared<doorbell>();
  test_context context_;
  std::vector<broadcast_channel> channels_;
  int next_[channels_per_station][stations] = {};
  int last_sender_ = -1;
  int last_message_ = -1;
  std::uint64_t heard_ = 0;
  std::string trouble_;
};

TEST_CASE("many contexts broadcast at once and each hears everything once, in order", "[stress]") {
  network shared;
  std::vector<std::unique_ptr<station>> all;
  all.reserve(stations);
  for (int i = 0; i < stations; ++i)
    all.push_back(std::make_unique<station>(i, shared));
  {
    std::vector<std::jthread> threads;
    threads.reserve(stations);
    for (const auto& each : all)
      threads.emplace_back([&each] { each->run(); });
  }
  for (const auto& each : all) {
    INFO(each->trouble());
    CHECK(each->trouble().empty());
    CHECK(each->heard()
          == std::uint64_t{stations - 1} * messages_per_station * channels_per_station
               + std::uint64_t{messages_per_station} * (channels_per_station - 1));
  }
  CHECK(shared.hub->names() == 1);
  all.clear();
  CHECK(shared.hub->names() == 0);
}

TEST_CASE("contexts that come and go hear a gap-free part of each sender's messages", "[stress]") {
  constexpr std::uint64_t rounds = 300;
  const auto hub = std::make_shared<broadcast_hub>();
  const auto one = *origin::parse("https://one.example");
  std::atomic<bool> done{false};
  std::vector<std::jthread> senders;
  senders.reserve(2);
  for (int sender = 0; sender < 2; ++sender)
    senders.emplace_back([&, sender] {
      test_context context{"sender", one};
      context->share_broadcasts(hub);
      const auto news = context->make_broadcast_channel("news");
      for (int i = 0; !done; ++i) {
        news.post_message(array{sender, i});
        if (i % 64 == 0)
          std::this_thread::yield();
      }
    });
  std::uint64_t heard = 0;
  std::string trouble;
  for (std::uint64_t round = 0; round < rounds && trouble.empty(); ++round) {
    const auto bell = std::make_shared<doorbell>();
    test_context visitor{"visitor", one};
    visitor->share_broadcasts(hub);
    visitor.waker().attach(bell);
    const auto news = visitor->make_broadcast_channel("news");
    int last[2] = {-1, -1};
    std::uint64_t events = 0;
    news.on_message([&](message_event& ev) {
      auto& before = last[*ev.data()[0].as<int>()];
      const auto number = *ev.data()[1].as<int>();
      if (before >= 0 && number != before + 1)
        trouble = "a message was lost, repeated or reordered";
      before = number;
      if (++events == 20 + round % 7)
        news.close();
    });
    while (!news.closed()) {
      bell->wait();
      while (visitor.step(5)) {}
    }
    heard += events;
    if (round % 2 == 0)
      visitor->close(close_reason::context_crashed);
  }
  done = true;
  senders.clear();
  INFO(trouble);
  CHECK(trouble.empty());
  CHECK(heard >= rounds * 20);
  CHECK(hub->names() == 0);
}

} // namespace
} // namespace hawser
