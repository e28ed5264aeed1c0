#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hawser/array_buffer_view.hpp"

/// The numbers and names of the wire format, both directions' common knowledge. `runtime/WIRE.md`
/// is the document to them.
namespace hawser::detail::wire {

inline constexpr std::uint8_t version = 1;

/// CBOR's major types, RFC 8949 section 3.1.
enum class major : std::uint8_t {
  unsigned_integer = 0,
  negative_integer = 1,
  bytes = 2,
  text = 3,
  array = 4,
  map = 5,
  tag = 6,
  simple = 7,
};

inline constexpr unsigned info_indefinite = 31;

// First bytes of items without an argument.
inline constexpr std::uint8_t byte_false = 0xf4;
inline constexpr std::uint8_t byte_true = 0xf5;
inline constexpr std::uint8_t byte_null = 0xf6;
inline constexpr std::uint8_t byte_undefined = 0xf7;
inline constexpr std::uint8_t byte_half = 0xf9;
inline constexpr std::uint8_t byte_float = 0xfa;
inline constexpr std::uint8_t byte_double = 0xfb;
inline constexpr std::uint8_t byte_break = 0xff;

inline constexpr std::uint16_t half_nan = 0x7e00; ///< The one NaN there is.

/// Registered tags that are read; those that are written are the same but for `date_text`,
/// `reg_exp_text`, `reg_exp` and `self_described`.
enum class tag : std::uint64_t {
  date_text = 0,
  date = 1,
  big_integer = 2,
  negative_big_integer = 3,
  record = 27, ///< A type's name and what it is constructed from.
  shareable = 28,
  reference = 29,
  hole = 31,
  reg_exp_text = 35,
  typed_array_first = 64,
  typed_array_last = 87,
  set = 258,
  map = 259,
  wtf8 = 273,
  reg_exp = 21066,
  self_described = 55799,
};

/// What tag 27 names.
enum class record : std::uint8_t {
  unnamed, ///< Its name has not been read.
  array,
  array_buffer,
  immutable_array_buffer,
  big_int,
  blob,
  boolean,
  date,
  dom_exception,
  error,
  file,
  file_list,
  image_data,
  message_port,
  number,
  platform_object,
  reg_exp,
  string,
  structure,
  view,
};

/// The record of that name. Names that end in `Error` are errors.
std::optional<record> record_named(std::string_view name) noexcept;

/// The view that a class of that name is.
std::optional<view_kind> view_named(std::string_view name) noexcept;

/// How a typed array of that kind stands on the wire: its tag of RFC 8746, for the byte order of
/// this machine; none for a data view.
std::optional<std::uint64_t> typed_array_tag(view_kind kind) noexcept;

struct typed_array {
  view_kind kind;
  bool swapped; ///< Are the elements in the other byte order than this machine's?
};

/// The other way round; none for tags of elements that no script has.
std::optional<typed_array> typed_array_tagged(std::uint64_t number) noexcept;

} // namespace hawser::detail::wire
