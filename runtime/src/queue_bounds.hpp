#pragma once

#include <atomic>
#include <cstdint>

#include "hawser/detail/ref.hpp"
#include "hawser/limits.hpp"

namespace hawser::detail {

/// What a message queue may hold. Every channel refers to one, and those of the same limits to the
/// same.
class queue_bounds {
public:
  explicit queue_bounds(const limits& from) noexcept
    : bytes_max(from.queue_bytes_max), messages_max(from.queue_messages_max) {}

  queue_bounds(const queue_bounds&) = delete;
  queue_bounds& operator=(const queue_bounds&) = delete;

  /// Finds the one that this thread asked for last, or makes one.
  static ref<const queue_bounds> of(const limits& from);

  friend void intrusive_add_ref(const queue_bounds* target) noexcept {
    target->refs_.fetch_add(1, std::memory_order_relaxed);
  }

  friend void intrusive_release(const queue_bounds* target) noexcept {
    if (target->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete target;
  }

  const std::uint64_t bytes_max;
  const std::uint64_t messages_max;

private:
  mutable std::atomic<std::uint32_t> refs_{1};
};

} // namespace hawser::detail
