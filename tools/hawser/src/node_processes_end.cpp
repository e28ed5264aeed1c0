// How a run of several nodes ends, and what is reported of it.

#include <algorithm>
#include <csignal>
#include <map>
#include <set>
#include <unordered_map>

#include "interrupt.hpp"
#include "listen_address.hpp"
#include "node_processes.hpp"

namespace hawser::tool {
namespace {

using namespace std::chrono_literals;

constexpr auto settling_max = 5s; // for routes to become short
constexpr auto ending_max = 20s;  // a node gives its contexts less
constexpr std::uint16_t first_port_by_hand = 4700;

std::string quoted_for_shell(const std::string& word) {
  constexpr std::string_view plain{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   "_-./:@"};
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
    return word;
  std::string made{"'"};
  for (const char letter : word)
    made += letter == '\'' ? std::string{"'\\''"} : std::string{letter};
  return made + "'";
}

void add_totals(run_report& into, const run_report& from) {
  into.contexts += from.contexts;
  into.ports += from.ports;
  into.channels_made += from.channels_made;
  into.messages += from.messages;
  into.bytes += from.bytes;
  into.posts_refused += from.posts_refused;
  into.opening_s = std::max(into.opening_s, from.opening_s);
}

template <class T>
void append(std::vector<T>& into, const std::vector<T>& from) {
  into.insert(into.end(), from.begin(), from.end());
}

} // namespace

// Before the first node ends, and contexts of others because of that.
void node_processes::look_around() {
  const auto deadline = clock::now() + settling_max;
  for (auto& each : nodes_)
    if (alive(each))
      each.process->write_line("look");
  const auto pending = [this](const running& each) { return alive(each) && !each.looked; };
  while (std::ranges::any_of(nodes_, pending) && clock::now() < deadline && interrupted() == 0)
    listen();
}

// Routes become short by themselves once nothing moves any more: asked for until they have.
void node_processes::measure_hops() {
  const auto deadline = clock::now() + settling_max;
  do {
    for (auto& each : nodes_) {
      each.routes.reset();
      each.process->write_line("routes");
    }
    const auto answered = [](const running& each) { return each.routes || each.report; };
    while (!std::ranges::all_of(nodes_, answered) && clock::now() < deadline)
      listen();
    hops_ = longest_way();
  } while (hops_.value_or(0) > 1 && clock::now() < deadline && interrupted() == 0);
}

// How many connections a message passes on the longest way there is. None if no channel reaches
// over nodes any more, or if an answer is missing.
std::optional<std::uint64_t> node_processes::longest_way() const {
  std::unordered_map<std::string, const node_event::way*> all;
  for (const auto& each : nodes_) {
    if (!each.routes)
      return std::nullopt;
    for (const auto& way : each.routes->ways)
      all.emplace(way.from, &way);
  }
  std::optional<std::uint64_t> longest;
  for (const auto& [from, way] : all) {
    if (!way->successor.empty() || way->to.empty())
      continue;
    std::uint64_t hops = 1;
    auto at = all.find(way->to);
    for (; at != all.end() && !at->second->successor.empty() && hops <= all.size(); ++hops)
      at = all.find(at->second->successor);
    longest = std::max(longest.value_or(0), hops);
  }
  return longest;
}

void node_processes::end_all() {
  const bool channels = options_.json || !options_.graph.empty();
  for (auto& each : nodes_) {
    if (!each.process)
      continue;
    if (channels)
      each.process->write_line("channels");
    if (interrupted() != 0)
      each.process->signal(interrupted());
    each.process->close_input();
  }
  const auto deadline = clock::now() + ending_max;
  const auto gone = [](running& each) {
    return !each.process || (each.process->status() && each.process->output() == -1);
  };
  while (!std::ranges::all_of(nodes_, gone) && clock::now() < deadline)
    listen();
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (!gone(nodes_[i])) {
      failures_.push_back({"node " + topology_.nodes[i].name, "did not end when told to"});
      nodes_[i].process->signal(SIGKILL);
    }
  screen_.end_progress();
  screen_.flush();
}

outcome node_processes::judge() const {
  const bool failed = std::ranges::any_of(
    nodes_, [](const running& each) { return each.report && each.report->how == outcome::failed; });
  if (failed || !failures_.empty())
    return outcome::failed;
  if (interrupted() != 0)
    return outcome::interrupted;
  if (late_)
    return outcome::late;
  const bool lines_hold = !judges_lines() || (expectation_.met() && !expectation_.broken());
  const bool told = options_.kills.empty() || survivors_know();
  return lines_hold && told ? outcome::held : outcome::unmet;
}

run_report node_processes::summed_up() {
  run_report made;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto& each = nodes_[i];
    node_report row;
    row.name = topology_.nodes[i].name;
    row.killed = each.killed;
    if (each.report) {
      add_totals(made, *each.report);
      row.contexts = each.report->contexts;
      row.ports = each.report->ports;
      row.messages = each.report->messages;
      row.bytes = each.report->bytes;
      append(made.failures, each.report->failures);
      append(made.open, each.report->open);
      append(made.queued, each.report->queued);
      append(made.stuck, each.report->stuck);
      append(made.unreached, each.report->unreached);
    }
    made.nodes.push_back(std::move(row));
  }
  append(made.failures, failures_);
  made.how = judge();
  made.signal = interrupted();
  made.deadline_s = deadline_s_;
  made.run_s = run_s_;
  made.hops = hops_;
  for (const auto& each : options_.kills)
    if (!std::ranges::any_of(made.nodes, [&each](const node_report& row) {
          return row.killed && row.name == each.node;
        }))
      made.missing.push_back("node " + each.node + " killed");
  if (judges_lines()) {
    append(made.missing, expectation_.missing());
    made.unexpected = expectation_.unexpected();
  }
  add_links(made);
  add_closes(made);
  if (made.how == outcome::held) {
    made.open.clear();
    made.queued.clear();
  }
  add_channels(made);
  return made;
}

