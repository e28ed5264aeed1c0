#pragma once

#include <cstdint>
#include <string_view>

namespace hawser {

/// A place in a source file. The standard's `source_location`, which Clang 14 does not have.
struct source_place {
  const char* file;
  std::uint32_t line;
  const char* function;

  /// Where the caller is.
  static constexpr source_place current(const char* file = __builtin_FILE(),
                                        std::uint32_t line = __builtin_LINE(),
                                        const char* function = __builtin_FUNCTION()) noexcept {
    return {file, line, function};
  }
};

/// Ends the process because hawser or the program that uses it has a bug: prints `what` and the
/// place to standard error, then aborts. Nothing that arrives from outside may lead here.
[[noreturn]] void panic(std::string_view what, source_place where = source_place::current());

} // namespace hawser

/// Stays on in release builds. Guards against our own mistakes, never against input.
#define HAWSER_ASSERT(condition, what) \
  do { \
    if (!(condition)) [[unlikely]] \
      ::hawser::panic(what); \
  } while (false)
