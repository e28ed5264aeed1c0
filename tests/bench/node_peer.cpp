#include "node_peer.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace bench {
namespace {

class node_peer : public workload {
public:
  node_peer(const std::string& load, const std::string& given) : load_(load) {
    start();
    tell(given);
  }

  ~node_peer() override {
    shutdown(connection_, SHUT_WR); // Which ends it.
    close(connection_);
    waitpid(process_, nullptr, 0);
  }

  duration run(std::uint64_t count) override {
    tell(std::to_string(count));
    return duration{nlohmann::json::parse(hear()).at("seconds").get<double>()};
  }

private:
  void start() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw std::runtime_error{"no connection for a Node process"};
    connection_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string script = HAWSER_BENCH_NODE "/peer.mjs";
    std::array<std::string, 4> words{"node", "--expose-gc", script, load_};
    std::array<char*, 5> arguments{};
    for (std::size_t i = 0; i < words.size(); ++i)
      arguments[i] = words[i].data();
    const auto trouble =
      posix_spawnp(&process_, "node", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (trouble == 0)
      return;
    close(connection_);
    if (trouble == ENOENT || trouble == EACCES)
      throw peer_absent{"there is no node on the PATH"};
    throw std::runtime_error{"Node could not be started"};
  }

  void tell(std::string line) const {
    line += '\n';
    for (std::string_view left = line; !left.empty();) {
      const auto sent = send(connection_, left.data(), left.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        fail();
      left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  std::string hear() const {
    std::string line;
    std::array<char, 256> piece{};
    while (line.empty() || line.back() != '\n') {
      const auto got = recv(connection_, piece.data(), piece.size(), 0);
      if (got <= 0)
        fail();
      line.append(piece.data(), static_cast<std::size_t>(got));
    }
    return line;
  }

  [[noreturn]] void fail() const {
    throw std::runtime_error{"Node ended before its answer (" + load_ + ")"};
  }

  const std::string load_;
  int connection_ = -1;
  pid_t process_ = 0;
};

} // namespace

std::unique_ptr<workload> make_node_peer(const std::string& load, const std::string& given) {
  return std::make_unique<node_peer>(load, given);
}

} // namespace bench
