#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "big_endian.hpp"
#include "half_float.hpp"
#include "hawser/wire_sink.hpp"
#include "value_internals.hpp"
#include "wire_format.hpp"

namespace hawser::detail {

/// Puts together CBOR items and hands them to a sink, a block at a time.
class wire_writer {
public:
  /// From here on the bytes go to that sink, which gets no more than a block beyond the maximum.
  void begin(wire_sink& to, std::uint64_t bytes_max) noexcept {
    to_ = &to;
    bytes_max_ = bytes_max;
    used_ = 0;
    flushed_ = 0;
  }

  /// Bytes so far.
  std::uint64_t position() const noexcept { return flushed_ + used_; }

  bool over() const noexcept { return position() > bytes_max_; }

  void byte(std::uint8_t content) {
    make_room(1);
    block_[used_++] = std::byte{content};
  }

  /// The start of an item in as few bytes as it takes.
  void head(wire::major kind, std::uint64_t argument) {
    make_room(9);
    const auto first = static_cast<unsigned>(kind) << 5;
    if (argument < 24)
      block_[used_++] = static_cast<std::byte>(first | argument);
    else if (argument <= 0xff)
      put<std::uint8_t>(first | 24, argument);
    else if (argument <= 0xffff)
      put<std::uint16_t>(first | 25, argument);
    else if (argument <= 0xffffffff)
      put<std::uint32_t>(first | 26, argument);
    else
      put<std::uint64_t>(first | 27, argument);
  }

  void tag(wire::tag which) { head(wire::major::tag, static_cast<std::uint64_t>(which)); }

  void integer(std::int32_t number) {
    if (number >= 0)
      head(wire::major::unsigned_integer, static_cast<std::uint64_t>(number));
    else
      head(wire::major::negative_integer, static_cast<std::uint64_t>(~std::int64_t{number}));
  }

  /// In the fewest bytes that keep it exact; there is one NaN.
  void number(double content) {
    make_room(9);
    if (content != content)
      return put<std::uint16_t>(wire::byte_half, wire::half_nan);
    const auto narrow = static_cast<float>(content);
    if (static_cast<double>(narrow) != content)
      return put<std::uint64_t>(wire::byte_double, std::bit_cast<std::uint64_t>(content));
    if (const auto half = to_half(narrow))
      put<std::uint16_t>(wire::byte_half, *half);
    else
      put<std::uint32_t>(wire::byte_float, std::bit_cast<std::uint32_t>(narrow));
  }

  /// Numbers in a row, up to what is none; where it stopped. For long arrays.
  const value* numbers(const value* at, const value* end) {
    for (; at != end; ++at) {
      if (at->type() == value_type::number)
        number(value_internals::number(*at));
      else if (at->type() == value_type::int32)
        integer(value_internals::int32(*at));
      else
        break;
    }
    return at;
  }

  void raw(std::span<const std::byte> bytes) {
    if (bytes.size() <= block_.size() - used_) {
      std::copy(bytes.begin(), bytes.end(), block_.begin() + static_cast<std::ptrdiff_t>(used_));
      used_ += bytes.size();
      return;
    }
    flush();
    if (bytes.size() <= block_.size())
      return raw(bytes);
    flushed_ += bytes.size();
    if (!over())
      to_->write(bytes);
  }

  /// Bytes that stay where they are while `owner` lives.
  void raw(std::span<const std::byte> bytes, const value& owner) {
    if (bytes.size() < shared_bytes_min)
      return raw(bytes);
    flush();
    flushed_ += bytes.size();
    if (!over())
      to_->write_shared(bytes, owner);
  }

  void flush() {
    if (used_ > 0 && !over())
      to_->write({block_.data(), used_});
    flushed_ += used_;
    used_ = 0;
  }

private:
  // From this size on not copying is worth a piece of its own.
  static constexpr std::size_t shared_bytes_min = 4096;

  void make_room(std::size_t bytes) {
    if (block_.size() - used_ < bytes)
      flush();
  }

  // A first byte and an argument of that width.
  template <class Width>
  void put(unsigned first, std::uint64_t argument) noexcept {
    auto* to = block_.data() + used_;
    *to = static_cast<std::byte>(first);
    store_big_endian(static_cast<Width>(argument), to + 1);
    used_ += 1 + sizeof(Width);
  }

  std::array<std::byte, 8192> block_;
  std::size_t used_ = 0;
  std::uint64_t flushed_ = 0;
  std::uint64_t bytes_max_ = 0;
  wire_sink* to_ = nullptr;
};

} // namespace hawser::detail
