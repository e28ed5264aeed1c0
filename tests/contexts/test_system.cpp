#include "test_system.hpp"

#include <atomic>
#include <fstream>

#include <unistd.h>

namespace hawser::test {
namespace {

config& prepared(config& settings, const std::filesystem::path& log, const limits& bounds,
                 strictness how) {
  settings.log_file = log.string();
  settings.limits = bounds;
  settings.strict_html = how == strictness::strict_html;
  return settings;
}

} // namespace

std::filesystem::path temporary_path(const std::string& suffix) {
  static std::atomic<int> count{0};
  return std::filesystem::temp_directory_path()
         / ("hawser-test-" + std::to_string(getpid()) + "-" + std::to_string(++count) + suffix);
}

test_system::test_system(limits bounds, strictness how)
  : log_path_(temporary_path(".log")), system_(prepared(settings_, log_path_, bounds, how)) {}

test_system::~test_system() {
  system_.close_all();
  std::error_code ignored;
  std::filesystem::remove(log_path_, ignored);
}

lines test_system::log() const {
  return read_log(log_path_);
}

lines read_log(const std::filesystem::path& file) {
  constexpr std::size_t time_length = 24; // "2026-01-31 12:00:00.000 "
  std::ifstream in{file};
  lines found;
  for (std::string line; std::getline(in, line);)
    found.push_back(line.size() > time_length ? line.substr(time_length) : line);
  return found;
}

} // namespace hawser::test
