#include "hawser/containers.hpp"

#include <algorithm>
#include <functional>

#include "hawser/value.hpp"
#include "value_internals.hpp"

namespace hawser {
namespace {

const value undefined_value;
const object no_members;

// Objects up to this size are searched from front to back; larger ones have an index.
constexpr std::size_t unindexed_members_max = 16;

std::size_t slot_of(std::string_view key, std::size_t slots) noexcept {
  return std::hash<std::string_view>{}(key) & (slots - 1);
}

void add_slot(detail::key_index& index, std::string_view key, std::size_t position) {
  auto slot = slot_of(key, index.slots.size());
  while (index.slots[slot] != 0)
    slot = (slot + 1) & (index.slots.size() - 1);
  index.slots[slot] = static_cast<std::uint32_t>(position + 1);
}

// Gives every member from `position` on its slot, at most half of which are taken.
void index_from(detail::object_node& node, std::size_t position) {
  if (node.size <= unindexed_members_max)
    return;
  if (!node.extra)
    node.extra = std::make_unique<detail::key_index>();
  auto& index = *node.extra;
  if (index.slots.size() < std::size_t{node.size} * 2) {
    std::size_t wanted = unindexed_members_max * 4;
    while (wanted < std::size_t{node.size} * 2)
      wanted *= 2;
    index.slots.assign(wanted, 0);
    position = 0;
  }
  for (; position < node.size; ++position)
    add_slot(index, node.items()[position].first, position);
}

} // namespace

void detail::value_internals::add_to_index(object_node& node) {
  index_from(node, 0);
}

// Who chooses the keys can choose them to collide, which makes every search a long one. By chance a
// key meets one or two others on its way.
detail::value_internals::indexing detail::value_internals::index_distinct(object_node& node) {
  constexpr std::size_t steps_per_key_max = 16;
  if (node.size <= unindexed_members_max)
    return indexing::done;
  std::size_t wanted = unindexed_members_max * 4;
  while (wanted < std::size_t{node.size} * 2)
    wanted *= 2;
  auto made = std::make_unique<key_index>();
  auto& slots = made->slots;
  slots.assign(wanted, 0);
  auto steps_left = std::size_t{node.size} * steps_per_key_max;
  for (std::uint32_t position = 0; position < node.size; ++position) {
    const std::string_view key = node.items()[position].first;
    auto slot = slot_of(key, slots.size());
    for (; slots[slot] != 0; slot = (slot + 1) & (slots.size() - 1)) {
      if (node.items()[slots[slot] - 1].first == key)
        return indexing::same_key;
      if (--steps_left == 0)
        return indexing::colliding;
    }
    slots[slot] = position + 1;
  }
  node.extra = std::move(made);
  return indexing::done;
}

// -- array ----------------------------------------------------------------------------------------

array::array(std::initializer_list<detail::initial_value> elements) {
  reserve(elements.size());
  for (const auto& element : elements)
    push_back(std::move(element.content));
}

array::array(std::vector<value> elements) {
  reserve(elements.size());
  for (auto& element : elements)
    push_back(std::move(element));
}

const value& array::operator[](std::size_t index) const noexcept {
  return index < size() && !hole(index) ? begin()[index] : undefined_value;
}

array& array::push_back(value element) {
  if (element.noted() != value::note::none)
    element.note_down(value::note::none); // What was a hole elsewhere is an `undefined` here.
  append(std::move(element));
  return *this;
}

array& array::push_hole() {
  append(detail::value_internals::hole());
  return *this;
}

array& array::set(std::size_t index, value element) {
  if (index >= size()) {
    if (index > size())
      reserve(index + 1);
    while (size() < index)
      push_hole();
    return push_back(std::move(element));
  }
  make_room(0);
  element.note_down(value::note::none);
  replace(at_index(index), std::move(element));
  return *this;
}

bool array::hole(std::size_t index) const noexcept {
  return index < size() && begin()[index].noted() == value::note::hole;
}

array& array::set(std::string key, value content) {
  make_room(0);
  if (node_ == nullptr)
    node_ = node::make(value_type::array, 0);
  if (!node_->extra)
    node_->extra = std::make_unique<object>();
  node_->extra->set(std::move(key), std::move(content));
  recount();
  return *this;
}

const object& array::members() const noexcept {
  return node_ != nullptr && node_->extra ? *node_->extra : no_members;
}

// -- object ---------------------------------------------------------------------------------------

object::object(std::initializer_list<detail::initial_member> members) {
  reserve(members.size());
  for (const auto& one : members)
    set(std::move(one.content.first), std::move(one.content.second));
}

std::size_t object::position_of(std::string_view key) const noexcept {
  const auto* members = begin();
  if (size() <= unindexed_members_max) {
    std::size_t position = 0;
    while (position < size() && members[position].first != key)
      ++position;
    return position;
  }
  const auto& slots = node_->extra->slots;
  for (auto slot = slot_of(key, slots.size()); slots[slot] != 0;
       slot = (slot + 1) & (slots.size() - 1)) {
    const std::size_t position = slots[slot] - 1;
    if (members[position].first == key)
      return position;
  }
  return size();
}

object& object::set(std::string key, value content) {
  const auto position = position_of(key);
  if (position == size()) {
    append({std::move(key), std::move(content)});
    index_from(*node_, position);
    return *this;
  }
  make_room(0);
  replace(at_index(position).second, std::move(content));
  return *this;
}

const value* object::find(std::string_view key) const noexcept {
  const auto position = position_of(key);
  return position < size() ? &begin()[position].second : nullptr;
}

const value& object::operator[](std::string_view key) const noexcept {
  const auto* found = find(key);
  return found == nullptr ? undefined_value : *found;
}

// -- map and set ----------------------------------------------------------------------------------

map::map(std::initializer_list<detail::initial_entry> entries) {
  reserve(entries.size());
  for (const auto& one : entries)
    append(std::move(one.content));
}

map& map::add(value key, value content) {
  append({std::move(key), std::move(content)});
  return *this;
}

const value* map::find(const value& key) const {
  const auto found = std::ranges::find(*this, key, &entry::first);
  return found == end() ? nullptr : &found->second;
}

set::set(std::initializer_list<detail::initial_value> items) {
  reserve(items.size());
  for (const auto& item : items)
    append(std::move(item.content));
}

set& set::add(value item) {
  append(std::move(item));
  return *this;
}

bool set::contains(const value& item) const {
  return std::ranges::find(*this, item) != end();
}

bool operator==(const array& lhs, const array& rhs) {
  return value{lhs} == value{rhs};
}

bool operator==(const object& lhs, const object& rhs) {
  return value{lhs} == value{rhs};
}

bool operator==(const map& lhs, const map& rhs) {
  return value{lhs} == value{rhs};
}

bool operator==(const set& lhs, const set& rhs) {
  return value{lhs} == value{rhs};
}

} // namespace hawser
