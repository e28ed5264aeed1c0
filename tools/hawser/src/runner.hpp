#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <hawser/scoped_context.hpp>
#include <hawser/system.hpp>

#include "channel_log.hpp"
#include "context_host.hpp"
#include "expectation.hpp"
#include "report.hpp"
#include "screen.hpp"
#include "topology.hpp"

namespace hawser::tool {

class command_pipe;
class fellow_nodes;

/// The part of a topology that one node runs; without fellows it is everything.
struct node_part {
  fellow_nodes* fellows = nullptr;
  /// Whoever has started the node, and judges the run; null when it was started by hand.
  command_pipe* commands = nullptr;
};

/// Runs a topology once.
///
/// The runner is a context itself and uses nothing but channel messaging: it opens every context,
/// posts each its assignment with its ports, and gets back what contexts print and how they fail as
/// messages to its window. A port of its own in every context closes when the context ends.
class runner {
public:
  /// `what` and `behaviours` must outlive the runner, and every context of `sys`.
  runner(system& sys, const topology& what, const behaviour_catalogue& behaviours, screen& output);

  /// Runs one node's part of it, of which `part` knows the others.
  runner(system& sys, const topology& what, const behaviour_catalogue& behaviours, screen& output,
         node_part part);

  /// Whether the report shall hold every channel.
  enum class detail_level : std::uint8_t { totals, channels };

  /// Returns when the run has ended and its contexts have, or have refused to in time; then the
  /// report names these, and the system cannot be destroyed.
  run_report run(double deadline_s, detail_level wanted);

private:
  using clock = std::chrono::steady_clock;

  // -- the beginning --------------------------------------------------------------------------

  bool here(std::uint32_t context) const;
  void open_contexts();
  void open_group(const context_group& group);
  void sort_ends();
  void assign_all();
  void assign(std::uint32_t context);
  message_port take_end(std::uint32_t channel, unsigned side);

  // -- what contexts tell ---------------------------------------------------------------------

  void receive(message_event& ev);
  void print(const window_proxy& from, std::string_view lines);
  void context_ended(std::uint32_t context, close_reason reason);
  void all_heard();
  void finish_if_done();

  // -- nodes (runner_on_node.cpp) -------------------------------------------------------------

  void meet_fellows();
  void post_ports_to(std::uint32_t node);
  void port_arrived(std::uint32_t channel, const message_port& port);
  void look_at_fellows();
  void remember_links();
  void obey();
  void look();

  // -- the end --------------------------------------------------------------------------------

  void wait(clock::time_point deadline);
  void show_progress();
  outcome judge() const;
  void close_contexts(run_report& into);
  void learn_names();
  void collect_waiting(run_report& into);
  void collect_totals(run_report& into);
  void collect_channels(run_report& into);
  std::string name_of(std::uint64_t window_id) const;
  const std::string& port_name(std::size_t logged_channel, unsigned side) const;

  system& system_;
  const topology& topology_;
  screen& screen_;
  std::shared_ptr<channel_log> log_ = std::make_shared<channel_log>();
  scoped_context main_;
  std::shared_ptr<context_host> host_;
  node_part part_;
  expectation expectation_;

  std::vector<window_proxy> windows_;   // for each context
  std::vector<message_port> lifelines_; // each closes when its context ends
  std::vector<bool> ended_;
  std::size_t ended_count_ = 0;
  std::size_t begun_count_ = 0;
  std::size_t own_count_ = 0;          // contexts of the topology that are opened here
  std::vector<std::uint32_t> awaited_; // for each context, its ports that other nodes will send
  std::vector<std::uint32_t> crashed_; // whose last words have not been heard yet

  std::vector<std::pair<std::uint32_t, std::uint8_t>> ends_; // channel and side, by context
  std::vector<std::uint32_t> first_end_;                     // in `ends_`, for each context
  std::vector<std::uint32_t> logged_; // which channel each entry of the log is
  std::vector<message_port> waiting_; // for each channel, the end that is not handed out yet

  std::vector<context_failure> failures_;
  std::unordered_map<std::uint64_t, double> progress_;   // by window
  std::unordered_map<std::uint64_t, std::string> names_; // of windows, once a report needs them
  clock::time_point begun_;
  std::map<std::string, link_report> links_; // by the name of the other node
  bool finished_ = false;
  bool all_ended_ = false;  // and everything they have printed has been heard
  bool last_heard_ = false; // what contexts printed before they were ended is shown
  bool told_done_ = false;
  detail_level detail_ = detail_level::totals;
  std::optional<run_report> seen_; // what was open and waiting when the starter asked
  bool late_ = false;
  bool interrupted_ = false;
};

} // namespace hawser::tool