// Of a channel over nodes, each node has seen its own end.
void node_processes::add_channels(run_report& into) const {
  std::map<std::uint32_t, channel_report> planned;
  std::vector<channel_report> made;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].report)
      continue;
    for (const auto& each : nodes_[i].report->channels) {
      if (!each.planned || each.number >= topology_.channels.size()) {
        made.push_back(each);
        continue;
      }
      auto& whole = planned.try_emplace(each.number, each).first->second;
      for (const std::size_t side : {0U, 1U})
        if (topology_.node_of(topology_.channels[each.number].ends[side].context) == i)
          whole.ends[side] = each.ends[side];
    }
  }
  for (auto& [number, each] : planned)
    into.channels.push_back(std::move(each));
  append(into.channels, made);
}

// Two nodes tell of each link: the first of them is believed, if it is still there.
void node_processes::add_links(run_report& into) const {
  std::set<std::pair<std::string, std::string>> told;
  for (const auto& each : nodes_)
    if (each.report)
      for (const auto& link : each.report->links)
        if (told.insert(std::minmax(link.from, link.to)).second)
          into.links.push_back(link);
}

// What those who are left were told at the ports that led to a killed node.
void node_processes::add_closes(run_report& into) const {
  for (const auto& [end, reason] : closed_) {
    const auto& ends = topology_.channels[end.first].ends;
    const auto killed = [&](std::uint32_t side) {
      return nodes_[topology_.node_of(ends[side].context)].killed;
    };
    if (!killed(end.second) && killed(1 - end.second))
      ++into.closes[reason];
  }
}

void print_commands(const topology& what, const run_options& options, std::FILE* to) {
  std::vector<std::string> before;
  for (std::size_t i = 0; i < what.nodes.size(); ++i) {
    const auto& node = what.nodes[i];
    auto at = parse_listen_address(node.listen).value_or(listen_address{"127.0.0.1", 0});
    if (at.port == 0)
      at.port = static_cast<std::uint16_t>(first_port_by_hand + i);
    const auto url = to_url(at);
    auto line = "hawser node --name " + node.name + " --topology " + quoted_for_shell(options.file)
                + " --listen " + quoted_for_shell(url.substr(url.rfind("//") + 2));
    if (node.tls)
      line += " --certificate " + quoted_for_shell(node.tls->certificate) + " --key "
              + quoted_for_shell(node.tls->key) + " --authorities "
              + quoted_for_shell(node.tls->authorities);
    for (const auto& each : before)
      line += " --connect " + quoted_for_shell(each);
    for (const auto& each : options.libraries)
      line += " --load " + quoted_for_shell(each);
    std::fprintf(to, "%s\n", line.c_str());
    before.push_back(url);
  }
}

} // namespace hawser::tool
