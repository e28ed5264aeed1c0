#include "scenario.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

namespace hawser::simulation {
namespace {

mix still(unsigned nodes, unsigned contexts) {
  mix how;
  how.nodes = nodes;
  how.contexts_per_node = contexts;
  return how;
}

constexpr std::uint64_t seed = 1;

} // namespace

scenario::scenario(unsigned nodes, unsigned contexts_per_node)
  : scenario(still(nodes, contexts_per_node)) {}

scenario::scenario(const mix& how) : w(seed, how) {}

// -- applications --------------------------------------------------------------------------------

world::context& scenario::holder(end_name which) {
  auto* found = w.holder_of(which);
  if (found == nullptr)
    throw std::logic_error{to_string(which) + " rests nowhere"};
  return *found;
}

// Each end that arrives at a node goes to the next context there.
world::context& scenario::next_page(unsigned node) {
  return w.page(node, next_page_[node]++ % w.how.contexts_per_node);
}

// A message takes ports of one context along.
void scenario::gather(end_name which, world::context& at) {
  auto& from = holder(which);
  if (&from == &at)
    return;
  if (from.node != at.node)
    throw std::logic_error{to_string(which) + " is at another node"};
  w.post_away(from, {which}, at);
  --w.moves;
  turn(at.node);
}

end_name scenario::make(unsigned node) {
  auto& first = next_page(node);
  const auto made = w.make_channel(first);
  gather(made.peer(), next_page(node));
  check();
  return made;
}

end_name scenario::across(unsigned here, unsigned there) {
  const auto made = make(here);
  move(made.peer(), there);
  run();
  return made;
}

void scenario::post(end_name through, unsigned count) {
  auto& at = holder(through);
  for (unsigned i = 0; i < count; ++i)
    if (const auto err = w.post(at, through))
      throw std::logic_error{std::string{err.what()}};
  w.route(at.node);
  check();
}

void scenario::post_with(end_name through, const std::vector<end_name>& along) {
  auto& at = holder(through);
  for (const auto& each : along)
    gather(each, at);
  if (const auto err = w.post(at, through, along))
    throw std::logic_error{std::string{err.what()}};
  w.route(at.node);
  check();
}

void scenario::send(end_name which, unsigned to) {
  auto& from = holder(which);
  w.post_away(from, {which}, next_page(to));
  w.route(from.node);
  check();
}

void scenario::move(end_name which, unsigned to) {
  const auto from = node_of(which);
  send(which, to);
  if (from != to)
    pass_all(from, to);
  turn(to);
}

void scenario::close(end_name which) {
  auto& at = holder(which);
  w.close(at, which);
  w.route(at.node);
  check();
}

void scenario::start(end_name which) {
  w.start(holder(which), which);
}

void scenario::end_contexts(unsigned node, close_reason reason) {
  for (auto& page : w.at(node).contexts)
    w.end(*page, reason);
  w.route(node);
  check();
}

// -- the network ---------------------------------------------------------------------------------

bool scenario::pass(unsigned from, unsigned to) {
  const bool passed = w.deliver(from, to);
  check();
  return passed;
}

void scenario::pass_until(unsigned from, unsigned to, const std::string& kind) {
  for (;;) {
    const auto& wire = w.between(from, to);
    if (wire.empty())
      throw std::logic_error{"no " + kind + " is on its way"};
    const bool last = wire.front().what == world::packet::kind::frame
                      && to_string(wire.front().content).find(kind) != std::string::npos;
    pass(from, to);
    if (last)
      return;
  }
}

void scenario::pass_all(unsigned from, unsigned to) {
  for (auto left = w.between(from, to).size(); left > 0; --left)
    pass(from, to);
}

void scenario::pass_round() {
  std::vector<std::pair<pair, std::size_t>> all;
  for (unsigned from = 0; from < w.size(); ++from)
    for (unsigned to = 0; to < w.size(); ++to)
      all.push_back({{from, to}, w.between(from, to).size()});
  for (auto& [wire, left] : all)
    for (; left > 0; --left)
      pass(wire.first, wire.second);
}

void scenario::route() {
  for (unsigned i = 0; i < w.size(); ++i)
    while (w.alive(i) && w.at(i).waker->take()) {
      w.at(i).waker->again();
      w.route(i);
    }
  check();
}

void scenario::turn(unsigned node) {
  for (bool any = true; any && w.alive(node);) {
    any = false;
    for (auto& page : w.at(node).contexts)
      if (page->scope->waker().take()) {
        page->scope->waker().again();
        w.turn(*page);
        any = true;
      }
    if (w.at(node).waker->take()) {
      w.at(node).waker->again();
      w.route(node);
      any = true;
    }
  }
  check();
}

void scenario::turn() {
  for (unsigned i = 0; i < w.size(); ++i)
    turn(i);
}

bool scenario::step(const std::set<pair>& except) {
  w.connect_wanted();
  turn();
  for (unsigned from = 0; from < w.size(); ++from)
    for (unsigned to = 0; to < w.size(); ++to)
      if (w.alive(to) && !except.contains({from, to}) && !w.between(from, to).empty())
        return pass(from, to);
  return false;
}

void scenario::run(const std::set<pair>& except) {
  while (step(except)) {}
}

void scenario::rest() {
  run();
  w.settle();
  check();
  check_at_rest(w);
}

// -- what was seen -------------------------------------------------------------------------------

void scenario::mark() {
  w.keep_log = true;
  counted_ = w.frames;
  logged_ = w.log.size();
}

std::uint64_t scenario::count(const std::string& kind) const {
  const auto now = w.frames.find(kind);
  const auto before = counted_.find(kind);
  return (now == w.frames.end() ? 0 : now->second)
         - (before == counted_.end() ? 0 : before->second);
}

std::string scenario::control() const {
  static const std::set<std::string> silent{"CREDIT", "DATA", "WINDOW", "WATCH", "CLOSED"};
  std::string text;
  for (const auto& [kind, number] : w.frames)
    if (!silent.contains(kind) && count(kind) != 0)
      text += (text.empty() ? "" : ", ") + kind + " " + std::to_string(count(kind));
  return text;
}

std::string scenario::trace() const {
  std::map<std::string, std::string> letters;
  const auto letter = [&](const std::string& id) {
    const auto [known, added] = letters.try_emplace(id);
    if (added)
      known->second = std::string(1, static_cast<char>('A' + letters.size() - 1));
    return known->second;
  };
  // A waypoint is four digits of its id, at these places of a line only.
  static const std::regex id{"(> [0-9]+  |-> |ANNOUNCE |binder |port )([0-9a-f]{4})\\b"};
  constexpr const char* left_out[] = {" CREDIT ", " WATCH ", " CLOSED "};
  std::string text = "\n";
  for (auto i = logged_; i < w.log.size(); ++i) {
    auto line = w.log[i];
    if (std::ranges::any_of(left_out,
                            [&line](const auto* kind) { return line.find(kind) != line.npos; }))
      continue;
    if (const auto at = line.find("WINDOW "); at != std::string::npos)
      line.erase(at + 6, 5);
    std::smatch found;
    std::string told;
    while (std::regex_search(line, found, id)) {
      told += found.prefix().str() + found[1].str() + letter(found[2].str());
      line = found.suffix().str();
    }
    text += told + line + "\n";
  }
  return text;
}

std::string scenario::fate(end_name which) const {
  const auto told = w.closes.find(which);
  return told == w.closes.end() ? "open" : "close " + std::string{to_string(told->second.first)};
}

unsigned scenario::node_of(end_name which) {
  return holder(which).node;
}

std::uint64_t scenario::relays() const {
  std::uint64_t all = 0;
  for (unsigned i = 0; i < w.size(); ++i)
    all += w.alive(i) ? w.at(i).routes->statistics().relays : 0;
  return all;
}

std::uint64_t scenario::waypoints() const {
  std::uint64_t all = 0;
  for (unsigned i = 0; i < w.size(); ++i)
    all += w.alive(i) ? w.at(i).routes->statistics().waypoints : 0;
  return all;
}

std::uint64_t scenario::received(end_name which) const {
  const auto found = w.received.find(which.peer());
  return found == w.received.end() ? 0 : found->second;
}

std::uint64_t scenario::read(end_name which) {
  const auto node = node_of(which);
  start(which);
  turn(node);
  return received(which);
}

} // namespace hawser::simulation
