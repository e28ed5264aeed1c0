#include "word_lock.hpp"

namespace hawser::detail {
namespace {

// Nobody waits for anything while holding it, so that somebody who has not let go of it after so
// many looks is likely not to run. There is no pause between them.
constexpr int looks_max = 100;

} // namespace

void word_lock::wait() noexcept {
  for (int i = 0; i < looks_max; ++i) {
    auto found = word_.load(std::memory_order_relaxed);
    if (found == open
        && word_.compare_exchange_weak(found, taken, std::memory_order_acquire,
                                       std::memory_order_relaxed))
      return;
  }
  // Who was asleep cannot know whether others are, and says so to be sure.
  while (word_.exchange(awaited, std::memory_order_acquire) != open)
    word_.wait(awaited, std::memory_order_relaxed);
}

} // namespace hawser::detail
