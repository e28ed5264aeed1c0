#include "value_circles.hpp"

#include <algorithm>
#include <unordered_map>

#include "value_children.hpp"
#include "value_internals.hpp"

namespace hawser::detail {
namespace {

using inside = value_internals;

// Tarjan's algorithm for strongly connected components, with a list in place of recursion.
class grouping {
public:
  explicit grouping(std::span<const value> containers)
    : containers_(containers), marks_(containers.size()) {
    for (std::size_t i = 0; i < containers.size(); ++i)
      positions_.emplace(inside::node(containers[i]), i);
  }

  std::vector<std::vector<std::size_t>> run() {
    for (std::size_t i = 0; i < containers_.size(); ++i) {
      if (marks_[i].order != 0)
        continue;
      enter(i);
      while (!path_.empty())
        step();
    }
    return std::move(groups_);
  }

private:
  struct mark {
    std::size_t order = 0; // When it was met, from 1 on.
    std::size_t reaches = 0;
    bool open = false;
  };

  struct place {
    std::size_t at;
    std::size_t next;
  };

  void enter(std::size_t at) {
    marks_[at] = {++met_, met_, true};
    open_.push_back(at);
    path_.push_back({at, 0});
  }

  void step() {
    auto& top = path_.back();
    const auto at = top.at;
    if (top.next == child_count(containers_[at]))
      return leave(at);
    const auto& child = *child_at(containers_[at], top.next++).content;
    const auto found =
      inside::has_node(child) ? positions_.find(inside::node(child)) : positions_.end();
    if (found == positions_.end())
      return;
    const auto& to = marks_[found->second];
    if (to.order == 0)
      enter(found->second);
    else if (to.open)
      marks_[at].reaches = std::min(marks_[at].reaches, to.order);
  }

  void leave(std::size_t at) {
    path_.pop_back();
    if (!path_.empty()) {
      auto& outer = marks_[path_.back().at];
      outer.reaches = std::min(outer.reaches, marks_[at].reaches);
    }
    if (marks_[at].reaches != marks_[at].order)
      return;
    auto& group = groups_.emplace_back();
    do {
      group.push_back(open_.back());
      marks_[open_.back()].open = false;
      open_.pop_back();
    } while (group.back() != at);
  }

  std::span<const value> containers_;
  std::unordered_map<const value_node*, std::size_t> positions_;
  std::vector<mark> marks_;
  std::vector<place> path_;
  std::vector<std::size_t> open_;
  std::vector<std::vector<std::size_t>> groups_;
  std::size_t met_ = 0;
};

} // namespace

std::vector<std::vector<std::size_t>> groups_of(std::span<const value> containers) {
  return grouping{containers}.run();
}

bool mentions(const value& container, const value& part) noexcept {
  for (std::size_t i = 0; i < child_count(container); ++i) {
    const auto& child = *child_at(container, i).content;
    if (inside::has_node(child) && inside::node(child) == inside::node(part))
      return true;
  }
  return false;
}

} // namespace hawser::detail
