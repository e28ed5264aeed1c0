#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hawser/array_buffer.hpp"
#include "hawser/big_integer.hpp"

namespace hawser {

class message_port;
class object;
class platform_object;
class value;
struct date;
struct error_object;
struct map;
struct set;

/// What a `value` is. `int32` and `number` are both the Web's Number; an int32 is kept exact.
enum class value_type : std::uint8_t {
  undefined,
  null,
  boolean,
  int32,
  number,
  string,
  big_integer,
  date,
  array,
  object,
  map,
  set,
  array_buffer,
  error,
  port,
  platform_object,
  transferred, ///< Only inside a message on its way; never seen by an application.
};

std::string_view to_string(value_type type) noexcept;

/// An array keeps its elements in order. Holes are not represented yet.
using array = std::vector<value>;

namespace detail {

/// The shared part of every value that does not fit in 16 bytes.
struct value_node {
  std::atomic<std::uint32_t> refs{1};
  value_type type;
  bool active = false;     ///< Holds a port, a buffer or a platform object somewhere below.
  std::uint32_t depth = 1; ///< 1 for a leaf.
  std::uint64_t bytes = 0; ///< Estimated size of the whole subtree.

  explicit value_node(value_type t) : type(t) {}
};

void destroy(value_node* node) noexcept;

} // namespace detail

/// What can be posted: an immutable value of 16 bytes whose large parts are shared.
///
/// Copying never copies content and is safe between threads, so cloning a value inside one process
/// is sharing it. The exceptions are `array_buffer` and `message_port`, which are references to
/// mutable things: a post copies or moves what they refer to. Containers are taken over whole and
/// cannot be changed afterwards. HTML #safe-passing-of-structured-data.
class value {
public:
  /// `undefined`.
  value() noexcept = default;

  /// `null`.
  value(std::nullptr_t) noexcept : type_(value_type::null) {}

  template <std::same_as<bool> T> // nothing else may become a boolean, pointers above all
  value(T content) noexcept : type_(value_type::boolean) {
    payload_.boolean = content;
  }

  /// A number. Becomes an int32 where it fits, else a double where that is exact (up to 2^53), else
  /// a big integer, so that no digit is lost: IMPLEMENTATION-DEFINED(I5).
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  value(T content);

  value(double content) noexcept : type_(value_type::number) { payload_.number = content; }

  /// A letter is neither a number nor a text; say which.
  value(char) = delete;

  /// Text in UTF-8; a lone surrogate is carried in its three-byte (WTF-8) form.
  value(std::string content);
  value(std::string_view content) : value(std::string{content}) {}
  value(const char* content) : value(std::string{content}) {}

  value(big_integer content);
  value(date content);
  value(array content);
  value(object content);
  value(map content);
  value(set content);
  value(array_buffer content);
  value(error_object content);

  /// A reference to a port. The port must stand in the transfer list when the value is posted.
  value(const message_port& content);

  /// An object of the application that serializes itself when posted.
  value(std::shared_ptr<const platform_object> content);

  value(const value& other) noexcept : payload_(other.payload_), type_(other.type_) {
    if (has_node())
      payload_.node->refs.fetch_add(1, std::memory_order_relaxed);
  }

  value(value&& other) noexcept
    : payload_(other.payload_), type_(std::exchange(other.type_, value_type::undefined)) {}

  value& operator=(value other) noexcept {
    std::swap(payload_, other.payload_);
    std::swap(type_, other.type_);
    return *this;
  }

  ~value() {
    if (has_node() && payload_.node->refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
      detail::destroy(payload_.node);
  }

  value_type type() const noexcept { return type_; }

  bool is_undefined() const noexcept { return type_ == value_type::undefined; }

  bool is_null() const noexcept { return type_ == value_type::null; }

  bool is_number() const noexcept {
    return type_ == value_type::int32 || type_ == value_type::number;
  }

  /// The content if it is a `T`: `bool`, `std::string`, `array`, `object`, `map`, `set`, `date`,
  /// `big_integer`, `array_buffer`, `error_object`, `message_port`,
  /// `std::shared_ptr<const platform_object>`. Valid as long as this value is not assigned to.
  template <class T>
  const T* get_if() const noexcept;

  /// A copy of the content as a `T`, if it is one. Any number can be asked for as any arithmetic
  /// type that represents it exactly (so 2.0 is an `int`, 2.5 is not, and a big integer is where
  /// it fits).
  template <class T>
  std::optional<T> as() const;

  /// The element or member of that name; `undefined` if there is none or this is no container.
  template <std::integral T>
  const value& operator[](T index) const noexcept {
    return element(static_cast<std::size_t>(index));
  }
  const value& operator[](std::string_view key) const noexcept;
  const value& operator[](const char* key) const noexcept { return (*this)[std::string_view{key}]; }

  /// Characters in a string (bytes), elements, members, entries or bytes; 0 for everything else.
  std::size_t size() const noexcept;

  /// Where the estimates of `byte_size` end, within the size of the last part.
  static constexpr auto byte_size_max = std::uint64_t{1} << 62;

  /// An estimate of the bytes this value keeps alive, for limits and backpressure. A part counts as
  /// often as it is mentioned.
  std::uint64_t byte_size() const noexcept {
    return sizeof(value) + (has_node() ? payload_.node->bytes : 0);
  }

  /// Levels of containers, 0 for what is no container.
  std::size_t depth() const noexcept { return has_node() ? payload_.node->depth - 1 : 0; }

  /// Does posting this value need more than sharing it?
  bool active() const noexcept { return has_node() ? payload_.node->active : is_placeholder(); }

  /// Equal content. Numbers compare as numbers, with NaN equal to itself; object members in any
  /// order, map and set entries in theirs; buffers by bytes; ports and platform objects by
  /// identity. Needs no stack however deep the values are.
  friend bool operator==(const value& lhs, const value& rhs);

  // Builds and reads the placeholder for the transfer-list item of that index; for `port_registry`.
  static value make_transferred(std::uint32_t index) noexcept;
  std::uint32_t transferred_index() const noexcept { return payload_.index; }

private:
  bool has_node() const noexcept { return type_ >= value_type::string && !is_placeholder(); }

  bool is_placeholder() const noexcept { return type_ == value_type::transferred; }

  value(detail::value_node* node) noexcept : type_(node->type) { payload_.node = node; }

  template <class T>
  static detail::value_node* make_node(T content);

  const value& element(std::size_t index) const noexcept;

  std::optional<double> as_double() const noexcept;
  std::optional<std::int64_t> as_int64() const noexcept;
  std::optional<std::uint64_t> as_uint64() const noexcept;

  union payload {
    bool boolean;
    std::int32_t int32;
    std::uint32_t index;
    double number;
    detail::value_node* node;
  };

  payload payload_{.number = 0};
  value_type type_ = value_type::undefined;
};

static_assert(sizeof(value) == 16);

/// The value the way a developer console shows it: a top-level string as it is, nested ones quoted.
/// Levels beyond `depth_max` show as `...`.
std::string to_string(const value& from, std::size_t depth_max = 32);

} // namespace hawser

#include "hawser/value_types.hpp"
