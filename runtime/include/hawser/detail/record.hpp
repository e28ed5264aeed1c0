#pragma once

// How the application's own types travel as values. Included by `value.hpp`; applications include
// `payload.hpp`.

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "hawser/detail/value_node.hpp"
#include "hawser/error.hpp"

namespace hawser {

class value;

/// A struct whose fields HAWSER_PAYLOAD has named.
template <class T>
concept payload = requires(const T* which) {
  hawser_payload(which);
};

/// How a `T` becomes a value and is made of one. See `payload_codec.hpp`.
template <class T>
struct payload_codec;

namespace detail {

struct record_node;

/// What is known of a type at run time.
struct record_type {
  std::string_view name;
  const std::type_info* type;
  /// The fields as an object.
  value (*describe)(const record_node& from);
  /// A record of this type made of such an object.
  result<value> (*rebuild)(const value& from);
  bool (*equal)(const record_node& lhs, const record_node& rhs);
  void (*discard)(record_node* node) noexcept;

  /// The same type may be described in several libraries.
  friend bool operator==(const record_type& lhs, const record_type& rhs) noexcept {
    return &lhs == &rhs || (lhs.name == rhs.name && *lhs.type == *rhs.type);
  }
};

/// Makes the type known to messages that arrive. From any thread.
bool register_record_type(const record_type& type);

/// An application's object behind a pointer, or what is known of one that comes from elsewhere.
struct record_node : value_node {
  const record_type* type;                          ///< Null for a foreign one.
  mutable std::atomic<const value*> plain{nullptr}; ///< As an object, once somebody asked.

  explicit record_node(const record_type* t) noexcept : value_node(value_type::record), type(t) {
    depth = 2;
  }

  std::string_view name() const noexcept;

  /// Made at the first call, from any thread.
  const value& as_object() const;

protected:
  ~record_node();
};

template <class T>
struct typed_record : record_node {
  T content;

  typed_record(const record_type& described, T from)
    : record_node(&described), content(std::move(from)) {}
};

/// A record as it comes over a wire or through a post that had to look into it: a name and an
/// object. Decoded where somebody asks for the type of that name.
struct foreign_record : record_node {
  std::string interface_name;
  mutable std::atomic<const value*> decoded{nullptr};

  foreign_record(std::string name, value fields);
  ~foreign_record();

  /// The record as that type: null if it is another's or does not fit. Valid as long as this.
  const record_node* decoded_as(const record_type& type) const;
};

/// The record in it if it is of that type, null otherwise.
const record_node* record_in(const value& from, const record_type& type) noexcept;

/// For what comes from elsewhere.
value make_foreign_record(std::string name, value fields);

} // namespace detail
} // namespace hawser
