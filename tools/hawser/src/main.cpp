// The `hawser` program: what stands on its command line, and which part of it that concerns.

#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "behaviours/builtin.hpp"
#include "libraries.hpp"
#include "list.hpp"
#include "node_command.hpp"
#include "run_command.hpp"

namespace {

constexpr int exit_refused = 2;

constexpr const char* epilogue = R"(
Examples:
  hawser run hello.toml                      run a topology
  hawser run relay_race.toml --graph race.svg
  hawser run ring.toml --json > ring.json    the closing table for programs
  hawser check mine.toml --load ./libmine.so only look for mistakes
  hawser list                                what contexts can run

Exit codes: 0 all that was expected has happened, 1 it has not, 2 the topology, an option or a file
is wrong and nothing was run, 128 plus the signal's number (130 for Ctrl-C) when interrupted.
)";

struct command_line {
  hawser::tool::run_options run;
  hawser::tool::node_command_options node;
  std::vector<std::string> libraries;
  bool json = false;
};

void add_common(CLI::App& to, command_line& into) {
  to.add_option("--load", into.libraries, "A shared library of behaviours; may be repeated")
    ->type_name("LIBRARY")
    ->allow_extra_args(false);
}

void add_limits(CLI::App& to, std::string& log_level, std::optional<double>& deadline_s) {
  to.add_option("--log", log_level, "What to log to standard error")
    ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "critical", "off"}));
  to.add_option("--deadline", deadline_s,
                "Seconds the run may take (default: what the topology says, or 60)")
    ->check(CLI::Range(0.001, 86400.0));
}

CLI::App* add_run(CLI::App& to, command_line& into) {
  auto* run = to.add_subcommand("run", "Run a topology");
  run->add_option("topology", into.run.file, "The topology, a TOML file")->required();
  run->add_option("--graph", into.run.graph,
                  "Draw contexts, channels and message counts: a .svg, .dot or .mmd file");
  run->add_flag("--json", into.run.json,
                "The closing table as JSON on standard output; what contexts print goes to "
                "standard error");
  run->add_flag("--no-table", into.run.no_table, "Only what contexts print");
  run->add_flag("--print-commands", into.run.print_commands,
                "Run nothing; print how to start each node by hand");
  run->add_option("--kill", into.run.kill, "Kill a node in the middle of the run; may be repeated")
    ->type_name("NAME@SECONDS")
    ->allow_extra_args(false);
  add_limits(*run, into.run.log_level, into.run.deadline_s);
  add_common(*run, into);
  return run;
}

CLI::App* add_node(CLI::App& to, command_line& into) {
  auto* node = to.add_subcommand("node", "Run one node of a topology, on this machine");
  node->add_option("--name", into.node.name, "Which of the topology's nodes")->required();
  node->add_option("--topology", into.node.file, "The topology, a TOML file")->required();
  node
    ->add_option("--listen", into.node.listen,
                 "Where other nodes connect (default: what the topology says, or 127.0.0.1:0)")
    ->type_name("HOST:PORT");
  node->add_option("--connect", into.node.connect, "Another node; may be repeated")
    ->type_name("hawser://HOST:PORT")
    ->allow_extra_args(false);
  auto* certificate = node->add_option(
    "--certificate", into.node.tls.certificate,
    "Use TLS with this certificate, which names the node (default: what the topology says)");
  auto* key = node->add_option("--key", into.node.tls.key, "The certificate's key");
  auto* authorities =
    node->add_option("--authorities", into.node.tls.authorities, "Whose certificates are accepted");
  for (auto* each : {certificate, key, authorities}) {
    each->type_name("FILE");
    for (auto* other : {certificate, key, authorities})
      if (other != each)
        each->needs(other);
  }
  node->add_flag_callback(
    "--without-tls", [&into] { into.node.to = hawser::exposure::anybody; },
    "Let other machines connect although everybody on the way can read and forge everything");
  node->add_flag("--events", into.node.events,
                 "What happens as JSON on standard output, commands on standard input, whose end "
                 "ends the node");
  node->add_flag("--no-table", into.node.no_table, "Only what contexts print");
  add_limits(*node, into.node.log_level, into.node.deadline_s);
  add_common(*node, into);
  return node;
}

int dispatch(const CLI::App& check, const CLI::App& list, const CLI::App& node,
             const command_line& given) {
  hawser::behaviour_catalogue behaviours;
  hawser::tool::add_builtin_behaviours(behaviours);
  for (const auto& library : given.libraries)
    hawser::tool::load_library(library, behaviours);
  if (check.parsed())
    return hawser::tool::check_topology(given.run.file, behaviours);
  if (node.parsed())
    return hawser::tool::run_node(given.node, behaviours);
  if (!list.parsed())
    return hawser::tool::run_topology(given.run, behaviours);
  if (given.json)
    hawser::tool::print_behaviours_json(behaviours, stdout);
  else
    hawser::tool::print_behaviours(behaviours, stdout);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  command_line given;
  CLI::App app{"hawser: the Web's channel messaging between actors", "hawser"};
  app.set_version_flag("--version", "hawser " HAWSER_VERSION);
  app.require_subcommand(1);
  app.footer(epilogue);
  add_run(app, given);
  const auto* node = add_node(app, given);
  auto* check = app.add_subcommand("check", "Look for mistakes in a topology, and run nothing");
  check->add_option("topology", given.run.file, "The topology, a TOML file")->required();
  add_common(*check, given);
  auto* list = app.add_subcommand("list", "Show what contexts can run, with ports and arguments");
  list->add_flag("--json", given.json, "For programs");
  add_common(*list, given);
  try {
    app.parse(argc, argv);
    given.run.libraries = given.libraries;
    return dispatch(*check, *list, *node, given);
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? 0 : exit_refused;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "hawser: %s\n", failure.what());
    return exit_refused;
  }
}
