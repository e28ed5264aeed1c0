#pragma once

// What a test program allocates, all its threads and libraries together. Only a program that calls
// one of these counts: it gets another `operator new`.

#include <cstddef>
#include <cstdint>

namespace hawser::test {

/// How often memory has been allocated.
std::uint64_t allocations_made() noexcept;

/// Bytes that are allocated now. Memory that was asked for with an alignment, as the slabs are that
/// parts of values may lie in, is told apart.
std::size_t bytes_allocated() noexcept;
std::size_t aligned_bytes_allocated() noexcept;

/// From here on the most counts that was allocated without alignment at one time.
void forget_most_allocated() noexcept;
std::size_t most_bytes_allocated() noexcept;

/// How much more is allocated after `run` has been called so often than before. What it needs once
/// and keeps does not count: it has been called as often beforehand.
template <class Run>
std::int64_t bytes_left_by(std::size_t times, Run run) {
  const auto all = [] {
    return static_cast<std::int64_t>(bytes_allocated() + aligned_bytes_allocated());
  };
  const auto repeat = [&] {
    for (std::size_t i = 0; i < times; ++i)
      run();
  };
  repeat();
  const auto before = all();
  repeat();
  return all() - before;
}

} // namespace hawser::test
