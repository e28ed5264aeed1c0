#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "hawser/array_buffer.hpp"
#include "hawser/big_integer.hpp"
#include "hawser/containers.hpp"
#include "hawser/detail/record.hpp"
#include "hawser/detail/value_node.hpp"

namespace hawser {

namespace detail {
struct value_internals;
} // namespace detail

class array_buffer_view;
class blob;
class image_data;
class message_port;
class platform_object;
class reg_exp;
struct date;
struct dom_exception;
struct error_object;
struct file;
struct file_list;
struct primitive_wrapper;

/// What can be posted: an immutable value of 16 bytes whose large parts are shared.
///
/// Copying never copies content and is safe between threads, so cloning a value inside one process
/// is sharing it. The exceptions are what refers to mutable things: buffers and what shows them,
/// and ports. A post copies, moves or shares what they refer to. Values in circles are made with
/// `value_graph`. HTML #safe-passing-of-structured-data.
class value {
public:
  /// `undefined`.
  value() noexcept {}

  /// `null`.
  value(std::nullptr_t) noexcept : kind_(kind_of(value_type::null)) {}

  template <std::same_as<bool> T> // nothing else may become a boolean, pointers above all
  value(T content) noexcept : kind_(kind_of(value_type::boolean)) {
    payload_.boolean = content;
  }

  /// A number. Becomes an int32 where it fits, else a double where that is exact (up to 2^53), else
  /// a big integer, so that no digit is lost: IMPLEMENTATION-DEFINED(I5).
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  value(T content);

  value(double content) noexcept : kind_(kind_of(value_type::number)) { payload_.number = content; }

  /// A letter is neither a number nor a text; say which.
  value(char) = delete;

  /// Text in UTF-8; a lone surrogate is carried in its three-byte (WTF-8) form.
  value(std::string_view content);
  value(std::string&& content);
  value(const std::string& content) : value(std::string_view{content}) {}
  value(const char* content) : value(std::string_view{content}) {}

  value(array content) : value(std::move(content).take()) {}
  value(object content) : value(std::move(content).take()) {}
  value(map content) : value(std::move(content).take()) {}
  value(set content) : value(std::move(content).take()) {}

  value(big_integer content);
  value(date content);
  value(reg_exp content);
  value(primitive_wrapper content);
  value(error_object content);
  value(dom_exception content);
  value(array_buffer content);
  value(shared_array_buffer content);
  value(array_buffer_view content);
  value(blob content);
  value(file content);
  value(file_list content);
  value(image_data content);

  /// A reference to a port. The port must stand in the transfer list when the value is posted.
  value(const message_port& content);

  /// An object of the application that serializes itself when posted.
  value(std::shared_ptr<const platform_object> content);

  /// A struct of the application that HAWSER_PAYLOAD describes; see `payload.hpp`.
  template <payload T>
  value(T content);

  value(const value& other) noexcept
    : kind_(other.has_node() ? kind_of(other.type()) : other.kind_) {
    payload_.bits = other.payload_.bits;
    if (has_node())
      detail::retain(payload_.node);
  }

  value(value&& other) noexcept
    : kind_(std::exchange(other.kind_, kind_of(value_type::undefined))) {
    payload_.bits = other.payload_.bits;
  }

  value& operator=(value other) noexcept {
    std::swap(payload_.bits, other.payload_.bits);
    std::swap(kind_, other.kind_);
    return *this;
  }

  ~value() {
    if (has_node() && noted() != note::uncounted)
      detail::release(payload_.node);
  }

  value_type type() const noexcept { return static_cast<value_type>(kind_ & 0xff); }

  bool is_undefined() const noexcept { return type() == value_type::undefined; }

  bool is_null() const noexcept { return type() == value_type::null; }

  bool is_number() const noexcept {
    return type() == value_type::int32 || type() == value_type::number;
  }

  /// The content if it is a `T`: `bool`, `std::string_view`, one of the containers, or any other
  /// class a value can be made of, structs of the application included. Valid as long as this value
  /// is not assigned to.
  template <class T>
  const T* get_if() const noexcept;

  /// A copy of the content as a `T`, if it is one. Any number can be asked for as any arithmetic
  /// type that represents it exactly (so 2.0 is an `int`, 2.5 is not, and a big integer is where
  /// it fits). Text is there as `std::string` and, valid as long as this value, `std::string_view`.
  /// With `payload.hpp` also what can be decoded to a `T`, a `std::vector<order>` say.
  template <class T>
  std::optional<T> as() const;

  /// The element or member of that name; `undefined` if there is none or this is no container.
  template <std::integral T>
  const value& operator[](T index) const noexcept {
    return element(static_cast<std::size_t>(index));
  }
  const value& operator[](std::string_view key) const;
  const value& operator[](const char* key) const { return (*this)[std::string_view{key}]; }

  /// The elements of an array and the items of a set, the members of an object, the entries of a
  /// map; nothing for everything else. For `for`.
  std::span<const value> items() const noexcept;
  std::span<const object::member> members() const;
  std::span<const map::entry> entries() const noexcept;

