#include "value_copier.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "value_circles.hpp"
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
  if (first == 0 && circular_)
    bind_circles(); // What is dropped after an error may run in circles too.
  return made;
}

result<value> value_copier::visit(const value& original) {
  if (!original.active())
    return original;
  if (original.type() == value_type::reference && parts_.empty())
    return error{errc::data_clone_error, path() + ": a reference outside of its value_graph"};
  const auto& from = follow(original);
  if (!from.active())
    return from;
  const auto* key = from.identity();
  if (const auto found = done_.find(key); key != nullptr && found != done_.end()) {
    const auto open_at = found->second.open_at;
    if (open_at == 0)
      return found->second.made;
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
  inside::node(made)->depth = 1; // Until it is complete: what leads back to it is not nested in it.
  shells_.push_back(made);
  frames_.push_back({from, made});
  done_.insert_or_assign(key, copied{made, frames_.size()});
  return made;
}

result<value> value_copier::copy_leaf(const value& from) {
  const auto* key = from.identity();
  auto made = leaf_(from, *this);
  if (made && key != nullptr)
    done_.insert_or_assign(key, copied{*made, 0});
  return made;
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
        emplace_item<value>(node, inside::is_hole(*at.content) ? inside::hole() : std::move(child));
      return;
    }
    case value_type::object: {
      auto& node = *inside::node_as<object_node>(into.made);
      emplace_item<object::member>(node, std::string{at.key}, std::move(child));
      return;
    }
    case value_type::map: {
      auto& node = *inside::node_as<map_node>(into.made);
      if (into.at % 2 == 0)
        emplace_item<map::entry>(node, std::move(child), value{});
      else
        node.items()[node.size - 1].second = std::move(child);
      return;
    }
    case value_type::set:
      return emplace_item<value>(*inside::node_as<set_node>(into.made), std::move(child));
    case value_type::error:
      inside::node_as<error_node>(into.made)->content.cause = std::move(child);
      return;
    default:
      panic("a value without children was taken for a container");
  }
}

void value_copier::finish(const frame& done) {
  done_.at(done.from.identity()).open_at = 0;
  recount(done.made);
  if (done.made.type() == value_type::object)
    inside::add_to_index(*inside::node_as<object_node>(done.made));
}

void value_copier::recount(const value& container) {
  auto& node = *inside::node(container);
  node.bytes = sizeof(array_node);
  if (const auto* error = container.get_if<error_object>())
    node.bytes += error->name.size() + error->stack.size() + error->message.value_or("").size();
  node.depth = 2;
  node.active = false;
  const auto children = child_count(container);
  for (std::size_t i = 0; i < children; ++i) {
    const auto child = child_at(container, i);
    node.bytes = std::min(value::byte_size_max, node.bytes + child.key.size());
    count(node, *child.content);
  }
}

// Only what is in a circle becomes a graph. What merely refers to one goes on being counted, and so
// may hold objects that hold the graph.
void value_copier::bind_circles() {
  done_.clear();
  for (const auto& group : groups_of(shells_)) {
    const auto& first = shells_[group.front()];
    if (group.size() > 1 || mentions(first, first))
      bind_graph(group);
    else
      recount(first); // Before, the circles below it were not complete.
  }
  shells_.clear();
}

// Every mention of one of the containers inside another stops counting; those from elsewhere go on.
void value_copier::bind_graph(const std::vector<std::size_t>& group) {
  auto* graph = new graph_storage;
  std::unordered_set<const value_node*> own;
  for (const auto at : group) {
    graph->nodes.push_back(inside::node(shells_[at]));
    own.insert(inside::node(shells_[at]));
  }
  bool active = false;
  std::uint32_t depth = 2; // Also if an error has left all of them unfinished.
  std::uint64_t refs = 0;
  std::uint64_t bytes = 0;
  for (const auto at : group) {
    const auto& shell = shells_[at];
    depth = std::max<std::uint32_t>(depth, inside::node(shell)->depth);
    refs += inside::node(shell)->refs.load(std::memory_order_relaxed);
    bytes += sizeof(array_node);
    const auto children = child_count(shell);
    for (std::size_t i = 0; i < children; ++i) {
      const auto place = child_at(shell, i);
      const auto& child = *place.content;
      const bool within = inside::has_node(child) && own.contains(inside::node(child));
      bytes += place.key.size() + (within ? sizeof(value) : child.byte_size());
      bytes = std::min(value::byte_size_max, bytes);
      if (within) {
        inside::stop_counting(child);
        --refs;
      } else {
        active |= child.active();
      }
    }
  }
  graph->bytes = bytes;
  graph->refs.store(static_cast<std::uint32_t>(refs), std::memory_order_relaxed);
  for (auto* node : graph->nodes) {
    node->in_graph = true;
    node->graph = graph;
    node->active = active;
    node->depth = depth;
  }
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
