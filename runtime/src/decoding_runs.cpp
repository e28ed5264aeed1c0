// Reading values: the short way. Numbers, constants and short text in an array or an object that
// has room for them go straight to their places, and so do arrays and objects of these. Whatever is
// not of the usual form, is cut off or is wrong is left where it is, for the general way to read.

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
  for (;;) {
    if (tags_.any() || body_.open || trouble_ || at_ == end_)
      return;
    if (frames_.empty()) {
      if (complete_ || !open_plain())
        return;
      continue;
    }
    auto& top = frames_.back();
    if (top.remaining == indefinite)
      return;
    if (top.what == kind::array) {
      const auto read = read_elements(top.made, top.remaining);
      top.remaining -= read;
      promised_ -= read;
    } else if (top.what == kind::object) {
      read_members(top);
    } else {
      return;
    }
    if (top.remaining > 0) {
      if (!open_plain())
        return;
    } else if (auto made = close()) {
      deliver(*std::move(made));
    }
  }
}

// Is the number there whole, if it is one? In the last bytes only it may not be.
inline bool decoding::holds_number() const noexcept {
  if (end_ - at_ >= item_bytes_max)
    return true;
  const auto info = at_ == end_ ? 31 : std::to_integer<unsigned>(*at_) & 31U;
  return info < 24 || (info < 28 && left() > std::uint64_t{1} << (info - 24));
}

// Appends as many as are plain and have room; returns their number.
std::uint64_t decoding::read_elements(const value& into, std::uint64_t most) {
  auto& node = *inside::node_as<array_node>(into);
  auto* const first = node.items() + node.size;
  auto* const last = first + std::min<std::uint64_t>(node.capacity - node.size, most);
  auto* to = first;
  std::uint64_t numbers = 0;
  const auto* item = at_;
  for (; to != last && holds_number(); ++to) {
    item = at_;
    if (read_number(at_, to)) {
      ++numbers;
    } else {
      node.size = static_cast<std::uint32_t>(to - node.items()); // Memory may run out.
      if (!read_plain(to))
        break;
      count(node, *to);
    }
  }
  node.size = static_cast<std::uint32_t>(to - node.items());
  node.bytes += numbers * sizeof(value);
  item_at_ = position_ + static_cast<std::uint64_t>(item - begin_);
  return static_cast<std::uint64_t>(to - first);
}

// Reads the outermost array, whose head has been read, and puts it on the list only if there is
// something in it that is not plain: 4 % of the flood between nodes. False: the general way says
// what is wrong.
bool decoding::read_flat(std::uint64_t count) {
  const auto bytes = sizeof(array_node) + static_cast<std::size_t>(count) * sizeof(value);
  if (!fits(count) || options_.limits.depth_max == 0 || !afford(bytes))
    return false;
  auto made = inside::adopt(array_node::make(value_type::array, static_cast<std::size_t>(count)));
  const auto remaining = count - read_elements(made, count);
  if (remaining == 0) {
    root_ = std::move(made);
    complete_ = true;
    return true;
  }
  auto& top = add_frame(kind::array, unmarked);
  top.made = std::move(made);
  top.remaining = remaining;
  add_level(top);
  promised_ += remaining;
  return true;
}

void decoding::read_members(frame& top) {
  auto& node = *inside::node_as<object_node>(top.made);
  while (top.remaining > 0 && at_ != end_) {
    item_at_ = here();
    if (top.at_key) {
      const auto* const before = at_;
      const auto key = node.size < node.capacity ? read_short_text() : std::nullopt;
      if (!key || has_key(top, *key) || !afford(key_bytes(*key))) {
        at_ = before;
        return;
      }
      emplace_item<object::member>(node, *key, value{});
      top.at_key = false;
      --top.remaining;
      --promised_;
      continue;
    }
    auto& member = node.items()[node.size - 1];
    // An `undefined` owns nothing that would have to be destroyed first.
    if (!holds_number() || (!read_number(at_, &member.second) && !read_plain(&member.second)))
      return;
    count(node, member);
    top.at_key = true;
    --top.remaining;
    --promised_;
  }
}

// Opens an array or an object of few items, if one is there.
bool decoding::open_plain() {
  if (at_ == end_)
    return false;
  const auto first = std::to_integer<std::uint8_t>(*at_);
  const unsigned count = first & 31U;
  const auto major = static_cast<wire::major>(first >> 5);
  if (count >= 24 || (major != wire::major::array && major != wire::major::map))
    return false;
  item_at_ = here();
  ++at_;
  if (frames_.empty() && major == wire::major::array && read_flat(count))
    return true;
  open(major == wire::major::array ? kind::array : kind::object, {}, count);
  return true;
}

// Text of less than 64 KiB that is all there.
std::optional<std::string_view> decoding::read_short_text() {
  const auto first = std::to_integer<unsigned>(*at_);
  std::size_t prefix = 1;
  std::size_t size = first - 0x60;
  if (first < 0x60 || first > 0x79)
    return std::nullopt;
  if (size >= 24) {
    if (left() < 3)
      return std::nullopt;
    prefix = size == 24 ? 2 : 3;
    size =
      size == 24 ? std::to_integer<std::size_t>(at_[1]) : load_big_endian<std::uint16_t>(at_ + 1);
  }
  if (size > left() - prefix)
    return std::nullopt;
  const std::string_view text{reinterpret_cast<const char*>(at_ + prefix), size};
  if (text_form_of(text) != text_form::utf8)
    return std::nullopt;
  at_ += prefix + size;
  return text;
}

// Counts the bytes, unless they are too many: then the general way says so.
bool decoding::afford(std::uint64_t bytes) noexcept {
  if (memory_ + bytes > options_.limits.decoded_bytes_max)
    return false;
  memory_ += bytes;
  return true;
}

// Makes a value of a constant or of short text, and goes behind it; false if something else is
// there.
bool decoding::read_plain(value* to) {
  const auto* const before = at_;
  if (const auto text = read_short_text()) {
    if (!afford(sizeof(string_node) + text->size())) {
      at_ = before;
      return false;
    }
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
