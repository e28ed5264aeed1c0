#include "runner.hpp"

#include <algorithm>

#include "fellow_nodes.hpp"
#include "interrupt.hpp"
#include "node_events.hpp"

namespace hawser::tool {
namespace {

using namespace std::chrono_literals;

constexpr auto look_around_every = 50ms; // for Ctrl-C, the deadline and the progress bar
constexpr auto closing_max = 5s;         // and more where there are many contexts
constexpr std::size_t contexts_closed_per_s = 5000;

double seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

// Which groups come before those nested in them.
std::vector<std::uint32_t> by_depth(const topology& of) {
  std::vector<std::uint32_t> depths(of.groups.size(), 0);
  for (std::uint32_t i = 0; i < of.groups.size(); ++i) {
    std::vector<std::uint32_t> way;
    auto at = i;
    for (; depths[at] == 0; at = of.group_of[of.groups[at].parent]) {
      way.push_back(at);
      if (of.groups[at].parent == no_context)
        break;
    }
    auto depth = depths[at];
    for (auto each = way.rbegin(); each != way.rend(); ++each)
      depths[*each] = ++depth;
  }
  std::vector<std::uint32_t> order(of.groups.size());
  for (std::uint32_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::uint32_t group) { return depths[group]; });
  return order;
}

// Each node sees only what its own contexts print; where a run of several was started by one
// command, that one sees everything.
expected_lines expected_here(const topology& of, const node_part& part) {
  auto made = of.expects;
  if (part.fellows == nullptr)
    return made;
  std::erase_if(made.lines, [&](const std::string& line) {
    return part.commands != nullptr
           || of.node_of(of.find(line.substr(0, line.find(" | ")))) != part.fellows->which();
  });
  made.only = made.only && part.commands == nullptr;
  return made;
}

} // namespace

runner::runner(system& sys, const topology& what, const behaviour_catalogue& behaviours,
               screen& output)
  : runner(sys, what, behaviours, output, node_part{}) {}

runner::runner(system& sys, const topology& what, const behaviour_catalogue& behaviours,
               screen& output, node_part part)
  : system_(sys),
    topology_(what),
    screen_(output),
    main_(sys, "hawser://" + (part.fellows != nullptr ? part.fellows->name() : "main")),
    host_(std::make_shared<context_host>(behaviours, main_.window())),
    part_(part),
    expectation_(expected_here(what, part)),
    windows_(what.contexts()),
    lifelines_(what.contexts()),
    ended_(what.contexts()),
    awaited_(what.contexts()),
    waiting_(what.channels.size()) {
  system_.on_channel_made([log = log_, own = main_.window().id()](const window_proxy& maker,
                                                                  const channel_observer& made) {
    if (maker.id() != own)
      log->add_made(maker, made);
  });
  for (std::uint32_t i = 0; i < what.contexts(); ++i)
    own_count_ += here(i) ? 1 : 0;
  main_.on_message([this](message_event& ev) { receive(ev); });
  if (part_.fellows != nullptr)
    meet_fellows();
}

run_report runner::run(double deadline_s, detail_level wanted) {
  run_report report;
  report.deadline_s = deadline_s;
  begun_ = clock::now();
  detail_ = wanted;
  open_contexts();
  assign_all();
  report.opening_s = seconds(clock::now() - begun_);
  if (own_count_ == 0) {
    screen_.tell(node_event::begun{});
    all_heard();
  }
  finish_if_done();
  wait(begun_
       + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(deadline_s)));
  report.run_s = seconds(clock::now() - begun_);
  if (seen_) {
    report.open = seen_->open;
    report.queued = seen_->queued;
  }
  const bool trouble = judge() != outcome::held && !seen_;
  if (trouble || detail_ == detail_level::channels)
    learn_names();
  if (trouble)
    collect_waiting(report);
  if (part_.fellows != nullptr)
    remember_links();
  close_contexts(report);
  report.how = judge();
  report.signal = interrupted();
  report.failures = failures_;
  report.missing = expectation_.missing();
  report.unexpected = expectation_.unexpected();
  if (part_.fellows != nullptr)
    report.unreached = part_.fellows->missing();
  for (const auto& [peer, link] : links_)
    report.links.push_back(link);
  collect_totals(report);
  if (detail_ == detail_level::channels)
    collect_channels(report);
  return report;
}

// -- the beginning ------------------------------------------------------------------------------

bool runner::here(std::uint32_t context) const {
  return part_.fellows == nullptr || topology_.node_of(context) == part_.fellows->which();
}

void runner::open_contexts() {
  for (const auto group : by_depth(topology_))
    open_group(topology_.groups[group]);
}

