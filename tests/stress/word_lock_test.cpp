// The lock of a mailbox, with more threads than there are processors, so that some are put to sleep
// by it and some are stopped by the system while they hold it.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "word_lock.hpp"

namespace hawser::detail {

static_assert(sizeof(word_lock) == 4);

TEST_CASE("one thread at a time is inside a lock of one word, and none is forgotten",
          "[stress][threads]") {
  const unsigned threads_count = 2 * std::max(2U, std::thread::hardware_concurrency());
  constexpr std::uint64_t visits = 5'000;
  word_lock lock;
  std::uint64_t inside = 0; // Each is wrong in the end if two were inside at once.
  std::uint64_t sum = 0;
  std::atomic<int> intrusions{0};
  const auto visit_often = [&] {
    for (std::uint64_t i = 0; i < visits; ++i) {
      const std::scoped_lock guard{lock};
      intrusions += ++inside == 1 ? 0 : 1;
      sum += 1;
      if (i % 64 == 0)
        std::this_thread::yield(); // The others come, find it taken, and go to sleep.
      --inside;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < threads_count; ++i)
      threads.emplace_back(visit_often);
  }
  CHECK(intrusions == 0);
  CHECK(inside == 0);
  CHECK(sum == threads_count * visits);
}

} // namespace hawser::detail
