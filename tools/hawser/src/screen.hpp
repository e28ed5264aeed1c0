#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace hawser::tool {

/// Where the lines of contexts go, with a progress bar below them on a terminal. Used by one
/// thread.
class screen {
public:
  explicit screen(std::FILE* lines);
  ~screen();

  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  void line(std::string_view text);

  /// Shows how much is done, from 0 to 1, and what. Nothing unless standard error is a terminal and
  /// the run takes a while; drawn a few times a second at most.
  void progress(double done, std::string_view what);

  /// Takes the bar away.
  void end_progress();

  /// Everything printed so far is visible after this.
  void flush();

private:
  std::FILE* lines_;
  bool lines_on_terminal_;
  bool bar_wanted_;
  bool bar_drawn_ = false;
  std::chrono::steady_clock::time_point next_drawing_;
};

} // namespace hawser::tool
