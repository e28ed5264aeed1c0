#include "routing/published_windows.hpp"

#include <algorithm>

namespace hawser::detail {

published_window* published_windows::find(const window_id& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

published_window* published_windows::find(const window* local) const {
  const auto found = by_window_.find(local);
  return found == by_window_.end() ? nullptr : found->second;
}

void published_windows::add(const ref<published_window>& made) {
  by_id_.emplace(made->id, made);
  by_window_.emplace(made->target.get(), made.get());
  made->target->inbox.watch_close(*made);
  sweep();
}

void published_windows::sweep() {
  for (std::size_t looks = std::min<std::size_t>(2, by_id_.size()); looks > 0; --looks) {
    auto next = by_id_.upper_bound(looked_at_);
    if (next == by_id_.end())
      next = by_id_.begin();
    looked_at_ = next->first;
    // Whoever watches one that has just been closed has yet to be told.
    if (!next->second->target->closed.load() || !next->second->watchers.empty())
      continue;
    by_window_.erase(next->second->target.get());
    by_id_.erase(next);
  }
}

void published_windows::forget(const node_id& watcher) {
  for (const auto& [id, each] : by_id_)
    each->watchers.erase(watcher);
}

void published_windows::clear() {
  by_window_.clear();
  // Each holds its window, and the window holds it for as long as it is watched.
  for (const auto& [id, each] : by_id_)
    each->target->inbox.unwatch_close(*each);
  by_id_.clear();
}

} // namespace hawser::detail
