#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include "node_events.hpp"

namespace hawser::tool {

/// Where the lines of contexts go, with a progress bar below them on a terminal. Used by one
/// thread.
class screen {
public:
  /// How lines are shown: to people, or as JSON to whoever has started this node.
  enum class audience : std::uint8_t { people, starter };

  explicit screen(std::FILE* lines, audience to = audience::people);
  ~screen();

  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  void line(std::string_view text);

  /// For the starter only.
  void tell(const any_node_event& what);

  /// Shows how much is done, from 0 to 1, and what. Nothing unless standard error is a terminal and
  /// the run takes a while; drawn a few times a second at most.
  void progress(double done, std::string_view what);

  /// Takes the bar away.
  void end_progress();

  /// Everything printed so far is visible after this.
  void flush();

private:
  std::FILE* lines_;
  audience audience_;
  bool lines_on_terminal_;
  bool bar_wanted_;
  bool bar_drawn_ = false;
  std::chrono::steady_clock::time_point next_drawing_;
};

} // namespace hawser::tool