void runner::open_group(const context_group& group) {
  for (auto i = group.first; i < group.first + group.count && interrupted() == 0; ++i) {
    if (!here(i))
      continue;
    open_options options;
    options.name = topology_.name_of(i);
    if (group.parent != no_context)
      options.parent = windows_[group.parent];
    windows_[i] = system_.open(group.url, host_->start(), std::move(options));
    if (part_.fellows != nullptr)
      part_.fellows->own().publish(topology_.name_of(i), windows_[i]);
    screen_.progress(static_cast<double>(i) / static_cast<double>(topology_.contexts()),
                     "opening contexts");
  }
}

// Counts the ends of every context, then puts each in its place.
void runner::sort_ends() {
  first_end_.assign(topology_.contexts() + 1, 0);
  for (const auto& channel : topology_.channels)
    for (const auto& end : channel.ends)
      ++first_end_[end.context + 1];
  for (std::size_t i = 1; i < first_end_.size(); ++i)
    first_end_[i] += first_end_[i - 1];
  ends_.resize(2 * topology_.channels.size());
  auto next = first_end_;
  for (std::uint32_t i = 0; i < topology_.channels.size(); ++i)
    for (std::uint8_t side = 0; side < 2; ++side)
      ends_[next[topology_.channels[i].ends[side].context]++] = {i, side};
  for (const auto& channel : topology_.channels)
    if (!here(channel.ends[0].context))
      ++awaited_[channel.ends[1].context];
}

void runner::assign_all() {
  sort_ends();
  for (std::uint32_t i = 0; i < topology_.contexts() && interrupted() == 0; ++i) {
    if (here(i) && awaited_[i] == 0)
      assign(i);
    screen_.progress(static_cast<double>(i) / static_cast<double>(topology_.contexts()),
                     "handing out ports");
  }
}

void runner::assign(std::uint32_t context) {
  const auto& group = topology_.group(context);
  assignment what{topology_.name_of(context),
                  group.runs->name,
                  context - group.first,
                  group.count,
                  group.arguments,
                  {},
                  {}};
  const auto lifeline = main_.make_channel();
  lifeline.port1.on_close(
    [this, context](close_event& ev) { context_ended(context, ev.reason()); });
  transfer_list transfer{lifeline.port2};
  for (auto i = first_end_[context]; i < first_end_[context + 1]; ++i) {
    const auto [channel, side] = ends_[i];
    what.ports.push_back(topology_.channels[channel].ends[side].port);
    if (part_.fellows != nullptr)
      what.ends.push_back(2 * std::uint64_t{channel} + side);
    transfer.add(take_end(channel, side));
  }
  if (const auto err =
        windows_[context].post_message(to_value(std::move(what)), "*", std::move(transfer))) {
    failures_.push_back(
      {topology_.name_of(context), "cannot be given its ports: " + to_string(err)});
    finished_ = true;
  }
  lifelines_[context] = lifeline.port1;
  if (++begun_count_ == own_count_)
    screen_.tell(node_event::begun{});
}

// The channel is made when its first end is asked for.
message_port runner::take_end(std::uint32_t channel, unsigned side) {
  if (waiting_[channel])
    return std::exchange(waiting_[channel], {});
  const auto made = main_.make_channel();
  log_->add(topology_.channels[channel].name, main_.registry().observe(made.port1));
  logged_.push_back(channel);
  waiting_[channel] = side == 0 ? made.port2 : made.port1;
  return side == 0 ? made.port1 : made.port2;
}

// -- what contexts tell -------------------------------------------------------------------------

void runner::receive(message_event& ev) {
  if (part_.fellows != nullptr && part_.fellows->receive(ev))
    return;
  const auto& data = ev.data();
  if (const auto* lines = data.get_if<std::string_view>()) {
    print(ev.source(), *lines);
  } else if (const auto* what = data["failed"].get_if<std::string_view>()) {
    failures_.push_back({ev.source().name(), std::string{*what}});
    finished_ = true;
  } else if (const auto done = data["progress"].as<double>()) {
    progress_[ev.source().id()] = *done;
  } else if (const auto end = data["closed"].as<double>()) {
    const auto number = static_cast<std::uint64_t>(*end);
    screen_.tell(node_event::closed{static_cast<std::uint32_t>(number / 2),
                                    static_cast<std::uint32_t>(number % 2),
                                    data["reason"].as<std::string>().value_or("")});
  } else if (ev.source() == main_.window() && data["all_heard"].as<bool>()) {
    all_heard();
  } else if (ev.source() == main_.window() && data["last_heard"].as<bool>()) {
    last_heard_ = true;
  }
}

void runner::print(const window_proxy& from, std::string_view lines) {
  for (;;) {
    const auto end = lines.find('\n');
    const auto line = from.name() + " | " + std::string{lines.substr(0, end)};
    screen_.line(line);
    expectation_.see(line);
    if (end == std::string_view::npos)
      break;
    lines.remove_prefix(end + 1);
  }
  finish_if_done();
}

