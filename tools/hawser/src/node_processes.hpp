#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "child_process.hpp"
#include "expectation.hpp"
#include "node_events.hpp"
#include "report.hpp"
#include "run_command.hpp"
#include "screen.hpp"
#include "topology.hpp"

namespace hawser::tool {

/// Runs a topology of several nodes once: starts `hawser node` for each, shows what they print, and
/// judges the run as a whole.
///
/// Nodes are started one after the other, and each is told the addresses of those before it. They
/// end when their standard input does, and so with this process, however that ends.
class node_processes {
public:
  node_processes(const topology& what, const run_options& options, screen& output);

  run_report run(double deadline_s);

private:
  using clock = std::chrono::steady_clock;

  struct running {
    std::unique_ptr<child_process> process;
    std::string output; // read, and not a whole line yet
    std::string errors;
    std::string url;
    bool begun = false;
    bool all_ended = false;
    bool killed = false;
    bool looked = false;
    std::optional<node_event::routes> routes;
    std::optional<run_report> report;
  };

  // -- the beginning ----------------------------------------------------------------------------

  void start_all(clock::time_point deadline);
  std::vector<std::string> command_for(std::uint32_t node) const;

  // -- what nodes tell --------------------------------------------------------------------------

  /// Deals with what the nodes have said, or waits a while for it.
  void listen();
  void take_lines(std::uint32_t node);
  void take(std::uint32_t node, any_node_event&& event);
  void notice_ends();
  bool alive(const running& which) const { return which.process && !which.report && !which.killed; }

  // -- how long it goes on ----------------------------------------------------------------------

  void kill_when_due();
  bool over() const;
  bool survivors_know() const;
  bool judges_lines() const;

  // -- the end (node_processes_end.cpp) ---------------------------------------------------------

  void look_around();
  void measure_hops();
  std::optional<std::uint64_t> longest_way() const;
  void end_all();
  outcome judge() const;
  run_report summed_up();
  void add_channels(run_report& into) const;
  void add_links(run_report& into) const;
  void add_closes(run_report& into) const;

  const topology& topology_;
  const run_options& options_;
  screen& screen_;
  expectation expectation_;
  double deadline_s_ = 0;
  std::vector<running> nodes_;
  std::vector<bool> ended_;                                               // for each context
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> closed_; // channel and side: why
  std::vector<context_failure> failures_;
  std::optional<clock::time_point> all_begun_;
  std::optional<std::uint64_t> hops_;
  clock::time_point started_;
  double run_s_ = 0;
  bool late_ = false;
};

/// What to type, in one terminal each, to start every node by hand.
void print_commands(const topology& what, const run_options& options, std::FILE* to);

} // namespace hawser::tool
