// Memory of values under threads: what one thread has made another destroys, and both take turns in
// ending, so that memory goes from thread to thread.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "hawser/detail/node_memory.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#  define HAWSER_SANITIZED 1
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#    define HAWSER_SANITIZED 1
#  endif
#endif
#ifndef HAWSER_SANITIZED
#  define HAWSER_SANITIZED 0
#endif

namespace hawser {
namespace {

struct loan {
  unsigned char* room;
  std::size_t bytes;
  unsigned char mark;
};

// Where threads leave what others will give back.
class market {
public:
  void leave(const loan& what) {
    const std::scoped_lock guard{lock_};
    waiting_.push_back(what);
  }

  bool take(loan& what) {
    const std::scoped_lock guard{lock_};
    if (waiting_.empty())
      return false;
    what = waiting_.front();
    waiting_.pop_front();
    return true;
  }

private:
  std::mutex lock_;
  std::deque<loan> waiting_;
};

loan borrow(std::size_t bytes, unsigned char mark) {
  auto* room = static_cast<unsigned char*>(detail::allocate_node(bytes));
  std::memset(room, mark, bytes);
  return {room, bytes, mark};
}

// Nobody else was given the same room meanwhile.
bool give_back(const loan& what) {
  bool whole = true;
  for (std::size_t i = 0; i < what.bytes; ++i)
    whole = whole && what.room[i] == what.mark;
  detail::free_node(what.room, what.bytes);
  return whole;
}

} // namespace

TEST_CASE("memory of nodes is nobody else's while it is used, whoever gives it back",
          "[stress][values]") {
  constexpr unsigned lives = 12;
  constexpr int loans_per_life = 40'000;
  market open;
  std::atomic<int> broken{0};
  const auto live = [&](unsigned seed) {
    std::minstd_rand random{seed};
    // Nearly all are of a few sizes, as in a program; some are larger than any that is kept.
    constexpr std::array<std::size_t, 7> common = {33, 48, 56, 64, 240, 256, 400};
    for (int i = 0; i < loans_per_life; ++i) {
      const auto bytes = random() % 16 == 0 ? 1 + random() % 360 : common[random() % common.size()];
      open.leave(borrow(bytes, static_cast<unsigned char>(random())));
      // In long runs, so that some threads only borrow for a while and others only give back.
      loan one{};
      const int returned = (i / 5000 + static_cast<int>(seed)) % 2 == 0 ? 0 : 2;
      for (int j = 0; j < returned && open.take(one); ++j)
        broken += give_back(one) ? 0 : 1;
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < lives; ++i) {
    if (threads.size() == 4)
      threads.erase(threads.begin()); // Waits for the oldest.
    threads.emplace_back(live, i + 1);
  }
  threads.clear();
  for (loan one{}; open.take(one);)
    broken += give_back(one) ? 0 : 1;
  CHECK(broken == 0);
}

TEST_CASE("a thread that ends leaves its free memory to others", "[stress][values]") {
  constexpr std::size_t bytes = 384; // Of which this program needs no other.
  constexpr int blocks = 64;
  const auto borrowed = [&] {
    std::set<void*> made;
    for (int i = 0; i < blocks; ++i)
      made.insert(detail::allocate_node(bytes));
    return made;
  };
  const auto give_all_back = [&](const std::set<void*>& rooms) {
    for (auto* each : rooms)
      detail::free_node(each, bytes);
  };
  std::set<void*> first;
  std::jthread{[&] { give_all_back(first = borrowed()); }}.join();
  std::set<void*> second;
  std::jthread{[&] { give_all_back(second = borrowed()); }}.join();
#if HAWSER_SANITIZED
  SUCCEED("under a sanitizer nothing is kept");
#else
  CHECK(first.size() == blocks);
  CHECK(std::ranges::count_if(second, [&](void* each) { return first.contains(each); }) > 32);
#endif
}

TEST_CASE("memory that has all come back is handed out in order, and none that has not",
          "[stress][values]") {
  constexpr std::size_t bytes = 112; // Of which this program needs few others.
  constexpr std::size_t blocks = 2000;
  const auto borrowed = [&] {
    std::vector<std::byte*> made(blocks);
    for (auto& each : made)
      each = static_cast<std::byte*>(detail::allocate_node(bytes));
    return made;
  };
  const auto give_back_all = [&](const std::vector<std::byte*>& rooms) {
    for (auto* each : rooms)
      detail::free_node(each, bytes);
  };
  std::vector<std::byte*> kept; // One or two of each 16 KiB.
  std::jthread{[&] {
    auto mixed = borrowed();
    for (std::size_t i = 0; i < blocks; i += 100)
      kept.push_back(std::exchange(mixed[i], nullptr));
    std::erase(mixed, nullptr);
    std::ranges::shuffle(mixed, std::minstd_rand{1});
    give_back_all(mixed);
  }}.join();
  std::jthread{[&] {
    const auto made = borrowed();
    CHECK(
      std::ranges::none_of(made, [&](auto* each) { return std::ranges::count(kept, each) != 0; }));
    give_back_all(made);
    give_back_all(kept);
  }}.join();
  std::size_t in_order = 0;
  std::jthread{[&] {
    const auto made = borrowed();
    for (std::size_t i = 1; i < blocks; ++i)
      in_order += made[i] == made[i - 1] + bytes ? 1 : 0;
    give_back_all(made);
  }}.join();
#if HAWSER_SANITIZED
  SUCCEED("under a sanitizer it is the standard allocator's");
#else
  CHECK(in_order > blocks * 9 / 10);
#endif
}

} // namespace hawser
