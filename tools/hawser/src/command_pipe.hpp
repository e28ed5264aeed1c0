#pragma once

#include <optional>
#include <string>

namespace hawser::tool {

/// Standard input as lines, without waiting. Its end tells a node to end, even if whoever started
/// it was killed.
class command_pipe {
public:
  command_pipe();

  /// The next line that is there.
  std::optional<std::string> next();

  /// Nothing more will come.
  bool ended() const noexcept { return ended_; }

private:
  void read_more();

  std::string text_;
  bool ended_ = false;
};

} // namespace hawser::tool
