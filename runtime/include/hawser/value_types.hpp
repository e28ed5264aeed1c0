#pragma once

// The content types of `value` that are no containers, and what needs all of them. Included by
// `value.hpp`; include that one.

#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <variant>

#include "hawser/array_buffer_view.hpp"
#include "hawser/blob.hpp"
#include "hawser/image_data.hpp"
#include "hawser/message_port.hpp"
#include "hawser/value.hpp"

namespace hawser {

/// A point in time in milliseconds since 1970-01-01 UTC; NaN is the invalid date.
struct date {
  double time = std::numeric_limits<double>::quiet_NaN();

  static date from(std::chrono::system_clock::time_point point) {
    using milliseconds = std::chrono::duration<double, std::milli>;
    return {std::chrono::duration_cast<milliseconds>(point.time_since_epoch()).count()};
  }
};

/// A pattern and its flags, to be carried: hawser does not match with it. ECMAScript RegExp.
class reg_exp {
public:
  /// The source is written so that it could stand between slashes: an empty one becomes `(?:)`, a
  /// bare slash `\/`, a line end `\n`. `syntax_error` for flags other than `dgimsuvy`, each at most
  /// once, `u` and `v` not together. The pattern itself is not looked into.
  static result<reg_exp> make(std::string_view source, std::string_view flags = {});

  const std::string& source() const noexcept { return source_; }

  /// In alphabetical order.
  const std::string& flags() const noexcept { return flags_; }

  friend bool operator==(const reg_exp&, const reg_exp&) = default;

private:
  reg_exp(std::string source, std::string flags)
    : source_(std::move(source)), flags_(std::move(flags)) {}

  std::string source_;
  std::string flags_;
};

/// `new Number(3)` and its like: an object around a boolean, number, string or big integer. A value
/// made around anything else wraps nothing and is that other thing.
struct primitive_wrapper {
  value primitive;
};

/// A JavaScript error as a value. ECMAScript #sec-error-objects.
struct error_object {
  /// `Error`, `EvalError`, `RangeError`, `ReferenceError`, `SyntaxError`, `TypeError` or
  /// `URIError`; any other becomes `Error` when a value is made of it.
  std::string name = "Error";
  std::optional<std::string> message = {};
  std::string stack = {};
  /// What led to it, of any type.
  std::optional<value> cause = {};
};

/// WebIDL #idl-DOMException, and QuotaExceededError, which says how much was asked for.
struct dom_exception {
  std::string name = "Error";
  std::string message = {};
  std::string stack = {};
  std::optional<double> quota = {};     ///< Only if the name is `QuotaExceededError`.
  std::optional<double> requested = {}; ///< Likewise.

  /// The number old names have, 25 for `DataCloneError`; 0 for the others.
  std::uint16_t code() const noexcept;

  /// What a script would have been thrown for this error.
  static dom_exception from(const hawser::error& err);

  friend bool operator==(const dom_exception&, const dom_exception&) = default;
};

/// An object of the application that knows how to become a value: HTML #serializable-objects.
///
/// It travels under its interface name. The receiving context rebuilds it if it exposes that
/// interface (`port_registry::expose`), otherwise the message becomes a `messageerror`.
class platform_object {
public:
  virtual ~platform_object() = default;

  virtual std::string_view interface_name() const noexcept = 0;

  /// The serialization steps. Runs inside `post_message`, on the sender's thread, once for each
  /// object in the message. May post; may fail; an exception passes through `post_message`. A
  /// failure leaves the transfer list untouched.
  virtual result<value> serialize() const = 0;
};

/// A record as a visitor gets it.
struct record_view {
  std::string_view name;
  const value& fields;
};

bool operator==(const array& lhs, const array& rhs);
bool operator==(const object& lhs, const object& rhs);
bool operator==(const map& lhs, const map& rhs);
bool operator==(const set& lhs, const set& rhs);

} // namespace hawser

#include "hawser/detail/value_access.hpp"
