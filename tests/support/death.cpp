#include "death.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace hawser::test {

death death_of(const std::function<void()>& code) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0)
    throw std::runtime_error{"no pipe"};
  std::fflush(nullptr); // Or the child might write again what is buffered.
  const auto child = fork();
  if (child < 0)
    throw std::runtime_error{"no child"};
  if (child == 0) {
    close(pipe_ends[0]);
    dup2(pipe_ends[1], STDERR_FILENO);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGABRT, SIG_DFL); // Not the test framework's.
    code();
    _exit(0);
  }
  close(pipe_ends[1]);
  death seen;
  char chunk[512];
  for (ssize_t got = 0; (got = read(pipe_ends[0], chunk, sizeof chunk)) > 0;)
    seen.output.append(chunk, static_cast<std::size_t>(got));
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  seen.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return seen;
}

} // namespace hawser::test
