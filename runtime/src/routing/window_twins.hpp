#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "hawser/node_id.hpp"
#include "receiver.hpp"
#include "window.hpp"

namespace hawser::detail {

/// Owns the inbox of what stands here for a window of another node.
class window_twin : public mailbox_owner {
public:
  using mailbox_owner::mailbox_owner;

  ref<window> stand_in;
  node_id node;
  window_id at_node;
  std::uint64_t promise = 0; ///< Which promise of a window it keeps; 0 if none.
};

/// What stands here for windows of other nodes: one for each window that a message came from or a
/// handle was made for, and one for each promise that was kept.
///
/// Others name windows as they like, so what nobody here holds on to any more must go. Whoever adds
/// one looks at two older ones: there are never many more than twice those that are in use.
class window_twins {
public:
  /// The one that handles share; none if there is none yet.
  ref<window_twin> find(const node_id& node, const window_id& id) const;

  /// The one that stands in with this window; null if none does.
  const window_twin* find(const window* stand_in) const;

  void add(const ref<window_twin>& made);
  void erase(const window_twin& which);

  /// Of the next two in turn those that are in nobody's hands and have nothing left to send.
  std::vector<ref<window_twin>> unused();

  /// In the order of their ids.
  std::vector<ref<window_twin>> of(const node_id& node) const;
  std::vector<ref<window_twin>> of(const node_id& node, const window_id& id) const;
  std::vector<ref<window_twin>> all() const;

  /// How many of that node handles share.
  std::size_t count(const node_id& node) const;

  std::size_t size() const noexcept { return twins_.size(); }

private:
  using key = std::tuple<node_id, window_id, std::uint64_t>;

  static key key_of(const window_twin& which) { return {which.node, which.at_node, which.promise}; }

  std::map<key, ref<window_twin>> twins_;
  std::unordered_map<const window*, const window_twin*> by_stand_in_;
  std::map<node_id, std::size_t> shared_;
  key looked_at_; ///< The last one.
};

} // namespace hawser::detail
