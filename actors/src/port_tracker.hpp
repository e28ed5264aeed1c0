#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "hawser/open_port.hpp"
#include "hawser/port_registry.hpp"

namespace hawser::detail {

/// Knows the channels of a system that somebody should have closed, if it is switched on. Used by
/// every thread.
///
/// It forgets channels that both owners have closed whenever it has twice as many as were left the
/// last time, so that a program which closes its ports can run for ever.
class port_tracker {
public:
  explicit port_tracker(bool switched_on) noexcept : on_(switched_on) {}

  /// A context has begun: its channels are to be known.
  void opened(port_registry& registry, const std::string& name);

  void made(const endpoint& end);

  std::vector<open_port> list() const;

private:
  struct entry {
    std::uint64_t number;
    channel_observer channel;
  };

  std::string name_of(std::uint64_t context) const;
  void forget_closed();

  const bool on_;
  mutable std::mutex lock_;
  std::map<std::uint64_t, std::string> names_;
  std::vector<entry> channels_;
  std::uint64_t last_number_ = 0;
  std::size_t look_again_at_ = 1024;
};

} // namespace hawser::detail
