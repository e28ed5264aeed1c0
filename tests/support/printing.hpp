#pragma once

// How a failed check shows our types.

#include <string>

#include <catch2/catch_tostring.hpp>

#include "hawser/error.hpp"
#include "hawser/value.hpp"

namespace Catch {

template <>
struct StringMaker<hawser::value> {
  static std::string convert(const hawser::value& from) {
    return std::string{hawser::to_string(from.type())} + " " + hawser::to_string(from);
  }
};

template <>
struct StringMaker<hawser::error> {
  static std::string convert(const hawser::error& from) { return hawser::to_string(from); }
};

template <>
struct StringMaker<hawser::errc> {
  static std::string convert(hawser::errc from) { return std::string{hawser::to_string(from)}; }
};

template <>
struct StringMaker<hawser::value_type> {
  static std::string convert(hawser::value_type from) {
    return std::string{hawser::to_string(from)};
  }
};

} // namespace Catch
