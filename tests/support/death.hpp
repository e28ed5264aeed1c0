#pragma once

#include <functional>
#include <string>

namespace hawser::test {

/// How a process ended that ran some code.
struct death {
  int signal = 0;     ///< 0 if it lived.
  std::string output; ///< What it wrote to standard error.
};

/// Runs `code` in a forked child. Call it while this process has one thread.
death death_of(const std::function<void()>& code);

} // namespace hawser::test
