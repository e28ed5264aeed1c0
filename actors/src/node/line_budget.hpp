#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace hawser::detail {

/// Bounds how many lines of the log others can cause: a few at once, then one a second. The rest is
/// counted, to be told of.
class line_budget {
public:
  static constexpr std::uint64_t lines_at_once_max = 10;
  static constexpr std::uint64_t line_ms = 1000;

  /// May a line be written? If not, it counts as left out.
  bool spend(std::uint64_t now_ms) noexcept {
    refill(now_ms);
    if (lines_ == 0) {
      ++left_out_;
      return false;
    }
    --lines_;
    return true;
  }

  /// How many were left out since the last time, once that may be told.
  std::uint64_t settle(std::uint64_t now_ms) noexcept {
    return left_out_ != 0 && spend_silently(now_ms) ? std::exchange(left_out_, 0) : 0;
  }

  /// The same at the end.
  std::uint64_t left_out() const noexcept { return left_out_; }

private:
  bool spend_silently(std::uint64_t now_ms) noexcept {
    refill(now_ms);
    if (lines_ == 0)
      return false;
    --lines_;
    return true;
  }

  void refill(std::uint64_t now_ms) noexcept {
    const auto earned = (now_ms - refilled_ms_) / line_ms;
    refilled_ms_ += earned * line_ms;
    lines_ =
      earned > lines_at_once_max ? lines_at_once_max : std::min(lines_ + earned, lines_at_once_max);
  }

  std::uint64_t lines_ = lines_at_once_max;
  std::uint64_t refilled_ms_ = 0;
  std::uint64_t left_out_ = 0;
};

} // namespace hawser::detail
