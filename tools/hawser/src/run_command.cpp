#include "run_command.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <vector>

#include <hawser/system.hpp>

#include "graph_file.hpp"
#include "interrupt.hpp"
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

int run_topology(const run_options& options, const behaviour_catalogue& behaviours) {
  const auto what = read_or_explain(options.file, behaviours);
  if (!what)
    return exit_refused;
  std::unique_ptr<graph_file> graph;
  std::unique_ptr<settings> configured;
  std::unique_ptr<hawser::system> sys;
  try {
    if (!options.graph.empty())
      graph = std::make_unique<graph_file>(options.graph, *what);
    configured = std::make_unique<settings>(options.log_level, *what);
    sys = std::make_unique<hawser::system>(*configured);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "hawser: %s\n", failure.what());
    return exit_refused;
  }
  catch_interrupts();
  screen output{options.json ? stderr : stdout};
  run_report report;
  {
    runner running{*sys, *what, behaviours, output};
    const auto deadline_s =
      options.deadline_s.value_or(what->expects.deadline_s.value_or(default_deadline_s));
    report = running.run(deadline_s, graph || options.json ? runner::detail_level::channels
                                                           : runner::detail_level::totals);
  }
  show(report, options);
  auto code = exit_code(report);
  if (graph) {
    try {
      graph->write(*what, report.channels);
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "hawser: %s\n", failure.what());
      code = code == 0 ? 1 : code;
    }
  }
  if (!report.stuck.empty()) {
    // Whoever never returns from an event cannot be ended, and the system would wait for it.
    std::fflush(nullptr);
    std::_Exit(code);
  }
  return code;
}

} // namespace hawser::tool
