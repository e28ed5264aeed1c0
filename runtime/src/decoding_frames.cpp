// Reading values: containers, which lie on a list until their last item has come.

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "decoding.hpp"
#include "unicode.hpp"
#include "value_internals.hpp"

namespace hawser::detail {

using inside = value_internals;
using wire::major;

void decoding::take_container(const head& item) {
  const auto count = item.is_indefinite() ? indefinite : item.argument;
  if (count == indefinite && !item.is_indefinite())
    return fail("a container of more items than there can be");
  if (item.kind() == major::map) {
    if (!tags_.content)
      return open(kind::object, {}, count);
    if (tags_.content == wire::tag::map)
      return open(kind::map, {}, count);
    refuse_other_tags("a map");
    return;
  }
  if (!tags_.content)
    return open(kind::array, {}, count);
  if (tags_.content == wire::tag::set)
    return open(kind::set, {}, count);
  if (tags_.content == wire::tag::record)
    return open(kind::record, wire::record::unnamed, count);
  if (tags_.content == wire::tag::reg_exp)
    return open(kind::record, wire::record::reg_exp, count);
  refuse_other_tags("an array");
}

void decoding::open(kind what, wire::record record, std::uint64_t count) {
  if (!may_open(what))
    return;
  const bool pairs = what == kind::object || what == kind::map;
  const auto counted = count != indefinite;
  note_arrival();
  if (counted
      && (count > std::numeric_limits<std::uint32_t>::max() || !fits(pairs ? count * 2 : count)))
    return fail("a container of " + std::to_string(count) + " items where " + std::to_string(left())
                + " bytes are left");
  // Room for everything only if it is known to follow.
  constexpr std::uint64_t unproven_capacity_max = 64;
  const auto proven = more_ == rest::none ? count : std::min(count, unproven_capacity_max);
  const auto capacity = static_cast<std::size_t>(counted ? proven : 0);
  auto& top = add_frame(what, tags_.mark);
  top.remaining = counted && pairs ? count * 2 : count;
  top.record = record;
  top.at_key = pairs;
  tags_.clear();
  if (what == kind::record && frames_.size() > 1
      && frames_[frames_.size() - 2].what == kind::record)
    top.leaf_nesting = static_cast<std::uint8_t>(frames_[frames_.size() - 2].leaf_nesting + 1);
  if (what != kind::record && !add_level(top))
    return;
  if (!charge(sizeof(array_node) + capacity * (pairs ? sizeof(object::member) : sizeof(value))))
    return;
  top.made = made_for(what, capacity);
  if (counted)
    promised_ += top.remaining;
  if (top.remaining == 0)
    if (auto made = close())
      deliver(*std::move(made));
}

decoding::frame& decoding::add_frame(kind what, std::uint32_t mark) {
  if (frames_.capacity() == 0)
    frames_.reserve(16);
  auto& added = frames_.emplace_back();
  added.what = what;
  added.mark = mark;
  return added;
}

// Each of the items, and of those the open containers wait for, takes a byte at least.
bool decoding::fits(std::uint64_t items) {
  return more_ == rest::may_follow || items <= left() - std::min(left(), promised_);
}

// A record has the containers it is made of and no others.
bool decoding::may_open(kind what) {
  if (frames_.empty())
    return true;
  const auto& parent = frames_.back();
  if (parent.what == kind::object && parent.at_key) {
    fail("the key of a member is a container");
    return false;
  }
  if (parent.what != kind::record)
    return true;
  constexpr unsigned leaf_nesting_max = 2; // Image data, its view, and its resizable buffer.
  const auto position = parent.made.size();
  bool allowed = false;
  switch (parent.record) {
    case wire::record::unnamed:
      break;
    case wire::record::array:
      allowed = (position == 1 && what == kind::array) || (position == 2 && what == kind::object);
      break;
    case wire::record::error:
      allowed = position == 2 && what == kind::object;
      break;
    case wire::record::platform_object:
      allowed = position == 2;
      break;
    case wire::record::structure:
      allowed = position == 2 && what == kind::object;
      break;
    default:
      allowed = what == kind::record && parent.leaf_nesting < leaf_nesting_max;
      break;
  }
  if (!allowed)
    fail("a container that has no place in this record");
  return allowed;
}

bool decoding::add_level(frame& top) {
  ++top.levels;
  if (++levels_ <= options_.limits.depth_max)
    return true;
  fail("nested deeper than " + std::to_string(options_.limits.depth_max) + " levels");
  return false;
}

value decoding::made_for(kind what, std::size_t capacity) {
  switch (what) {
    case kind::array:
    case kind::record:
      return inside::adopt(array_node::make(value_type::array, capacity));
    case kind::set:
      return inside::adopt(set_node::make(value_type::set, capacity));
    case kind::object:
      return inside::adopt(object_node::make(value_type::object, capacity));
    case kind::map:
      return inside::adopt(map_node::make(value_type::map, capacity));
  }
  panic("a container of no kind was opened");
}

// One of the items that were promised is there, or at least its first byte.
void decoding::note_arrival() {
  if (!frames_.empty() && frames_.back().remaining != indefinite)
    --promised_;
}

// Gives the value to the container it is an item of, and those that thereby become complete to
// theirs.
void decoding::deliver(value made) {
  while (!frames_.empty()) {
    auto& top = frames_.back();
    if (!put(top, std::move(made)) || top.remaining == indefinite)
      return;
    if (--top.remaining > 0)
      return;
    auto closed = close();
    if (!closed)
      return;
    made = *std::move(closed);
  }
  root_ = std::move(made);
  complete_ = true;
}

// Takes the complete container off the list.
std::optional<value> decoding::close() {
  auto& top = frames_.back();
  std::optional<value> made;
  if (top.what == kind::record)
    made = make_record(top);
  else if (top.what != kind::object || check_distinct(top))
    made = std::move(top.made);
  if (!made)
    return made;
  if (top.mark != unmarked)
    marked_[top.mark] = *made;
  levels_ -= top.levels;
  frames_.pop_back();
  return made;
}

void decoding::take_break() {
  if (frames_.empty() || frames_.back().remaining != indefinite || tags_.any())
    return fail("a break outside of a container of indefinite length");
  const auto& top = frames_.back();
  if ((top.what == kind::object || top.what == kind::map) && !top.at_key)
    return fail("a key without its value");
  if (auto made = close())
    deliver(*std::move(made));
}

template <class List, class Item>
bool decoding::append(frame& top, Item item) {
  using node = typename List::node;
  auto* into = inside::node_as<node>(top.made);
  if (into->size == into->capacity) {
    constexpr std::uint64_t capacity_max = std::numeric_limits<std::uint32_t>::max();
    const auto capacity =
      std::min(capacity_max, std::max<std::uint64_t>(4, std::uint64_t{into->capacity} * 2));
    if (into->size == capacity_max || !charge((capacity - into->capacity) * sizeof(Item))) {
      fail("a container of more items than there can be");
      return false;
    }
    auto* larger = node::make(into->type, static_cast<std::size_t>(capacity));
    std::uninitialized_move_n(into->items(), into->size, larger->items());
    larger->size = into->size;
    larger->bytes = into->bytes;
    larger->depth = into->depth;
    larger->active = into->active;
    top.made = inside::adopt(larger);
    into = larger;
  }
  emplace_item<Item>(*into, std::move(item));
  return true;
}

bool decoding::put(frame& top, value made) {
  switch (top.what) {
    case kind::record:
      if (top.record == wire::record::unnamed && !put_name(top, made))
        return false;
      [[fallthrough]];
    case kind::array: {
      if (!append<array>(top, std::move(made)))
        return false;
      auto& node = *inside::node_as<array_node>(top.made);
      count(node, node.items()[node.size - 1]);
      return true;
    }
    case kind::set: {
      if (!append<set>(top, std::move(made)))
        return false;
      auto& node = *inside::node_as<set_node>(top.made);
      count(node, node.items()[node.size - 1]);
      return true;
    }
    case kind::object: {
      if (top.at_key) {
        if (const auto* text = made.get_if<std::string_view>())
          return put_key(top, *text);
        // What a script makes of a number that is a key.
        if (const auto number = made.as<std::int64_t>())
          return put_key(top, std::to_string(*number));
        fail("the key of a member is a " + std::string{to_string(made.type())});
        return false;
      }
      auto& node = *inside::node_as<object_node>(top.made);
      node.items()[node.size - 1].second = std::move(made);
      count(node, node.items()[node.size - 1]);
      top.at_key = true;
      return true;
    }
    case kind::map: {
      if (top.at_key && !append<map>(top, map::entry{}))
        return false;
      auto& node = *inside::node_as<map_node>(top.made);
      auto& entry = node.items()[node.size - 1];
      auto& place = top.at_key ? entry.first : entry.second;
      place = std::move(made);
      count(node, place);
      top.at_key = !top.at_key;
      return true;
    }
  }
  return false;
}

bool decoding::has_key(const frame& top, std::string_view key) {
  auto& node = *inside::node_as<object_node>(top.made);
  if (node.size > compared_keys_max)
    return false;
  const auto* known = node.items();
  for (std::uint32_t i = 0; i < node.size; ++i)
    if (known[i].first == key)
      return true;
  return false;
}

bool decoding::put_key(frame& top, std::string_view key) {
  if (has_key(top, key)) {
    fail("a second member of that name");
    return false;
  }
  if (!charge(key_bytes(key)))
    return false;
  top.at_key = false;
  return append<object>(top, object::member{std::string{key}, value{}});
}

// What a key takes beside its place in the object.
std::uint64_t decoding::key_bytes(std::string_view key) noexcept {
  constexpr std::size_t inlined_max = 15;
  return key.size() > inlined_max ? key.size() : 0;
}

bool decoding::check_distinct(const frame& top) {
  auto& node = *inside::node_as<object_node>(top.made);
  switch (inside::index_distinct(node)) {
    case inside::indexing::done:
      return true;
    case inside::indexing::same_key:
      fail("two members of one name");
      return false;
    case inside::indexing::colliding:
      fail("members whose names were chosen to be slow to find");
      return false;
  }
  return false;
}

bool decoding::put_name(frame& top, const value& name) {
  const auto* text = name.get_if<std::string_view>();
  const auto found = text == nullptr ? std::nullopt : wire::record_named(*text);
  if (!found) {
    fail(text == nullptr ? "a record without a name"
                         : "no record is called '" + std::string{*text} + "'");
    return false;
  }
  top.record = *found;
  top.named = true;
  const bool nests = *found == wire::record::platform_object || *found == wire::record::structure;
  return !nests || add_level(top);
}

bool decoding::charge(std::uint64_t bytes) {
  memory_ += bytes;
  if (memory_ <= options_.limits.decoded_bytes_max)
    return true;
  fail("more than " + std::to_string(options_.limits.decoded_bytes_max) + " bytes in memory");
  return false;
}

} // namespace hawser::detail
