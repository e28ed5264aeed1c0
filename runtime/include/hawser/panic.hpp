#pragma once

#include <source_location>
#include <string_view>

namespace hawser {

/// Ends the process because hawser or the program that uses it has a bug: prints `what` and the
/// place to standard error, then aborts. Nothing that arrives from outside may lead here.
[[noreturn]] void panic(std::string_view what,
                        std::source_location where = std::source_location::current());

} // namespace hawser

/// Stays on in release builds. Guards against our own mistakes, never against input.
#define HAWSER_ASSERT(condition, what)                                                             \
  do {                                                                                             \
    if (!(condition)) [[unlikely]]                                                                 \
      ::hawser::panic(what);                                                                       \
  } while (false)
