#include "value_copier.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "value_internals.hpp"

namespace hawser::detail {

using inside = value_internals;

const value& value_copier::follow(const value& from) const {
  const auto* at = &from;
  for (std::size_t steps = 0; at->type() == value_type::reference; ++steps) {
    const auto index = inside::reference_index(*at);
    HAWSER_ASSERT(index < parts_.size() && parts_[index],
                  "a value_graph was built with a part that is not defined");
    HAWSER_ASSERT(steps <= parts_.size(), "a part of a value_graph is defined as itself");
    at = &*parts_[index];
  }
  return *at;
}

result<value> value_copier::copy(const value& from) {
  const auto bottom = std::exchange(outer_frames_, frames_.size());
  const auto first = frames_.size();
  auto made = visit(from);
  while (made && frames_.size() > first) {
    auto& top = frames_.back();
    if (top.next == child_count(top.from)) {
      finish(top);
      frames_.pop_back();
      continue;
    }
    const auto level = frames_.size() - 1;
    top.at = top.next++;
    auto child = visit(*child_at(top.from, top.at).content);
    if (!child) {
      made = child.error();
      break;
    }
    put(frames_[level], *std::move(child));
  }
  outer_frames_ = bottom;
  if (!made || first > 0 || !circular_)
    return made;
  return bind_graph(*std::move(made));
}

result<value> value_copier::visit(const value& original) {
  if (!original.active())
    return counted(original);
  if (original.type() == value_type::reference && parts_.empty())
    return error{errc::data_clone_error, path() + ": a reference outside of its value_graph"};
  const auto& from = follow(original);
  if (!from.active())
    return counted(from);
  const auto* key = from.identity();
  if (const auto found = done_.find(key); key != nullptr && found != done_.end()) {
    const auto open_at = found->second.open_at;
    if (open_at == 0)
      return counted(found->second.made);
    if (open_at <= outer_frames_)
      return error{errc::data_clone_error, path() + ": a circle through a platform object"};
    circular_ = true;
    return found->second.made;
  }
  if (child_count(from) == 0)
    return copy_leaf(from);
  if (frames_.size() >= depth_max_)
    return error{errc::data_clone_error,
                 path() + ": nested deeper than " + std::to_string(depth_max_) + " levels"};
  auto made = make_shell(from);
  shells_.push_back(made);
  frames_.push_back({from, made});
  depth_seen_ = std::max(depth_seen_, frames_.size());
  done_.insert_or_assign(key, copied{made, frames_.size()});
  return made;
}

result<value> value_copier::copy_leaf(const value& from) {
  const auto* key = from.identity();
  auto made = leaf_(from, *this);
  if (made && key != nullptr)
    done_.insert_or_assign(key, copied{*made, 0});
  return made ? counted(*made) : made;
}

const value& value_copier::counted(const value& complete) {
  depth_seen_ = std::max(depth_seen_, frames_.size() + complete.depth());
  return complete;
}

// A container of the same kind with room for the children, so that it never has to move.
value value_copier::make_shell(const value& from) {
  switch (from.type()) {
    case value_type::array: {
      const auto& content = *from.get_if<array>();
      auto* made = array_node::make(value_type::array, content.size());
      if (!content.members().empty())
        made->extra = std::make_unique<object>();
      return inside::adopt(made);
    }
    case value_type::object:
      return inside::adopt(object_node::make(value_type::object, from.size()));
    case value_type::map:
      return inside::adopt(map_node::make(value_type::map, from.size()));
    case value_type::set:
      return inside::adopt(set_node::make(value_type::set, from.size()));
    case value_type::error: {
      auto content = *from.get_if<error_object>();
      content.cause.reset();
      return value{std::move(content)};
    }
    default:
      panic("a value without children was taken for a container");
  }
}

void value_copier::put(const frame& into, value child) {
  const auto at = child_at(into.from, into.at);
  switch (into.from.type()) {
    case value_type::array: {
      auto& node = *inside::node_as<array_node>(into.made);
      if (at.named)
        node.extra->set(std::string{at.key}, std::move(child));
      else
        emplace_item(node, inside::is_hole(*at.content) ? inside::hole() : std::move(child));
      return;
    }
    case value_type::object: {
      auto& node = *inside::node_as<object_node>(into.made);
      emplace_item(node, object::member{std::string{at.key}, std::move(child)});
      return;
    }
    case value_type::map: {
      auto& node = *inside::node_as<map_node>(into.made);
      if (into.at % 2 == 0)
        emplace_item(node, map::entry{std::move(child), value{}});
      else
        node.items()[node.size - 1].second = std::move(child);
      return;
    }
    case value_type::set:
      return emplace_item(*inside::node_as<set_node>(into.made), std::move(child));
    case value_type::error:
      inside::node_as<error_node>(into.made)->content.cause = std::move(child);
      return;
    default:
      panic("a value without children was taken for a container");
  }
}

void value_copier::finish(const frame& done) {
  done_.at(done.from.identity()).open_at = 0;
  auto& node = *inside::node(done.made);
  const auto children = child_count(done.made);
  for (std::size_t i = 0; i < children; ++i) {
    const auto child = child_at(done.made, i);
    node.bytes = std::min(value::byte_size_max, node.bytes + child.key.size());
    count(node, *child.content);
  }
  if (done.made.type() == value_type::object)
    inside::add_to_index(*inside::node_as<object_node>(done.made));
}

// Every mention of one of the new containers inside another stops counting; those from outside,
// and from leaves, go on.
value value_copier::bind_graph(value root) {
  done_.clear();
  auto* graph = new graph_storage;
  std::unordered_set<const value_node*> own;
  bool active = false;
  for (const auto& shell : shells_) {
    graph->nodes.push_back(inside::node(shell));
    own.insert(inside::node(shell));
    active |= shell.active();
  }
  std::uint64_t refs = 0;
  std::uint64_t bytes = 0;
  for (const auto& shell : shells_) {
    refs += inside::node(shell)->refs.load(std::memory_order_relaxed);
    bytes += sizeof(array_node);
    const auto children = child_count(shell);
    for (std::size_t i = 0; i < children; ++i) {
      const auto at = child_at(shell, i);
      auto& child = const_cast<value&>(*at.content);
      const bool within = inside::has_node(child) && own.contains(inside::node(child));
      bytes += at.key.size() + (within ? sizeof(value) : child.byte_size());
      bytes = std::min(value::byte_size_max, bytes);
      if (within) {
        inside::stop_counting(child);
        --refs;
      }
    }
  }
  graph->bytes = bytes;
  graph->refs.store(static_cast<std::uint32_t>(refs), std::memory_order_relaxed);
  for (auto* node : graph->nodes) {
    node->in_graph = true;
    node->graph = graph;
    node->active = active;
    node->depth = static_cast<std::uint32_t>(depth_seen_ + 1);
  }
  shells_.clear();
  return root;
}

std::string value_copier::path() const {
  std::string made = root_;
  for (const auto& level : frames_) {
    const auto at = child_at(level.from, level.at);
    if (at.named)
      made.append(".").append(at.key);
    else
      made += "[" + std::to_string(at.index) + "]";
  }
  return made;
}

} // namespace hawser::detail
