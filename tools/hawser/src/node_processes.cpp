#include "node_processes.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/wait.h>

#include "interrupt.hpp"
#include "listen_address.hpp"

namespace hawser::tool {
namespace {

constexpr int look_around_ms = 50; // for Ctrl-C, the deadline and the time to kill

// This process judges; a node ends by itself only when it has been forgotten.
constexpr double node_deadline_extra_s = 30;

} // namespace

node_processes::node_processes(const topology& what, const run_options& options, screen& output)
  : topology_(what),
    options_(options),
    screen_(output),
    expectation_(what.expects),
    nodes_(what.nodes.size()),
    ended_(what.contexts()) {
  std::signal(SIGPIPE, SIG_IGN); // A node that is gone is noticed by its end.
}

run_report node_processes::run(double deadline_s) {
  deadline_s_ = deadline_s;
  started_ = clock::now();
  const auto deadline =
    started_
    + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(deadline_s));
  start_all(deadline);
  while (!over() && interrupted() == 0 && !late_) {
    kill_when_due();
    listen();
    late_ = clock::now() >= deadline && !over();
  }
  run_s_ = std::chrono::duration<double>(clock::now() - started_).count();
  if (judge() != outcome::held)
    look_around();
  else if (options_.kills.empty())
    measure_hops();
  end_all();
  return summed_up();
}

// -- the beginning ------------------------------------------------------------------------------

std::vector<std::string> node_processes::command_for(std::uint32_t node) const {
  std::vector<std::string> words{own_program(),
                                 "node",
                                 "--name",
                                 topology_.nodes[node].name,
                                 "--topology",
                                 options_.file,
                                 "--events",
                                 "--deadline",
                                 std::to_string(deadline_s_ + node_deadline_extra_s)};
  for (const auto& each : nodes_)
    if (!each.url.empty())
      words.insert(words.end(), {"--connect", each.url});
  for (const auto& each : options_.libraries)
    words.insert(words.end(), {"--load", each});
  if (!options_.log_level.empty())
    words.insert(words.end(), {"--log", options_.log_level});
  return words;
}

void node_processes::start_all(clock::time_point deadline) {
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i].process = std::make_unique<child_process>(command_for(i));
    while (nodes_[i].url.empty() && failures_.empty() && interrupted() == 0) {
      if (clock::now() >= deadline) {
        late_ = true;
        return;
      }
      listen();
    }
    if (!failures_.empty() || interrupted() != 0)
      return;
  }
}

// -- what nodes tell ----------------------------------------------------------------------------

void node_processes::listen() {
  screen_.flush();
  std::vector<pollfd> waiting;
  std::vector<std::uint32_t> whose;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    if (const auto* process = nodes_[i].process.get())
      for (const int each : {process->output(), process->errors()})
        if (each != -1) {
          waiting.push_back({each, POLLIN, 0});
          whose.push_back(i);
        }
  if (poll(waiting.data(), waiting.size(), look_around_ms) > 0)
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0)
        continue;
      auto& from = nodes_[whose[i]];
      if (waiting[i].fd == from.process->output())
        from.process->read_output(from.output);
      else
        from.process->read_errors(from.errors);
      take_lines(whose[i]);
    }
  notice_ends();
}

void node_processes::take_lines(std::uint32_t node) {
  auto& from = nodes_[node];
  const auto lines = [](std::string& text, const auto& use) {
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
      use(std::string_view{text}.substr(begin, end - begin));
      begin = end + 1;
    }
    text.erase(0, begin);
  };
  lines(from.errors, [&](std::string_view line) {
    screen_.end_progress();
    std::fprintf(stderr, "%s: %.*s\n", topology_.nodes[node].name.c_str(),
                 static_cast<int>(line.size()), line.data());
  });
  lines(from.output, [&](std::string_view line) {
    if (auto event = parse_node_event(line))
      take(node, *std::move(event));
    else
      failures_.push_back({"node " + topology_.nodes[node].name, "said what nobody understands"});
  });
}

