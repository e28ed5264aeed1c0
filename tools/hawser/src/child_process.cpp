#include "child_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX wants it declared here.

namespace hawser::tool {
namespace {

struct pipe_ends {
  int read = -1;
  int write = -1;
};

pipe_ends make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw std::runtime_error(std::string{"no pipe can be made: "} + std::strerror(errno));
  return {ends[0], ends[1]};
}

} // namespace

child_process::child_process(const std::vector<std::string>& command) {
  const auto in = make_pipe();
  const auto out = make_pipe();
  const auto err = make_pipe();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err.write, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  auto words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& each : words)
    arguments.push_back(each.data());
  arguments.push_back(nullptr);
  const int failure =
    posix_spawn(&process_, words[0].c_str(), &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  for (const int each : {in.read, out.write, err.write})
    close(each);
  input_ = in.write;
  output_ = out.read;
  errors_ = err.read;
  for (const int each : {input_, output_, errors_})
    fcntl(each, F_SETFL, fcntl(each, F_GETFL) | O_NONBLOCK);
  if (failure == 0)
    return;
  for (const int each : {input_, output_, errors_})
    close(each);
  throw std::runtime_error(words[0] + " cannot be started: " + std::strerror(failure));
}

child_process::~child_process() {
  close_input();
  for (const int each : {output_, errors_})
    if (each != -1)
      close(each);
  if (status())
    return;
  signal(SIGKILL);
  while (waitpid(process_, nullptr, 0) == -1 && errno == EINTR) {}
}

void child_process::write_line(std::string_view line) const {
  const auto text = std::string{line} + "\n";
  if (input_ != -1 && write(input_, text.data(), text.size()) < 0)
    return; // It has ended, which others notice.
}

void child_process::close_input() {
  if (input_ != -1)
    close(input_);
  input_ = -1;
}

void child_process::read_some(int& from, std::string& into) {
  constexpr std::size_t block_bytes = std::size_t{1} << 16;
  const auto before = into.size();
  into.resize(before + block_bytes);
  const auto got = read(from, into.data() + before, block_bytes);
  into.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
    return;
  close(from);
  from = -1;
}

void child_process::signal(int number) const {
  if (!status_)
    kill(process_, number);
}

std::optional<int> child_process::status() {
  int told = 0;
  if (!status_ && waitpid(process_, &told, WNOHANG) == process_)
    status_ = told;
  return status_;
}

std::string explain_status(int status) {
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit code " + std::to_string(WEXITSTATUS(status));
}

std::string own_program() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

} // namespace hawser::tool
