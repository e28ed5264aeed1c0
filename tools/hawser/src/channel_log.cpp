#include "channel_log.hpp"

namespace hawser::tool {

void channel_log::add(std::string name, channel_observer channel) {
  const std::scoped_lock guard{lock_};
  planned_.push_back({std::move(name), std::move(channel)});
}

void channel_log::add_made(const window_proxy& maker, const channel_observer& channel) {
  const std::scoped_lock guard{lock_};
  ++made_count_;
  if (made_.size() == channels_watched_max)
    return;
  made_.push_back({{}, channel});
  makers_.try_emplace(maker.id(), maker.name());
}

std::vector<channel_log::entry> channel_log::all() const {
  const std::scoped_lock guard{lock_};
  auto entries = planned_;
  entries.insert(entries.end(), made_.begin(), made_.end());
  return entries;
}

std::uint64_t channel_log::made() const {
  const std::scoped_lock guard{lock_};
  return made_count_;
}

std::unordered_map<std::uint64_t, std::string> channel_log::makers() const {
  const std::scoped_lock guard{lock_};
  return makers_;
}

} // namespace hawser::tool
