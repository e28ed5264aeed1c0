#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <unordered_map>

#include "hawser/node_id.hpp"
#include "receiver.hpp"
#include "window.hpp"

namespace hawser::detail {

/// A window of this node that others may post to. It comes into the router's ready list when the
/// window has ended.
class published_window : public mailbox_owner {
public:
  published_window(ref<ready_list> list, window_id known_as, ref<window> local) noexcept
    : mailbox_owner(std::move(list)), id(known_as), target(std::move(local)) {}

  const window_id id;
  const ref<window> target;
  std::set<node_id> watchers; ///< Those of the connected nodes that asked to be told of its end.
};

/// The windows of this node that others may post to.
///
/// Contexts come and go: whoever publishes one more looks whether two others are still open.
class published_windows {
public:
  published_windows() = default;

  ~published_windows() { clear(); }

  published_windows(const published_windows&) = delete;
  published_windows& operator=(const published_windows&) = delete;

  /// Null if there is none.
  published_window* find(const window_id& id) const;
  published_window* find(const window* local) const;

  void add(const ref<published_window>& made);

  /// That node watches none any more.
  void forget(const node_id& watcher);

  /// Nobody is told of any window's end from now on.
  void clear();

  std::size_t size() const noexcept { return by_id_.size(); }

private:
  void sweep();

  std::map<window_id, ref<published_window>> by_id_;
  std::unordered_map<const window*, published_window*> by_window_;
  window_id looked_at_; ///< The last of those that was asked whether it is closed.
};

} // namespace hawser::detail
