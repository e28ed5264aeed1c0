#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "hawser/channel.hpp"

namespace hawser::detail {

class port;
class registry_core;

/// What a context has posted through its ports and nobody has taken, for
/// `limits::posted_bytes_per_context_max`. HTML knows no such bound.
///
/// Takers are not asked to report: they would all write to one place for each message. The sum
/// grows with each post and is counted anew, port by port, when it seems to have reached the bound;
/// first for the port in use, whose peer is the likeliest to have taken something.
class pending_posts {
public:
  explicit pending_posts(std::uint64_t bytes_max) noexcept : bytes_max_(bytes_max) {}

  void posted(port& source, std::uint64_t bytes) noexcept;

  void moved_in(port& which) noexcept;
  void moved_out(port& which) noexcept;

  /// Is about to let go of its endpoint; what it has posted waits on.
  void closed(port& which);

  /// May that many bytes more be posted, as far as is known without counting?
  bool fits(std::uint64_t bytes) const noexcept {
    return bytes <= bytes_max_ && sum_ <= bytes_max_ - bytes;
  }

  /// Could `source`, a port of that context, post that many bytes more?
  bool has_room(const registry_core& core, port& source, std::uint64_t bytes);

  /// As of the last time somebody counted.
  std::uint64_t bytes() const noexcept { return sum_; }

private:
  void count_anew(port& which) noexcept;
  void forget_drained();

  // What a closed port has left behind.
  struct estate {
    channel_observer channel;
    unsigned side; // of the receiver
    std::uint64_t bytes;
  };

  struct estates {
    std::vector<estate> all;
    std::size_t look_again_at = 64; // of them
  };

  const std::uint64_t bytes_max_;
  std::uint64_t sum_ = 0;
  std::unique_ptr<estates> left_behind_; // none before a port with some was closed
};

} // namespace hawser::detail
