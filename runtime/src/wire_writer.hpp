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
  /// Bytes that stay where they are need not be copied from this size on: not copying them is worth
  /// a piece of its own.
  static constexpr std::size_t shared_bytes_min = 4096;

  /// What a sink gets at a time, but for what is larger or stays where it is.
  static constexpr std::size_t block_bytes = 8192;

  wire_writer() = default;
  wire_writer(const wire_writer&) = delete;
  wire_writer& operator=(const wire_writer&) = delete;

  /// From here on the bytes go to that sink, which gets no more than a block beyond the maximum.
  void begin(wire_sink& to, std::uint64_t bytes_max) noexcept {
    to_ = &to;
    bytes_max_ = bytes_max;
    at_ = block_.data();
    flushed_ = 0;
  }

  /// Bytes so far.
  std::uint64_t position() const noexcept { return flushed_ + used(); }

  bool over() const noexcept { return position() > bytes_max_; }

  void byte(std::uint8_t content) {
    make_room(1);
    *at_++ = std::byte{content};
  }

  /// The start of an item in as few bytes as it takes.
  void head(wire::major kind, std::uint64_t argument) {
    make_room(head_bytes_max);
    at_ = put_head(at_, kind, argument);
  }

  void tag(wire::tag which) { head(wire::major::tag, static_cast<std::uint64_t>(which)); }

  void integer(std::int32_t number) {
    make_room(head_bytes_max);
    at_ = put_integer(at_, number);
  }

  /// In the fewest bytes that keep it exact; there is one NaN.
  void number(double content) {
    make_room(head_bytes_max);
    at_ = put_number(at_, content);
  }

  /// Numbers in a row, up to what is none; where it stopped. For long arrays.
  const value* numbers(const value* at, const value* end) {
    for (;;) {
      constexpr std::size_t enough = 16; // For each; no number takes more than nine.
      make_room(enough);
      const auto fitting = static_cast<std::ptrdiff_t>(room() / enough);
      const auto* const stop = end - at <= fitting ? end : at + fitting;
      auto* to = at_; // A local, which the bytes that are written cannot be.
      for (; at != stop; ++at) {
        if (at->type() == value_type::number)
          to = put_number(to, value_internals::number(*at));
        else if (at->type() == value_type::int32)
          to = put_integer(to, value_internals::int32(*at));
        else
          break;
      }
      at_ = to;
      if (at != stop || at == end)
        return at;
    }
  }

  /// A text or byte string of fewer bytes than `shared_bytes_min`, its head included.
  void short_string(wire::major kind, std::string_view content) {
    make_room(head_bytes_max + content.size());
    at_ = put_head(at_, kind, content.size());
    std::memcpy(at_, content.data(), content.size());
    at_ += content.size();
  }

  void raw(std::span<const std::byte> bytes) {
    if (bytes.size() > room()) {
      flush();
      if (bytes.size() > block_.size()) {
        flushed_ += bytes.size();
        if (!over())
          to_->write(bytes);
        return;
      }
    }
    at_ = std::copy(bytes.begin(), bytes.end(), at_);
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
    if (used() > 0 && !over())
      to_->write({block_.data(), used()});
    flushed_ += used();
    at_ = block_.data();
  }

private:
  static constexpr std::size_t head_bytes_max = 9; // Every number is a head.

  std::size_t used() const noexcept { return static_cast<std::size_t>(at_ - block_.data()); }

  std::size_t room() const noexcept { return block_.size() - used(); }

  void make_room(std::size_t bytes) {
    if (room() < bytes)
      flush();
  }

  // Each of these puts something where there is room for it, and returns what is behind it.

  template <class Width>
  static std::byte* put(std::byte* to, unsigned first, std::uint64_t argument) noexcept {
    *to = static_cast<std::byte>(first);
    store_big_endian(static_cast<Width>(argument), to + 1);
    return to + 1 + sizeof(Width);
  }

  static std::byte* put_short_head(std::byte* to, unsigned first, std::uint32_t argument) noexcept {
    if (argument > 0xffff)
      return put<std::uint32_t>(to, first | 26, argument);
    if (argument > 0xff)
      return put<std::uint16_t>(to, first | 25, argument);
    if (argument >= 24)
      return put<std::uint8_t>(to, first | 24, argument);
    *to = static_cast<std::byte>(first | argument);
    return to + 1;
  }

  static std::byte* put_head(std::byte* to, wire::major kind, std::uint64_t argument) noexcept {
    const auto first = static_cast<unsigned>(kind) << 5;
    return argument > 0xffffffff ? put<std::uint64_t>(to, first | 27, argument)
                                 : put_short_head(to, first, static_cast<std::uint32_t>(argument));
  }

  // The sign is no branch: in an array it may be as good as drawn by lot, and predicted wrongly.
  static std::byte* put_integer(std::byte* to, std::int32_t number) noexcept {
    const auto sign = static_cast<std::uint32_t>(number >> 31);
    constexpr auto negative = static_cast<unsigned>(wire::major::negative_integer) << 5;
    return put_short_head(to, sign & negative, static_cast<std::uint32_t>(number) ^ sign);
  }

  static std::byte* put_number(std::byte* to, double content) noexcept {
    if (content != content)
      return put<std::uint16_t>(to, wire::byte_half, wire::half_nan);
    const auto narrow = static_cast<float>(content);
    if (static_cast<double>(narrow) != content)
      return put<std::uint64_t>(to, wire::byte_double, std::bit_cast<std::uint64_t>(content));
    if (const auto half = to_half(narrow))
      return put<std::uint16_t>(to, wire::byte_half, *half);
    return put<std::uint32_t>(to, wire::byte_float, std::bit_cast<std::uint32_t>(narrow));
  }

  std::array<std::byte, block_bytes> block_;
  std::byte* at_ = block_.data();
  std::uint64_t flushed_ = 0;
  std::uint64_t bytes_max_ = 0;
  wire_sink* to_ = nullptr;
};

} // namespace hawser::detail
