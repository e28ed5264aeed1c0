#include "run_command.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <vector>

#include <hawser/system.hpp>

#include "graph_file.hpp"
#include "interrupt.hpp"
#include "node_processes.hpp"
#include "problems.hpp"
#include "runner.hpp"
#include "start.hpp"

namespace hawser::tool {
namespace {

void show(const run_report& report, const run_options& options) {
  if (options.json)
    print_json(report, stdout);
  else if (!options.no_table)
    print_table(report, stdout);
  std::fflush(stdout);
  print_trouble(report, stderr);
}

// Throws `std::invalid_argument`.
std::vector<planned_kill> read_kills(const run_options& options, const topology& what) {
  std::vector<planned_kill> all;
  for (const auto& node : what.nodes)
    if (node.kill_after_s)
      all.push_back({node.name, *node.kill_after_s});
  for (const auto& text : options.kill) {
    planned_kill made;
    const auto at = text.find('@');
    made.node = text.substr(0, at);
    const auto seconds = at == std::string::npos ? std::string{} : text.substr(at + 1);
    const auto* const end = seconds.data() + seconds.size();
    const auto parsed = std::from_chars(seconds.data(), end, made.after_s);
    if (parsed.ec != std::errc{} || parsed.ptr != end || !(made.after_s >= 0))
      throw std::invalid_argument("--kill takes NAME@SECONDS, not " + in_quotes(text));
    if (std::ranges::find(what.nodes, made.node, &planned_node::name) == what.nodes.end())
      throw std::invalid_argument("there is no node " + in_quotes(made.node) + " to kill in "
                                  + options.file);
    all.push_back(std::move(made));
  }
  return all;
}

double deadline_of(const run_options& options, const topology& what) {
  return options.deadline_s.value_or(what.expects.deadline_s.value_or(default_deadline_s));
}

run_report run_in_processes(const run_options& options, const topology& what, screen& output) {
  catch_interrupts();
  return node_processes{what, options, output}.run(deadline_of(options, what));
}

run_report run_in_process(const run_options& options, const topology& what,
                          const behaviour_catalogue& behaviours, screen& output,
                          hawser::system& sys) {
  catch_interrupts();
  runner running{sys, what, behaviours, output};
  return running.run(deadline_of(options, what), options.json || !options.graph.empty()
                                                   ? runner::detail_level::channels
                                                   : runner::detail_level::totals);
}

int conclude(const run_report& report, const run_options& options, const topology& what,
             graph_file* graph) {
  show(report, options);
  if (graph == nullptr)
    return exit_code(report);
  try {
    graph->write(what, report.channels);
    return exit_code(report);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "hawser: %s\n", failure.what());
    return std::max(1, exit_code(report));
  }
}

} // namespace

int check_topology(const std::string& file, const behaviour_catalogue& behaviours) {
  const auto what = read_or_explain(file, behaviours);
  if (!what)
    return exit_refused;
  const auto nodes =
    what->nodes.empty() ? std::string{} : std::to_string(what->nodes.size()) + " nodes, ";
  std::printf("%s: %s%zu contexts, %zu channels, no problem\n", file.c_str(), nodes.c_str(),
              what->contexts(), what->channels.size());
  return 0;
}

int run_topology(const run_options& given, const behaviour_catalogue& behaviours) {
  const auto what = read_or_explain(given.file, behaviours);
  if (!what)
    return exit_refused;
  auto options = given;
  std::unique_ptr<graph_file> graph;
  std::unique_ptr<settings> configured;
  std::unique_ptr<hawser::system> sys;
  try {
    options.kills = read_kills(options, *what);
    if (options.print_commands && what->nodes.empty())
      throw std::invalid_argument(options.file + " has no [node.NAME]: `hawser run` runs it alone");
    if (!options.graph.empty() && !options.print_commands)
      graph = std::make_unique<graph_file>(options.graph, *what);
    configured = std::make_unique<settings>(options.log_level, *what);
    if (what->nodes.empty())
      sys = std::make_unique<hawser::system>(*configured);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "hawser: %s\n", failure.what());
    return exit_refused;
  }
  if (options.print_commands) {
    print_commands(*what, options, stdout);
    return 0;
  }
  screen output{options.json ? stderr : stdout};
  const auto report = sys ? run_in_process(options, *what, behaviours, output, *sys)
                          : run_in_processes(options, *what, output);
  const auto code = conclude(report, options, *what, graph.get());
  if (sys && !report.stuck.empty()) {
    // Whoever never returns from an event cannot be ended, and the system would wait for it.
    std::fflush(nullptr);
    std::_Exit(code);
  }
  return code;
}

} // namespace hawser::tool
