#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "test_context.hpp"

namespace hawser::test {

/// How large a round of roaming ports is.
struct roaming_plan {
  std::uint32_t seed = 0;
  std::size_t threads = 4;
  std::size_t stations = 8; ///< Contexts, spread over the threads.
  std::size_t channels = 24;
  int ticks = 300; ///< Actions of each station.
};

/// Ports handed round at random between contexts on several threads while their owners post
/// numbered messages, close some, and some contexts end.
///
/// Every end of a channel has a record that only the port's owner touches, so that a thread
/// sanitizer sees a move that does not hand over properly. The random choices follow from the seed;
/// how the threads interleave does not.
class roaming {
public:
  explicit roaming(const roaming_plan& plan);
  ~roaming();

  /// Runs the threads, then what is left over, then checks. The first thing that was wrong, or
  /// nothing.
  std::string run();

  std::uint64_t moves() const noexcept { return moves_.load(); }

  std::uint64_t messages() const noexcept { return messages_.load(); }

private:
  class station;

  /// What the owner of one end of a channel knows.
  struct end_record {
    std::uint32_t posted = 0;
    std::uint32_t received = 0;
    std::uint32_t closes = 0;
  };

  static std::size_t peer_of(std::size_t end) noexcept { return end ^ 1; }

  void fail(std::string what);
  void run_threads();
  void check();

  roaming_plan plan_;
  std::vector<end_record> ends_; // both ends of channel i at 2i and 2i + 1
  std::vector<std::unique_ptr<station>> stations_;
  std::vector<std::shared_ptr<doorbell>> bells_;
  std::atomic<std::uint64_t> moves_{0};
  std::atomic<std::uint64_t> messages_{0};
  std::mutex lock_;
  std::string failure_; // guarded by lock_
};

} // namespace hawser::test
