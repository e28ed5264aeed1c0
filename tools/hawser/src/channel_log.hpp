#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <hawser/channel.hpp>
#include <hawser/window_proxy.hpp>

namespace hawser::tool {

/// Of the channels that behaviours make, this many are watched; of others only the number is known.
inline constexpr std::size_t channels_watched_max = 20'000;

/// Every channel of a run, those the contexts make themselves included. Used on all threads.
class channel_log {
public:
  struct entry {
    std::string name; ///< Empty for channels that behaviours have made.
    channel_observer channel;
  };

  /// A channel of the topology.
  void add(std::string name, channel_observer channel);

  /// A channel that a context has made.
  void add_made(const window_proxy& maker, const channel_observer& channel);

  std::vector<entry> all() const;

  /// Channels made by contexts, those that are not watched included.
  std::uint64_t made() const;

  /// The names of the contexts that have made channels, by `window_proxy::id`.
  std::unordered_map<std::uint64_t, std::string> makers() const;

private:
  mutable std::mutex lock_;
  std::vector<entry> planned_;
  std::vector<entry> made_;
  std::uint64_t made_count_ = 0;
  std::unordered_map<std::uint64_t, std::string> makers_;
};

} // namespace hawser::tool
