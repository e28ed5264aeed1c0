#pragma once

// What is measured, seen from outside: something that does an operation many times and says how
// long that took. A raw CAF side and a hawser side of the same row do the same with the same
// payload.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace bench {

using duration = std::chrono::duration<double>; // seconds

/// The text of every message: 16 bytes, one more than fits into a `std::string` without allocating.
/// Each message makes its own string of it, on both sides.
inline constexpr std::string_view payload_text = "0123456789abcdef";

/// What goes one way in the row about bulk.
inline constexpr std::size_t bulk_bytes = std::size_t{64} << 20;

/// Times one run across threads: one actor starts it, another or the same stops it, `main` waits.
class stopwatch {
public:
  void reset() {
    stopped_ = {};
    taken_ = stopped_.get_future();
  }

  void start() { started_ = std::chrono::steady_clock::now(); }

  void stop() {
    const auto taken = std::chrono::steady_clock::now() - started_;
    auto stopped = std::move(stopped_); // `main` may reset as soon as it knows.
    stopped.set_value(taken);
  }

  /// Waits for `stop`. Throws when it does not come.
  duration await() {
    if (taken_.wait_for(std::chrono::minutes{5}) != std::future_status::ready)
      throw std::runtime_error{"a run did not end within five minutes"};
    return taken_.get();
  }

private:
  std::chrono::steady_clock::time_point started_;
  std::promise<duration> stopped_;
  std::future<duration> taken_;
};

/// One side of a row. Made once per row, before any measuring; used by `main` alone.
class workload {
public:
  workload() = default;
  virtual ~workload() = default;

  workload(const workload&) = delete;
  workload& operator=(const workload&) = delete;

  /// Does the operation `count` times. Setting up and tidying up do not count.
  virtual duration run(std::uint64_t count) = 0;
};

/// Thrown where one side of a row needs a program that is not there; says which.
class peer_absent : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Stops the program: what a receiver calls when a message is missing, repeated or changed.
[[noreturn]] void fail(std::string_view why);

/// Checks what arrives: each number once, in order, with the whole text.
class arrival_check {
public:
  void expect(std::uint64_t count) {
    next_ = 0;
    count_ = count;
  }

  /// True for the last message.
  bool arrived(std::uint64_t number, std::string_view text) {
    if (number != next_ || text.size() != payload_text.size())
      fail("a message arrived out of order or changed");
    return ++next_ == count_;
  }

private:
  std::uint64_t next_ = 0;
  std::uint64_t count_ = 0;
};

} // namespace bench