void node_processes::take(std::uint32_t node, any_node_event&& event) {
  auto& from = nodes_[node];
  if (auto* where = std::get_if<node_event::listening>(&event)) {
    from.url = std::move(where->url);
  } else if (const auto* line = std::get_if<node_event::line>(&event)) {
    screen_.line(topology_.nodes[node].name + ": " + line->text);
    expectation_.see(line->text);
  } else if (std::holds_alternative<node_event::begun>(event)) {
    from.begun = true;
    if (std::ranges::all_of(nodes_, &running::begun))
      all_begun_ = clock::now();
  } else if (const auto* closed = std::get_if<node_event::closed>(&event)) {
    closed_.try_emplace({closed->channel, closed->side}, closed->reason);
  } else if (const auto* ended = std::get_if<node_event::ended>(&event)) {
    if (ended->context < ended_.size())
      ended_[ended->context] = true;
  } else if (std::holds_alternative<node_event::all_ended>(event)) {
    from.all_ended = true;
  } else if (std::holds_alternative<node_event::looked>(event)) {
    from.looked = true;
  } else if (auto* routes = std::get_if<node_event::routes>(&event)) {
    from.routes = std::move(*routes);
  } else if (auto* report = std::get_if<node_event::reported>(&event)) {
    from.report = std::move(report->what);
  }
}

void node_processes::notice_ends() {
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    auto& each = nodes_[i];
    if (!alive(each) || each.process->output() != -1)
      continue;
    const auto status = each.process->status();
    if (!status)
      continue;
    each.killed = true;
    // Told to end before it could listen to that.
    if (interrupted() != 0 && WIFSIGNALED(*status) && WTERMSIG(*status) == interrupted())
      continue;
    failures_.push_back(
      {"node " + topology_.nodes[i].name, "its process ended with " + explain_status(*status)});
  }
}

// -- how long it goes on ------------------------------------------------------------------------

void node_processes::kill_when_due() {
  if (!all_begun_)
    return;
  const auto running_s = std::chrono::duration<double>(clock::now() - *all_begun_).count();
  for (const auto& each : options_.kills) {
    const auto found = std::ranges::find(topology_.nodes, each.node, &planned_node::name);
    auto& target = nodes_[static_cast<std::size_t>(found - topology_.nodes.begin())];
    if (target.killed || running_s < each.after_s)
      continue;
    target.killed = true;
    target.process->signal(SIGKILL);
    screen_.line("(hawser killed node " + each.node + ")");
  }
}

bool node_processes::over() const {
  if (!failures_.empty()
      || std::ranges::any_of(nodes_, [](const running& each) { return each.report.has_value(); }))
    return true;
  const bool ended =
    std::ranges::all_of(nodes_, [](const running& each) { return each.all_ended || each.killed; });
  const bool lines_met = expectation_.met() && !topology_.expects.closed;
  const bool met = options_.kills.empty() ? expectation_.wants_lines() && lines_met
                                          : survivors_know() && (!judges_lines() || lines_met);
  return (judges_lines() && expectation_.broken()) || met || ended;
}

// Whoever has written the topology knew who is killed; otherwise some lines may be missing for that
// reason alone.
bool node_processes::judges_lines() const {
  return options_.kill.empty();
}

// Every port whose other end went down with a node has seen its channel close.
bool node_processes::survivors_know() const {
  const auto killed = std::ranges::count_if(nodes_, &running::killed);
  if (static_cast<std::size_t>(killed) < options_.kills.size())
    return false;
  for (std::uint32_t i = 0; i < topology_.channels.size(); ++i)
    for (const std::uint32_t side : {0U, 1U}) {
      const auto own = topology_.channels[i].ends[side].context;
      const auto other = topology_.channels[i].ends[1 - side].context;
      if (nodes_[topology_.node_of(own)].killed || !nodes_[topology_.node_of(other)].killed)
        continue;
      if (!ended_[own] && !closed_.contains({i, side}))
        return false;
    }
  return true;
}

} // namespace hawser::tool
