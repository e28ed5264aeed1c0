#pragma once

#include <atomic>
#include <cstdint>

#include "hawser/detail/ref.hpp"
#include "hawser/limits.hpp"

namespace hawser::detail {

/// Limits to refer to: every channel and every context does, and those of the same limits to the
/// same.
class shared_limits {
public:
  explicit shared_limits(const limits& from) noexcept : values(from) {}

  shared_limits(const shared_limits&) = delete;
  shared_limits& operator=(const shared_limits&) = delete;

  /// Finds the one that this thread asked for last, or makes one.
  static ref<const shared_limits> of(const limits& from);

  friend void intrusive_add_ref(const shared_limits* target) noexcept {
    target->refs_.fetch_add(1, std::memory_order_relaxed);
  }

  friend void intrusive_release(const shared_limits* target) noexcept {
    if (target->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete target;
  }

  const limits values;

private:
  mutable std::atomic<std::uint32_t> refs_{1};
};

} // namespace hawser::detail
