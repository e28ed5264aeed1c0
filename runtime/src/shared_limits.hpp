#pragma once

#include <atomic>
#include <cstdint>

#include "hawser/detail/ref.hpp"
#include "hawser/limits.hpp"

namespace hawser::detail {

/// Limits to refer to: a context's, and those of the channels it makes; a router's.
class shared_limits {
public:
  shared_limits(const shared_limits&) = delete;
  shared_limits& operator=(const shared_limits&) = delete;

  /// The default ones are there once, others are copied.
  static ref<const shared_limits> of(const limits& from);

  friend void intrusive_add_ref(const shared_limits* target) noexcept {
    if (target->counted())
      target->refs_.fetch_add(1, std::memory_order_relaxed);
  }

  friend void intrusive_release(const shared_limits* target) noexcept {
    if (target->counted() && target->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete target;
  }

  const limits values;

private:
  constexpr shared_limits(const limits& from, std::uint32_t refs) noexcept
    : values(from), refs_(refs) {}

  // Most channels of all threads refer to the default ones. Those are never destroyed, and threads
  // that counted references to them would wait for one another.
  bool counted() const noexcept { return refs_.load(std::memory_order_relaxed) != 0; }

  static const shared_limits usual_;

  mutable std::atomic<std::uint32_t> refs_;
};

} // namespace hawser::detail
