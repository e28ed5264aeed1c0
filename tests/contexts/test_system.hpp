#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include <hawser/hawser.hpp>

#include "notebook.hpp"

namespace hawser::test {

/// A system that logs to a file of its own, and that a test can bring to an end.
class test_system {
public:
  explicit test_system(limits bounds = {}, strictness how = strictness::extended);
  ~test_system();

  test_system(const test_system&) = delete;
  test_system& operator=(const test_system&) = delete;

  hawser::system& operator*() noexcept { return system_; }

  hawser::system* operator->() noexcept { return &system_; }
  const hawser::system* operator->() const noexcept { return &system_; }

  /// Did every context end by itself?
  bool all_end() {
    return system_.await_all_closed_until(std::chrono::steady_clock::now() + patience);
  }

  /// The log so far, without the time at the front of each line.
  lines log() const;

private:
  std::filesystem::path log_path_;
  config settings_;
  hawser::system system_;
};

/// The lines of a log file without the time at the front of each.
lines read_log(const std::filesystem::path& file);

/// A path nobody else uses.
std::filesystem::path temporary_path(const std::string& suffix);

/// The context as CAF knows it, from inside.
inline caf::actor actor_of(browsing_context* self) {
  return caf::actor{self};
}

} // namespace hawser::test
