#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "hawser/panic.hpp"

namespace hawser {

/// What went wrong. Values travel between nodes: never reuse or renumber one.
/// The first group carries the names of the Web's `DOMException`s.
enum class errc : std::uint8_t {
  none = 0,
  data_clone_error = 1,     ///< The message or its transfer list cannot be sent.
  syntax_error = 2,         ///< A URL or a target origin does not parse.
  quota_exceeded_error = 3, ///< A configured limit would be exceeded.
  invalid_state_error = 4,  ///< The object is not in a state for this call.
  type_error = 5,           ///< A value has another type than the call needs.
  range_error = 6,          ///< A number or an index is outside its range.
  not_found_error = 7,      ///< Nothing goes by that name.
  data_decode_error = 8,    ///< A received message cannot be rebuilt here.
  timeout_error = 9,        ///< A deadline passed.
};

/// The standard's spelling, for example `DataCloneError`.
std::string_view to_string(errc code) noexcept;

/// Trouble of the world's making: a code and a sentence naming the culprit.
///
/// Converts to `true` when something went wrong, so `if (auto err = f())` handles the failure. A
/// default-constructed error means success and allocates nothing.
class error {
public:
  error() noexcept = default;

  error(errc code, std::string what) : code_(code), what_(std::move(what)) {}

  errc code() const noexcept { return code_; }

  /// What was wrong and where, without the code's name. Empty on success.
  const std::string& what() const noexcept { return what_; }

  explicit operator bool() const noexcept { return code_ != errc::none; }

  friend bool operator==(const error& err, errc code) noexcept { return err.code_ == code; }

private:
  errc code_ = errc::none;
  std::string what_;
};

/// `DataCloneError: data.reply: a MessagePort must be in the transfer list`.
std::string to_string(const error& err);

/// A `T` or the `error` that prevented it.
///
/// Reading the wrong side is a programming mistake and stops the process in every build.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

  result(hawser::error err) : state_(std::in_place_index<1>, std::move(err)) {
    HAWSER_ASSERT(std::get<1>(state_), "a result was made from an error that says success");
  }

  explicit operator bool() const noexcept { return state_.index() == 0; }

  T& operator*() & {
    HAWSER_ASSERT(*this, "a failed result was read as a value");
    return std::get<0>(state_);
  }

  const T& operator*() const& {
    HAWSER_ASSERT(*this, "a failed result was read as a value");
    return std::get<0>(state_);
  }

  T&& operator*() && {
    HAWSER_ASSERT(*this, "a failed result was read as a value");
    return std::get<0>(std::move(state_));
  }

  T* operator->() { return &**this; }

  const T* operator->() const { return &**this; }

  const hawser::error& error() const {
    HAWSER_ASSERT(!*this, "a successful result was asked for its error");
    return std::get<1>(state_);
  }

private:
  std::variant<T, hawser::error> state_;
};

} // namespace hawser
