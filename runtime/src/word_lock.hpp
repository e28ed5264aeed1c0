#pragma once

#include <atomic>
#include <cstdint>

namespace hawser::detail {

/// A mutex of four bytes, for what there are millions of; a `std::mutex` has forty. Nobody being in
/// the way, to lock and unlock it takes 10 instructions, a `std::mutex` 65.
///
/// Whoever finds it taken tries again for a moment, since it is never held for long, and then
/// sleeps.
class word_lock {
public:
  word_lock() noexcept = default;

  word_lock(const word_lock&) = delete;
  word_lock& operator=(const word_lock&) = delete;

  void lock() noexcept {
    auto found = open;
    if (!word_.compare_exchange_strong(found, taken, std::memory_order_acquire,
                                       std::memory_order_relaxed)) [[unlikely]]
      wait();
  }

  void unlock() noexcept {
    if (word_.exchange(open, std::memory_order_release) == awaited) [[unlikely]]
      word_.notify_one();
  }

private:
  void wait() noexcept;

  static constexpr std::uint32_t open = 0;
  static constexpr std::uint32_t taken = 1;
  static constexpr std::uint32_t awaited = 2; // taken, and somebody may be asleep

  std::atomic<std::uint32_t> word_{open};
};

} // namespace hawser::detail
