#include "shared_parts.hpp"

#include <algorithm>
#include <utility>

#include "serialized_object.hpp"
#include "value_internals.hpp"

namespace hawser::detail {
namespace {

constexpr std::size_t slots_min = 16;

const void* buffer_of(const array_buffer_view& view) noexcept {
  return std::visit([](const auto& buffer) { return buffer.identity(); }, view.buffer());
}

// Has it an identity, or parts that have?
bool matters(const value& from) noexcept {
  return value_internals::has_node(from) && from.type() != value_type::string
         && from.type() != value_type::big_integer;
}

// Two values may be one buffer or one object of the application without being one node.
bool always_looked_up(value_type type) noexcept {
  return type == value_type::array_buffer || type == value_type::shared_array_buffer
         || type == value_type::platform_object;
}

} // namespace

void shared_parts::scan(const value& root) {
  if (known_ > 0)
    std::ranges::fill(slots_, part{});
  known_ = 0;
  repeated_ = 0;
  look_at(root);
  while (!pending_.empty()) {
    const auto* next = pending_.back();
    pending_.pop_back();
    look_into(*next);
  }
}

inline void shared_parts::look_at(const value& from) {
  if (!matters(from))
    return;
  const bool mentioned = always_looked_up(from.type()) || !unique(value_internals::node(from));
  if (mentioned && from.identity() != nullptr && mention(from.identity()))
    return;
  if (from.type() >= value_type::error)
    pending_.push_back(&from);
}

void shared_parts::look_into(const value& from) {
  switch (from.type()) {
    case value_type::array:
      for (const auto& member : from.get_if<array>()->members())
        look_at(member.second);
      [[fallthrough]];
    case value_type::set:
      for (const auto& item : from.items())
        look_at(item);
      return;
    case value_type::object:
      for (const auto& member : from.members())
        look_at(member.second);
      return;
    case value_type::map:
      for (const auto& entry : from.entries()) {
        look_at(entry.first);
        look_at(entry.second);
      }
      return;
    case value_type::error:
      if (const auto& cause = from.get_if<error_object>()->cause)
        look_at(*cause);
      return;
    case value_type::array_buffer_view:
      mention(buffer_of(*from.get_if<array_buffer_view>()));
      return;
    case value_type::image_data:
      mention(buffer_of(from.get_if<image_data>()->pixels()));
      return;
    case value_type::record:
      return look_at(from.record_fields());
    case value_type::platform_object: {
      const auto& object = **from.get_if<std::shared_ptr<const platform_object>>();
      if (const auto* sent = dynamic_cast<const serialized_object*>(&object))
        look_at(sent->content());
      return;
    }
    default:
      return; // The others are whole.
  }
}

// True if it was met before.
bool shared_parts::mention(const void* identity) {
  if ((known_ + 1) * 2 > slots_.size())
    grow();
  auto& found = slot_of(identity);
  if (found.identity == nullptr) {
    found.identity = identity;
    ++known_;
  }
  ++found.mentions;
  if (found.mentions == 2)
    ++repeated_;
  return found.mentions > 1;
}

shared_parts::part* shared_parts::repeated(const void* identity) noexcept {
  if (slots_.empty())
    return nullptr;
  auto& found = slot_of(identity);
  return found.mentions > 1 ? &found : nullptr;
}

// The part's slot, or the free one where it belongs.
shared_parts::part& shared_parts::slot_of(const void* identity) noexcept {
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15; // Addresses differ in their middle bits.
  const auto mask = slots_.size() - 1;
  auto slot = (reinterpret_cast<std::uintptr_t>(identity) * spread >> 32) & mask;
  while (slots_[slot].identity != nullptr && slots_[slot].identity != identity)
    slot = (slot + 1) & mask;
  return slots_[slot];
}

void shared_parts::grow() {
  const auto size = std::max(slots_min, slots_.size() * 2);
  for (const auto& one : std::exchange(slots_, std::vector<part>(size)))
    if (one.identity != nullptr)
      slot_of(one.identity) = one;
}

} // namespace hawser::detail
