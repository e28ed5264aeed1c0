#include "command_pipe.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace hawser::tool {
namespace {

// Commands are words; whoever sends more than that without a line's end is not heard.
constexpr std::size_t command_bytes_max = 4096;

} // namespace

command_pipe::command_pipe() {
  fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
}

void command_pipe::read_more() {
  char block[512];
  while (!ended_ && text_.size() < command_bytes_max) {
    const auto got = read(STDIN_FILENO, block, sizeof block);
    if (got > 0)
      text_.append(block, static_cast<std::size_t>(got));
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
      ended_ = true;
    else if (errno == EAGAIN)
      return;
  }
  ended_ = ended_ || text_.size() >= command_bytes_max;
}

std::optional<std::string> command_pipe::next() {
  if (text_.find('\n') == std::string::npos)
    read_more();
  const auto end = text_.find('\n');
  if (end == std::string::npos)
    return std::nullopt;
  auto line = text_.substr(0, end);
  text_.erase(0, end + 1);
  return line;
}

} // namespace hawser::tool
