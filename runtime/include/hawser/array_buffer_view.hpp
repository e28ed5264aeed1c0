#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "hawser/array_buffer.hpp"
#include "hawser/error.hpp"

namespace hawser {

class value;

/// What a view makes of the bytes. Values travel between nodes: never reuse or renumber one.
enum class view_kind : std::uint8_t {
  int8 = 0,
  uint8 = 1,
  uint8_clamped = 2,
  int16 = 3,
  uint16 = 4,
  int32 = 5,
  uint32 = 6,
  float16 = 7,
  float32 = 8,
  float64 = 9,
  big_int64 = 10,
  big_uint64 = 11,
  data_view = 12,
};

/// `Uint8Array`, `DataView` and so on.
std::string_view to_string(view_kind kind) noexcept;

/// Bytes per element; 1 for `data_view`.
std::size_t element_size(view_kind kind) noexcept;

namespace detail {

// clang-format off
template <class T> constexpr view_kind view_kind_of = view_kind::data_view;
template <> inline constexpr view_kind view_kind_of<std::int8_t> = view_kind::int8;
template <> inline constexpr view_kind view_kind_of<std::uint8_t> = view_kind::uint8;
template <> inline constexpr view_kind view_kind_of<std::int16_t> = view_kind::int16;
template <> inline constexpr view_kind view_kind_of<std::uint16_t> = view_kind::uint16;
template <> inline constexpr view_kind view_kind_of<std::int32_t> = view_kind::int32;
template <> inline constexpr view_kind view_kind_of<std::uint32_t> = view_kind::uint32;
template <> inline constexpr view_kind view_kind_of<float> = view_kind::float32;
template <> inline constexpr view_kind view_kind_of<double> = view_kind::float64;
template <> inline constexpr view_kind view_kind_of<std::int64_t> = view_kind::big_int64;
template <> inline constexpr view_kind view_kind_of<std::uint64_t> = view_kind::big_uint64;
// clang-format on

} // namespace detail

/// A type an element of a typed array can have in C++.
template <class T>
concept view_element = detail::view_kind_of<T>
!= view_kind::data_view;

/// A typed array or a data view: a stretch of a buffer and what its elements are. ECMAScript
/// TypedArray, DataView.
///
/// It says where to look and owns no bytes. Where the buffer is resized, the view follows: one made
/// without a length over a resizable or growable buffer always reaches to the end. Use it where the
/// buffer may be used.
class array_buffer_view {
public:
  using buffer_type = std::variant<array_buffer, shared_array_buffer>;

  /// A view of `length` elements (bytes for a data view) from `byte_offset` on; without a length,
  /// of all that is left. `range_error` if that does not fit the buffer or is not aligned to the
  /// elements, `type_error` for a detached buffer.
  static result<array_buffer_view> make(view_kind kind, buffer_type buffer,
                                        std::size_t byte_offset = 0,
                                        std::optional<std::size_t> length = {});

  /// A typed array over a new buffer that holds a copy of `elements`.
  template <view_element T>
  static array_buffer_view of(std::span<const T> elements) {
    return {detail::view_kind_of<T>, array_buffer::copy_of(std::as_bytes(elements)), 0,
            elements.size()};
  }

  template <view_element T>
  static array_buffer_view of(std::initializer_list<T> elements) {
    return of(std::span<const T>{elements.begin(), elements.size()});
  }

  /// The same stretch of another buffer, a copy of the first. It may be out of its bounds.
  array_buffer_view over(buffer_type buffer) const {
    return {kind_, std::move(buffer), byte_offset_, length_};
  }

  view_kind kind() const noexcept { return kind_; }

  const buffer_type& buffer() const noexcept { return buffer_; }

  /// The three of them are 0 while out of bounds, as for every detached buffer.
  std::size_t byte_offset() const noexcept;
  std::size_t byte_length() const noexcept;
  std::size_t length() const noexcept { return byte_length() / element_size(kind_); }

  /// Does its length follow that of the buffer?
  bool length_tracking() const noexcept { return !length_; }

  /// Has its buffer become too short for it?
  bool out_of_bounds() const noexcept;

  /// As the view was made.
  std::size_t declared_byte_offset() const noexcept { return byte_offset_; }

  /// The bytes it shows; mutable ones stop the process for an immutable buffer.
  std::span<const std::byte> bytes() const noexcept;
  std::span<std::byte> mutable_bytes();

  /// Its elements, if they are `T`s: none for another kind. `std::uint8_t` reads clamped ones too.
  template <view_element T>
  std::optional<std::span<const T>> elements() const noexcept {
    const bool clamped = std::same_as<T, std::uint8_t> && kind_ == view_kind::uint8_clamped;
    if (kind_ != detail::view_kind_of<T> && !clamped)
      return std::nullopt;
    const auto all = bytes();
    return std::span{reinterpret_cast<const T*>(all.data()), all.size() / sizeof(T)};
  }

  /// One element as a number or big integer; `undefined` beyond the end.
  value element(std::size_t index) const;

  /// Same kind, offset and bytes; where it is out of bounds, that.
  friend bool operator==(const array_buffer_view& lhs, const array_buffer_view& rhs) noexcept;

private:
  array_buffer_view(view_kind kind, buffer_type buffer, std::size_t byte_offset,
                    std::optional<std::size_t> length)
    : buffer_(std::move(buffer)), byte_offset_(byte_offset), length_(length), kind_(kind) {}

  buffer_type buffer_;
  std::size_t byte_offset_;
  std::optional<std::size_t> length_; ///< In elements; none where it tracks.
  view_kind kind_;
};

} // namespace hawser