  /// The name and the fields of a record, as an object; empty and `undefined` for everything else.
  /// `members()` and `[]` show the fields too.
  std::string_view record_name() const noexcept;
  const value& record_fields() const;

  /// Characters in a string (bytes), elements, members, entries or bytes; 0 for everything else.
  std::size_t size() const;

  /// Calls `visitor` with the content and returns what it returns: `std::monostate` for
  /// `undefined`, `nullptr`, `bool`, `std::int32_t`, `double`, `std::string_view`, the class the
  /// value was made of, or `record_view` for a record.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const;

  /// Where the estimates of `byte_size` end, within the size of the last part.
  static constexpr auto byte_size_max = std::uint64_t{1} << 62;

  /// An estimate of the bytes this value keeps alive, for limits and backpressure. A part counts as
  /// often as it is mentioned.
  std::uint64_t byte_size() const noexcept {
    return sizeof(value) + (has_node() ? detail::bytes_of(payload_.node) : 0);
  }

  /// What `depth` ends at.
  static constexpr std::size_t depth_max = detail::value_node::depth_max - 1;

  /// Levels of containers, 0 for what is no container. In a circle, those on the way to every part
  /// that is not met a second time.
  std::size_t depth() const noexcept { return has_node() ? payload_.node->depth - 1 : 0; }

  /// Does posting this value need more than sharing it?
  bool active() const noexcept { return has_node() ? payload_.node->active : is_placeholder(); }

  /// What a message takes for one and the same thing when it occurs twice; null for primitives.
  const void* identity() const noexcept;

  /// Equal content. Numbers compare as numbers, with NaN equal to itself; object members in any
  /// order, map and set entries in theirs; buffers by bytes; ports and platform objects by
  /// identity. Needs no stack however deep the values are, and ends where they run in circles.
  friend bool operator==(const value& lhs, const value& rhs);

  // Builds and reads the placeholder for the transfer-list item of that index; for `port_registry`.
  static value make_transferred(std::uint32_t index) noexcept {
    return {value_type::transferred, index};
  }

  std::uint32_t transferred_index() const noexcept { return payload_.index; }

private:
  friend class array;
  friend struct detail::value_internals;
  friend class value_graph;

  // What only a container's own values have.
  enum class note : std::uint8_t {
    none,
    hole,      ///< An `undefined` where an array has nothing.
    uncounted, ///< A reference inside a graph.
  };

  union word {
    bool boolean;
    std::int32_t int32;
    std::uint32_t index;
    double number;
    detail::value_node* node;
    // The containers are handles as large as a pointer to a node, and hold just that.
    hawser::array array;
    hawser::object object;
    hawser::map map;
    hawser::set set;

    std::uint64_t bits; ///< All of it, to copy whatever it is.

    word() noexcept : bits(0) {}
    word(const word&) = delete;
    word& operator=(const word&) = delete;
    ~word() {}
  };

  value(value_type placeholder, std::uint32_t index) noexcept : kind_(kind_of(placeholder)) {
    payload_.index = index;
  }

  value(detail::value_node* node) noexcept : kind_(kind_of(node->type)) { payload_.node = node; }

  static constexpr std::uint16_t kind_of(value_type type, note with = note::none) noexcept {
    return static_cast<std::uint16_t>(static_cast<unsigned>(type)
                                      | static_cast<unsigned>(with) << 8);
  }

  note noted() const noexcept { return static_cast<note>(kind_ >> 8); }

  void note_down(note what) const noexcept { kind_ = kind_of(type(), what); }

  bool has_node() const noexcept { return type() >= value_type::string; }

  bool is_placeholder() const noexcept {
    return type() == value_type::transferred || type() == value_type::reference;
  }

  const value& element(std::size_t index) const noexcept;

  std::optional<double> as_double() const noexcept;
  std::optional<std::int64_t> as_int64() const noexcept;
  std::optional<std::uint64_t> as_uint64() const noexcept;

  word payload_;

  // The type and the note, always written as one: the compiler reads both at once to move a value,
  // and a processor that has just written them apart waits then, 5 % of the local flood and 9 % of
  // the fan-in on one thread. The note changes while a graph is made.
  mutable std::uint16_t kind_ = kind_of(value_type::undefined);
};

static_assert(sizeof(value) == 16);

/// How `to_string` shows a value.
struct print_options {
  std::size_t depth_max = 32;      ///< Levels beyond show as `...`; at most 1000 are shown.
  std::size_t items_max = 100;     ///< Of each container; `... 3 more items` stands for the rest.
  std::size_t bytes_max = 1 << 20; ///< Of text, after which only `...` is added.
};

/// The value the way a developer console shows it: a top-level string as it is, nested ones quoted,
/// what refers to what encloses it as `[Circular *1]`.
std::string to_string(const value& from, const print_options& options = {});

} // namespace hawser

#include "hawser/value_types.hpp"
