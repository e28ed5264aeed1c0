#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "big_endian.hpp"
#include "frame_format.hpp"
#include "hawser/frame_codec.hpp"
#include "unicode.hpp"

namespace hawser::detail {

/// Reads what frames consist of. The first byte that does not fit ends the reading, and no count
/// makes memory be taken for more than the bytes behind it can fill.
class frame_bytes {
protected:
  using flags = frame_format::flags;

  static constexpr auto id_bytes = frame_format::id_bytes;
  static constexpr auto number_bits = frame_format::number_bits;
  static constexpr auto number_more = frame_format::number_more;

  frame_bytes(std::span<const std::byte> from, const frame_limits& bounds)
    : begin_(from.data()), at_(begin_), end_(begin_ + from.size()), bounds_(bounds) {}

  std::uint32_t hops() {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    const auto* const before = at_;
    const auto read = number("a count of hops");
    if (read <= most)
      return static_cast<std::uint32_t>(read);
    fail_at(before, "a count of hops in 32 bits");
    return 0;
  }

  // How many things follow, of at least so many bytes each.
  std::size_t count(std::size_t most, std::size_t bytes_each, std::string_view things) {
    const auto* const before = at_;
    const auto read = number("a count");
    if (read <= most && read <= left() / bytes_each)
      return static_cast<std::size_t>(read);
    fail_at(before, (read > most ? "at most " + std::to_string(most) + " "
                                 : "as many bytes as would fill all ")
                      + std::string{things} + ", not " + std::to_string(read));
    return 0;
  }

  // -- bytes --------------------------------------------------------------------------------------

  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  std::uint8_t byte(std::string_view what) {
    if (at_ == end_) [[unlikely]] {
      ended(what);
      return 0;
    }
    return std::to_integer<std::uint8_t>(*at_++);
  }

  std::uint8_t flags_of(flags known, std::string_view what) {
    const auto* const before = at_;
    const auto read = byte(what);
    if ((read & ~unsigned{known}) != 0)
      fail_at(before, std::string{what} + ", at most " + std::to_string(known) + ", not "
                        + std::to_string(read));
    return read;
  }

  template <class Tag>
  void read(random_id<Tag>& to, std::string_view what) {
    if (left() < id_bytes) [[unlikely]]
      return ended(what);
    to = {load_big_endian<std::uint64_t>(at_),
          load_big_endian<std::uint64_t>(at_ + sizeof to.high)};
    at_ += id_bytes;
  }

  // One whose absence a flag would have told.
  template <class Tag>
  void read_some(random_id<Tag>& to, std::string_view what) {
    const auto* const before = at_;
    read(to, what);
    if (!to)
      fail_at(before, std::string{what} + ", not none");
  }

  std::uint64_t number(std::string_view what) {
    // Nearly all are of one or two bytes.
    if (left() >= 2) {
      const auto low = std::to_integer<std::uint64_t>(at_[0]);
      const auto high = std::to_integer<std::uint64_t>(at_[1]);
      if (low < number_more) {
        ++at_;
        return low;
      }
      if (high != 0 && high < number_more) {
        at_ += 2;
        return high << number_bits | (low - number_more);
      }
    }
    return long_number(what);
  }

  std::uint64_t long_number(std::string_view what) {
    const auto* at = at_;
    std::uint64_t made = 0;
    for (unsigned shift = 0; at != end_; shift += number_bits) {
      const auto next = std::to_integer<std::uint64_t>(*at++);
      const auto digits = next & (number_more - 1U);
      if (digits << shift >> shift != digits || (next >= number_more && shift >= 63)) {
        fail(std::string{what} + " in 64 bits");
        return 0;
      }
      made |= digits << shift;
      if (next >= number_more)
        continue;
      if (next == 0 && shift != 0) {
        fail(std::string{what} + " in its shortest form");
        return 0;
      }
      at_ = at;
      return made;
    }
    ended(what);
    return 0;
  }

  // A length and so many bytes.
  std::span<const std::byte> string(std::string_view what) {
    const auto* const before = at_;
    const auto size = number(what);
    if (size > left()) {
      fail_at(before, std::string{what} + " in " + std::to_string(size) + " bytes, but there are "
                        + std::to_string(left()));
      return {};
    }
    const auto* const start = std::exchange(at_, at_ + size);
    return {start, at_};
  }

  std::string text(std::string_view what) {
    const auto* const before = at_;
    const auto bytes = string(what);
    if (bytes.size() > bounds_.text_bytes_max) {
      fail_at(before, std::string{what} + " in at most " + std::to_string(bounds_.text_bytes_max)
                        + " bytes, not " + std::to_string(bytes.size()));
      return {};
    }
    const std::string_view read{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    if (text_form_of(read) == text_form::utf8)
      return std::string{read};
    fail_at(before, std::string{what} + " in UTF-8");
    return {};
  }

  // -- trouble ------------------------------------------------------------------------------------

  void ended(std::string_view what) { fail(std::string{what} + ", but the bytes end"); }

  void fail(const std::string& expected) { fail_at(at_, expected); }

  // The first counts. Whatever is read afterwards finds the end.
  void fail_at(const std::byte* where, const std::string& expected) {
    at_ = end_;
    if (trouble_.empty())
      trouble_ = "byte " + std::to_string(where - begin_) + ": expected " + expected;
  }

  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
  const frame_limits& bounds_;
  std::string trouble_;
};

} // namespace hawser::detail