// What the context has printed may still wait in our window's queue, but nothing more will come:
// a message to ourselves tells when everything before it has been heard.
void runner::context_ended(std::uint32_t context, close_reason reason) {
  if (ended_[context])
    return;
  ended_[context] = true;
  ++ended_count_;
  lifelines_[context] = {};
  screen_.tell(node_event::ended{context});
  const bool crashed = reason == close_reason::context_crashed;
  if (crashed)
    crashed_.push_back(context);
  if (crashed || ended_count_ == own_count_)
    main_.window().post_message(object{{"all_heard", true}}, "*");
}

void runner::all_heard() {
  for (const auto context : crashed_) {
    const auto name = topology_.name_of(context);
    const bool said = std::ranges::any_of(
      failures_, [&](const context_failure& each) { return each.context == name; });
    if (!said)
      failures_.push_back({name, "ended by an exception outside of its listeners"});
    finished_ = true;
  }
  crashed_.clear();
  if (ended_count_ < own_count_)
    return;
  all_ended_ = true;
  if (part_.fellows == nullptr)
    finished_ = true;
  screen_.tell(node_event::all_ended{});
  finish_if_done();
}

void runner::finish_if_done() {
  const bool met =
    !topology_.expects.lines.empty() && expectation_.met() && !topology_.expects.closed;
  if (expectation_.broken() || (met && part_.fellows == nullptr))
    finished_ = true;
  const bool by_hand = part_.fellows != nullptr && part_.commands == nullptr;
  if (by_hand && (met || all_ended_) && !std::exchange(told_done_, true))
    part_.fellows->tell_done();
}

// -- the end ------------------------------------------------------------------------------------

void runner::wait(clock::time_point deadline) {
  while (!finished_) {
    look_at_fellows();
    const auto until = std::min(deadline, clock::now() + look_around_every);
    if (main_.run_until([this] { return finished_; }, until))
      return;
    if (interrupted() != 0) {
      interrupted_ = true;
      return;
    }
    if (clock::now() >= deadline) {
      late_ = true;
      return;
    }
    screen_.flush();
    show_progress();
  }
}

void runner::show_progress() {
  auto done =
    own_count_ == 0 ? 0 : static_cast<double>(ended_count_) / static_cast<double>(own_count_);
  if (expectation_.wants_lines())
    done = std::max(done, static_cast<double>(expectation_.seen())
                            / static_cast<double>(expectation_.wanted()));
  if (!progress_.empty()) {
    double sum = 0;
    for (const auto& [window, share] : progress_)
      sum += share;
    done = std::max(done, sum / static_cast<double>(progress_.size()));
  }
  auto what = std::to_string(own_count_ - ended_count_) + " contexts open";
  if (expectation_.wants_lines())
    what += ", " + std::to_string(expectation_.seen()) + " of "
            + std::to_string(expectation_.wanted()) + " lines";
  what += ", " + std::to_string(static_cast<int>(seconds(clock::now() - begun_))) + " s";
  screen_.progress(done, what);
}

outcome runner::judge() const {
  if (!failures_.empty())
    return outcome::failed;
  if (interrupted_ || interrupted() != 0)
    return outcome::interrupted;
  if (late_)
    return outcome::late;
  const bool closed = !topology_.expects.closed || finished_;
  return expectation_.met() && !expectation_.broken() && closed ? outcome::held : outcome::unmet;
}

// Lines that are printed meanwhile are shown, too.
void runner::close_contexts(run_report& into) {
  const auto patience = closing_max + std::chrono::seconds{ended_.size() / contexts_closed_per_s};
  const auto deadline = clock::now() + patience;
  system_.close_all();
  for (std::size_t i = 0; i < ended_.size(); ++i)
    if (!ended_[i] && !lifelines_[i] && windows_[i]) { // Opened, but never given anything.
      ended_[i] = true;
      ++ended_count_;
    }
  const auto expected = static_cast<std::size_t>(
    std::ranges::count_if(windows_, [](const window_proxy& each) { return bool{each}; }));
  static_cast<void>(main_.run_until([&] { return ended_count_ >= expected; }, deadline));
  // What they printed last may still wait in our window's queue, as in `context_ended`.
  main_.window().post_message(object{{"last_heard", true}}, "*");
  static_cast<void>(main_.run_until([this] { return last_heard_; }, deadline));
  if (!system_.await_all_closed_until(deadline))
    for (const auto& each : system_.contexts())
      if (each.id != main_.window().id())
        into.stuck.push_back(each.name);
  screen_.end_progress();
  screen_.flush();
}

} // namespace hawser::tool
