#include "screen.hpp"

#include <algorithm>
#include <unistd.h>

namespace hawser::tool {
namespace {

using namespace std::chrono_literals;

constexpr auto bar_after = 700ms; // Shorter runs show none.
constexpr auto bar_every = 100ms;
constexpr std::size_t bar_width = 30;

} // namespace

screen::screen(std::FILE* lines, audience to)
  : lines_(lines),
    audience_(to),
    lines_on_terminal_(isatty(fileno(lines)) != 0),
    bar_wanted_(isatty(STDERR_FILENO) != 0),
    next_drawing_(std::chrono::steady_clock::now() + bar_after) {}

screen::~screen() {
  end_progress();
  flush();
}

void screen::line(std::string_view text) {
  if (audience_ == audience::starter)
    return tell(node_event::line{std::string{text}});
  if (lines_on_terminal_)
    end_progress();
  std::fwrite(text.data(), 1, text.size(), lines_);
  std::fputc('\n', lines_);
}

void screen::tell(const any_node_event& what) {
  if (audience_ != audience::starter)
    return;
  const auto text = to_json_line(what) + "\n";
  std::fwrite(text.data(), 1, text.size(), lines_);
}

void screen::progress(double done, std::string_view what) {
  const auto now = std::chrono::steady_clock::now();
  if (audience_ == audience::starter && now >= next_drawing_) {
    next_drawing_ = now + bar_every;
    return tell(node_event::progress{done});
  }
  if (!bar_wanted_ || audience_ == audience::starter || now < next_drawing_)
    return;
  next_drawing_ = now + bar_every;
  std::fflush(lines_);
  const auto share = std::clamp(done, 0.0, 1.0);
  const auto full = static_cast<std::size_t>(share * bar_width);
  std::fprintf(stderr, "\r\033[K[%s%s] %3.0f%% %.*s", std::string(full, '#').c_str(),
               std::string(bar_width - full, '.').c_str(), share * 100,
               static_cast<int>(what.size()), what.data());
  std::fflush(stderr);
  bar_drawn_ = true;
}

void screen::end_progress() {
  if (!bar_drawn_)
    return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  bar_drawn_ = false;
}

void screen::flush() {
  std::fflush(lines_);
}

} // namespace hawser::tool
