#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace hawser::tool {

/// A program that has been started with pipes to and from it. It is in a process group of its own,
/// so that Ctrl-C on a terminal reaches only whoever passes it on. Killed if it is still there at
/// the end.
class child_process {
public:
  /// Throws `std::runtime_error` if it cannot be started.
  explicit child_process(const std::vector<std::string>& command);
  ~child_process();

  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Without waiting; what does not fit in the pipe is lost.
  void write_line(std::string_view line) const;
  void close_input();

  /// -1 once it has been read to its end.
  int output() const noexcept { return output_; }

  int errors() const noexcept { return errors_; }

  /// Reads what is there from one of both, and appends it. The descriptor is closed at its end.
  void read_output(std::string& into) { read_some(output_, into); }

  void read_errors(std::string& into) { read_some(errors_, into); }

  void signal(int number) const;

  /// As `waitpid` tells it, once it has ended.
  std::optional<int> status();

private:
  static void read_some(int& from, std::string& into);

  pid_t process_ = 0;
  int input_ = -1;
  int output_ = -1;
  int errors_ = -1;
  std::optional<int> status_;
};

/// "exit code 3" or "signal 9".
std::string explain_status(int status);

/// The program that runs now.
std::string own_program();

} // namespace hawser::tool
