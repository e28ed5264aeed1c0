#include "routing/window_twins.hpp"

#include <algorithm>

namespace hawser::detail {
namespace {

// Whoever holds the only reference is the only one who could make another.
bool in_use(const window_twin& which) {
  return !which.stand_in->held_once() || !which.stand_in->inbox.idle();
}

} // namespace

ref<window_twin> window_twins::find(const node_id& node, const window_id& id) const {
  const auto found = twins_.find({node, id, 0});
  return found == twins_.end() ? ref<window_twin>{} : found->second;
}

const window_twin* window_twins::find(const window* stand_in) const {
  const auto found = by_stand_in_.find(stand_in);
  return found == by_stand_in_.end() ? nullptr : found->second;
}

void window_twins::add(const ref<window_twin>& made) {
  twins_.emplace(key_of(*made), made);
  by_stand_in_.emplace(made->stand_in.get(), made.get());
  if (made->promise == 0)
    ++shared_[made->node];
}

void window_twins::erase(const window_twin& which) {
  const auto of_node = which.node;
  const bool shared = which.promise == 0;
  by_stand_in_.erase(which.stand_in.get());
  if (twins_.erase(key_of(which)) != 0 && shared && --shared_[of_node] == 0)
    shared_.erase(of_node);
}

std::vector<ref<window_twin>> window_twins::unused() {
  std::vector<ref<window_twin>> found;
  for (std::size_t looks = std::min<std::size_t>(2, twins_.size()); looks > 0; --looks) {
    auto next = twins_.upper_bound(looked_at_);
    if (next == twins_.end())
      next = twins_.begin();
    looked_at_ = next->first;
    if (!in_use(*next->second))
      found.push_back(next->second);
  }
  return found;
}

std::vector<ref<window_twin>> window_twins::of(const node_id& node) const {
  std::vector<ref<window_twin>> found;
  for (auto next = twins_.lower_bound({node, {}, 0});
       next != twins_.end() && next->second->node == node; ++next)
    found.push_back(next->second);
  return found;
}

std::vector<ref<window_twin>> window_twins::of(const node_id& node, const window_id& id) const {
  std::vector<ref<window_twin>> found;
  for (auto next = twins_.lower_bound({node, id, 0});
       next != twins_.end() && next->second->node == node && next->second->at_node == id; ++next)
    found.push_back(next->second);
  return found;
}

std::vector<ref<window_twin>> window_twins::all() const {
  std::vector<ref<window_twin>> found;
  for (const auto& [name, each] : twins_)
    found.push_back(each);
  return found;
}

std::size_t window_twins::count(const node_id& node) const {
  const auto found = shared_.find(node);
  return found == shared_.end() ? 0 : found->second;
}

} // namespace hawser::detail
