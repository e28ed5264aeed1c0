#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>

#include "workload.hpp"

namespace bench {

/// Lets `main` wait until so many things have happened, on any threads.
class countdown {
public:
  explicit countdown(std::uint64_t count) : left_(count) {}

  void happened() {
    if (--left_ == 0)
      all_.set_value();
  }

  /// Stops the program when it takes longer than five minutes.
  void await() {
    if (all_.get_future().wait_for(std::chrono::minutes{5}) != std::future_status::ready)
      fail("a workload was not set up within five minutes");
  }

private:
  std::atomic<std::uint64_t> left_;
  std::promise<void> all_;
};

} // namespace bench
