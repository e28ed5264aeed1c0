// Reading values: the short way. Numbers, constants and short text in an array or an object that
// has room for them go straight to their places. Whatever is not of the usual form, may be cut off,
// is wrong or completes its container is left where it is, for the general way to read.

#include <algorithm>
#include <bit>
#include <limits>

#include "big_endian.hpp"
#include "decoding.hpp"
#include "unicode.hpp"
#include "value_internals.hpp"

namespace hawser::detail {
namespace {

using inside = value_internals;

// Enough for every number.
constexpr std::ptrdiff_t item_bytes_max = 9;

// Makes a value of an int32 or a double, and goes behind it; false if something else is there.
inline bool read_number(const std::byte*& at, value* to) noexcept {
  const auto first = std::to_integer<unsigned>(*at);
  std::uint32_t magnitude = first & 31U;
  std::size_t size = 1;
  if (first == wire::byte_double) {
    const auto number = std::bit_cast<double>(load_big_endian<std::uint64_t>(at + 1));
    ::new (to) value(number == number ? number : std::numeric_limits<double>::quiet_NaN());
    at += item_bytes_max;
    return true;
  }
  if (first >= 0x40 || magnitude > 26)
    return false;
  if (magnitude == 24) {
    magnitude = std::to_integer<std::uint32_t>(at[1]);
    size = 2;
  } else if (magnitude == 25) {
    magnitude = load_big_endian<std::uint16_t>(at + 1);
    size = 3;
  } else if (magnitude == 26) {
    magnitude = load_big_endian<std::uint32_t>(at + 1);
    size = 5;
    if (magnitude > std::uint32_t{std::numeric_limits<std::int32_t>::max()})
      return false;
  }
  const auto number = static_cast<std::int32_t>(magnitude);
  ::new (to) value(first < 0x20 ? number : ~number);
  at += size;
  return true;
}

} // namespace

void decoding::read_run() {
  if (frames_.empty() || tags_.any() || body_.open || end_ - at_ < item_bytes_max)
    return;
  auto& top = frames_.back();
  if (top.remaining == indefinite)
    return;
  if (top.what == kind::array)
    read_elements(top);
  else if (top.what == kind::object)
    read_members(top);
}

void decoding::read_elements(frame& top) {
  auto& node = *inside::node_as<array_node>(top.made);
  const auto most = std::min<std::uint64_t>(node.capacity - node.size, top.remaining - 1);
  auto* const first = node.items() + node.size;
  auto* const last = first + most;
  auto* to = first;
  while (to != last && end_ - at_ >= item_bytes_max) {
    if (read_number(at_, to)) {
      node.bytes += sizeof(value);
    } else {
      node.size = static_cast<std::uint32_t>(to - node.items()); // Memory may run out.
      if (!read_plain(to))
        break;
      count(node, *to);
    }
    ++to;
  }
  const auto read = static_cast<std::uint64_t>(to - first);
  node.size = static_cast<std::uint32_t>(to - node.items());
  top.remaining -= read;
  promised_ -= read;
}

void decoding::read_members(frame& top) {
  auto& node = *inside::node_as<object_node>(top.made);
  while (top.remaining > 2 && node.size < node.capacity && end_ - at_ >= item_bytes_max) {
    if (top.at_key) {
      const auto* const before = at_;
      const auto key = read_short_text();
      if (!key || has_key(top, *key)) {
        at_ = before;
        return;
      }
      emplace_item(node, object::member{std::string{*key}, value{}});
      top.at_key = false;
      --top.remaining;
      --promised_;
      if (end_ - at_ < item_bytes_max)
        return;
    }
    auto& member = node.items()[node.size - 1];
    // An `undefined` owns nothing that would have to be destroyed first.
    if (!read_number(at_, &member.second) && !read_plain(&member.second))
      return;
    count(node, member);
    top.at_key = true;
    --top.remaining;
    --promised_;
  }
}

// Text of less than 256 bytes that is all there.
std::optional<std::string_view> decoding::read_short_text() {
  const auto first = std::to_integer<unsigned>(*at_);
  if (first < 0x60 || first > 0x78)
    return std::nullopt;
  const std::size_t prefix = first == 0x78 ? 2 : 1;
  const std::size_t size = first == 0x78 ? std::to_integer<std::size_t>(at_[1]) : first - 0x60;
  if (size > left() - prefix)
    return std::nullopt;
  const std::string_view text{reinterpret_cast<const char*>(at_ + prefix), size};
  if (text_form_of(text) != text_form::utf8
      || memory_ + sizeof(string_node) + size > options_.limits.decoded_bytes_max)
    return std::nullopt;
  memory_ += sizeof(string_node) + size;
  at_ += prefix + size;
  return text;
}

// Makes a value of a constant or of short text, and goes behind it; false if something else is
// there.
bool decoding::read_plain(value* to) {
  if (const auto text = read_short_text()) {
    ::new (to) value(*text);
    return true;
  }
  switch (std::to_integer<std::uint8_t>(*at_)) {
    case wire::byte_false:
      ::new (to) value(false);
      break;
    case wire::byte_true:
      ::new (to) value(true);
      break;
    case wire::byte_null:
      ::new (to) value(nullptr);
      break;
    case wire::byte_undefined:
      ::new (to) value();
      break;
    default:
      return false;
  }
  ++at_;
  return true;
}

} // namespace hawser::detail
