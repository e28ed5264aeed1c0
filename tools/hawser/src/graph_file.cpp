#include "graph_file.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <stdexcept>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "graph.hpp"
#include "problems.hpp"

namespace hawser::tool {
namespace {

using namespace std::chrono_literals;

constexpr auto drawing_max = 60s;

std::string find_program(std::string_view name) {
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable == nullptr ? "/usr/bin:/bin" : variable;
  while (!folders.empty()) {
    const auto folder = folders.substr(0, folders.find(':'));
    folders.remove_prefix(std::min(folders.size(), folder.size() + 1));
    auto path = std::string{folder.empty() ? "." : folder} + "/" + std::string{name};
    if (access(path.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(path))
      return path;
  }
  return {};
}

// False when it failed or took too long.
bool run_program(const std::string& program, std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (auto& argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawn(&child, program.c_str(), nullptr, nullptr, pointers.data(), environ) != 0)
    return false;
  int status = 0;
  const auto deadline = std::chrono::steady_clock::now() + drawing_max;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return false;
    }
    std::this_thread::sleep_for(5ms);
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

graph_file::graph_file(std::string path, const topology& what) : path_(std::move(path)) {
  const auto extension = std::filesystem::path{path_}.extension().string();
  if (extension != ".svg" && extension != ".dot" && extension != ".mmd")
    throw std::runtime_error("a graph is a .svg, .dot or .mmd file, not " + in_quotes(path_));
  if (what.contexts() > contexts_drawn_max)
    throw std::runtime_error("a graph has at most " + std::to_string(contexts_drawn_max)
                             + " contexts, and this topology has "
                             + std::to_string(what.contexts()));
  if (extension == ".svg") {
    dot_program_ = find_program("dot");
    if (dot_program_.empty())
      throw std::runtime_error("a .svg graph is drawn by Graphviz, whose program 'dot' is not "
                               "installed; a .dot or .mmd file needs no other program");
  }
  const bool existed = std::filesystem::exists(path_);
  if (!std::ofstream{path_, std::ios::app})
    throw std::runtime_error("the graph cannot be written to " + in_quotes(path_) + ": "
                             + std::strerror(errno));
  made_ = !existed;
}

graph_file::~graph_file() {
  std::error_code ignored;
  if (made_)
    std::filesystem::remove(path_, ignored);
}

void graph_file::write(const topology& what, const std::vector<channel_report>& channels) {
  if (!dot_program_.empty()) {
    draw_svg(to_dot(what, channels));
  } else {
    std::ofstream stream{path_, std::ios::trunc};
    stream << (path_.ends_with(".mmd") ? to_mermaid(what, channels) : to_dot(what, channels));
    stream.close();
    if (!stream)
      throw std::runtime_error("the graph could not be written to " + in_quotes(path_));
  }
  made_ = false;
}

void graph_file::draw_svg(const std::string& text) const {
  auto source = (std::filesystem::temp_directory_path() / "hawser-XXXXXX").string();
  const int file = mkstemp(source.data());
  if (file == -1)
    throw std::runtime_error("no temporary file can be made for the graph: "
                             + std::string{std::strerror(errno)});
  close(file);
  std::ofstream stream{source, std::ios::trunc};
  stream << text;
  stream.close();
  const bool drawn = stream && run_program(dot_program_, {"dot", "-Tsvg", "-o", path_, source});
  std::error_code ignored;
  std::filesystem::remove(source, ignored);
  if (!drawn)
    throw std::runtime_error("Graphviz could not draw the graph " + in_quotes(path_));
}

} // namespace hawser::tool
