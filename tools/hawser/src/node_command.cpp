#include "node_command.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>

#include <hawser/system.hpp>

#include "command_pipe.hpp"
#include "fellow_nodes.hpp"
#include "interrupt.hpp"
#include "listen_address.hpp"
#include "problems.hpp"
#include "run_command.hpp"
#include "runner.hpp"
#include "start.hpp"

namespace hawser::tool {
namespace {

std::uint32_t find_node(const node_command_options& options, const topology& in) {
  const auto found = std::ranges::find(in.nodes, options.name, &planned_node::name);
  if (found != in.nodes.end())
    return static_cast<std::uint32_t>(found - in.nodes.begin());
  std::vector<std::string_view> known;
  for (const auto& each : in.nodes)
    known.push_back(each.name);
  const auto near = nearest(options.name, known);
  throw std::invalid_argument(
    "there is no node " + in_quotes(options.name) + " in " + options.file
    + (near.empty() ? std::string{} : "; did you mean " + in_quotes(near) + "?"));
}

listen_address where_to_listen(const node_command_options& options, const planned_node& node) {
  const auto text = !options.listen.empty() ? options.listen
                    : !node.listen.empty()  ? node.listen
                                            : "127.0.0.1:0";
  if (auto parsed = parse_listen_address(text))
    return *std::move(parsed);
  throw std::invalid_argument("an address to listen on is written 'host:port', not "
                              + in_quotes(text));
}

node_options options_for(const node_command_options& given, const topology& what,
                         const planned_node& node) {
  const bool on_command_line = !given.tls.certificate.empty();
  return {
    .name = given.name, .grants = grants_of(what), .tls = on_command_line ? given.tls : node.tls};
}

/// One node and everything it stands on, in the order in which it is made.
struct running_node {
  running_node(const node_command_options& options, const topology& what)
    : which(find_node(options, what)),
      configured(options.log_level, what),
      sys(configured),
      network(sys, options_for(options, what, what.nodes[which])),
      fellows(network, what, which, options.connect) {}

  std::uint32_t which;
  settings configured;
  hawser::system sys;
  hawser::node network;
  fellow_nodes fellows;
};

void say_where(const node_command_options& options, const std::string& url, screen& output) {
  if (options.events)
    output.tell(node_event::listening{url});
  else
    output.line("hawser node " + options.name + " listens on " + url);
  output.flush();
}

void show(const node_command_options& options, const run_report& report, screen& output) {
  if (options.events) {
    output.tell(node_event::reported{report});
    output.flush();
    return;
  }
  if (!options.no_table)
    print_table(report, stdout);
  std::fflush(stdout);
  print_trouble(report, stderr);
}

int run_here(const node_command_options& options, const topology& what,
             const behaviour_catalogue& behaviours, running_node& on) {
  screen output{stdout, options.events ? screen::audience::starter : screen::audience::people};
  std::unique_ptr<command_pipe> commands;
  if (options.events)
    commands = std::make_unique<command_pipe>();
  run_report report;
  {
    runner running{on.sys, what, behaviours, output, {&on.fellows, commands.get()}};
    auto at = where_to_listen(options, what.nodes[on.which]);
    const auto port = on.network.listen(at.host, at.port, options.to);
    if (!port)
      throw std::runtime_error(port.error().what());
    at.port = *port;
    say_where(options, to_url(at), output);
    const auto deadline_s =
      options.deadline_s.value_or(what.expects.deadline_s.value_or(default_deadline_s));
    report = running.run(deadline_s, runner::detail_level::totals);
  }
  show(options, report, output);
  if (!report.stuck.empty()) {
    // Whoever never returns from an event cannot be ended, and the system would wait for it.
    std::fflush(nullptr);
    std::_Exit(exit_code(report));
  }
  return exit_code(report);
}

} // namespace

int run_node(const node_command_options& options, const behaviour_catalogue& behaviours) {
  const auto what = read_or_explain(options.file, behaviours);
  if (!what)
    return exit_refused;
  try {
    running_node on{options, *what};
    catch_interrupts();
    return run_here(options, *what, behaviours, on);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "hawser: %s\n", failure.what());
    return exit_refused;
  }
}

} // namespace hawser::tool
