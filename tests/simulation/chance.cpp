// What happens in a world when chance decides.

#include <algorithm>
#include <utility>

#include "hostile.hpp"

namespace hawser::simulation {

std::vector<world::context*> world::live_contexts() {
  std::vector<context*> all;
  for (auto& each : nodes_)
    if (each.routes)
      for (auto& page : each.contexts)
        all.push_back(page.get());
  return all;
}

// Those that chance lets do something, and that others know of.
std::vector<world::context*> world::partakers() {
  auto all = live_contexts();
  if (foe != nullptr && foe->apart())
    std::erase_if(all, [this](const context* each) { return each->node == foe->node; });
  return all;
}

void world::connect_wanted() {
  std::erase_if(wanted_, [this](const auto& pair) {
    const auto& [a, b] = pair;
    connect(a, b);
    return !alive(a) || !alive(b) || linked(a, b);
  });
  for (const auto& [from, to] : std::exchange(unknown_, {}))
    if (alive(from)) {
      nodes_[from].routes->link_failed(to, 0);
      collect(from);
    }
}

bool world::deliver_something() {
  connect_wanted();
  const auto wires = busy_wires();
  std::vector<unsigned> routers;
  for (unsigned i = 0; i < nodes_.size(); ++i)
    if (alive(i))
      routers.push_back(i);
  const auto pages = live_contexts();
  // Each is tried from a random one on, so that nothing is left when all have been.
  const auto kinds = below(3);
  for (std::size_t k = 0; k < 3; ++k) {
    switch ((kinds + k) % 3) {
      case 0:
        if (!wires.empty()) {
          const auto [from, to] = wires[below(wires.size())];
          return deliver(from, to);
        }
        break;
      case 1: {
        const auto first = below(std::max<std::size_t>(1, routers.size()));
        for (std::size_t i = 0; i < routers.size(); ++i) {
          const auto which = routers[(first + i) % routers.size()];
          if (nodes_[which].waker->take()) {
            nodes_[which].waker->again();
            route(which, 1 + below(3));
            return true;
          }
        }
        break;
      }
      default: {
        const auto first = below(std::max<std::size_t>(1, pages.size()));
        for (std::size_t i = 0; i < pages.size(); ++i) {
          auto& page = *pages[(first + i) % pages.size()];
          if (page.scope->waker().take()) {
            page.scope->waker().again();
            turn(page, 1 + below(2));
            collect();
            return true;
          }
        }
        break;
      }
    }
  }
  return false;
}

void world::do_something_new() {
  const auto pages = partakers();
  if (pages.empty())
    return;
  if (chance(how.crash) && pages.size() > how.contexts_per_node)
    return crash(pages[below(pages.size())]->node);
  if (chance(how.cut) && nodes_.size() > 1) {
    const auto a = static_cast<unsigned>(below(nodes_.size()));
    const auto b = static_cast<unsigned>(below(nodes_.size()));
    if (a != b)
      return linked(a, b) ? cut(a, b) : connect(a, b);
  }
  if (chance(how.hold) && nodes_.size() > 1) {
    const auto a = static_cast<unsigned>(below(nodes_.size()));
    const auto b = static_cast<unsigned>(below(nodes_.size()));
    if (!alive(a) || a == b)
      return;
    if (chance(0.5))
      nodes_[a].routes->hold(nodes_[b].id);
    else
      nodes_[a].routes->release(nodes_[b].id);
    return collect(a);
  }
  std::vector<std::pair<context*, end_name>> ends;
  for (auto* page : pages)
    for (const auto& each : page->ports)
      ends.emplace_back(page, each.name);
  if (ends.empty() || (channels_ < how.channels * 3 && chance(0.03))) {
    if (channels_ < how.channels * 3)
      make_channel(*pages[below(pages.size())]);
    return;
  }
  const auto [page, which] = ends[below(ends.size())];
  if (chance(how.close))
    return close(*page, which);
  if (auto* held = find(*page, which); !held->started && chance(0.3))
    return start(*page, which);
  std::vector<end_name> along;
  if (chance(how.move)) {
    for (const auto& each : page->ports) {
      const bool fits =
        how.inside_out ? each.name.channel != which.channel : each.name.channel > which.channel;
      if (fits && along.size() < 2 && chance(0.5))
        along.push_back(each.name);
    }
  }
  if (chance(how.away)) {
    along.push_back(which);
    post_away(*page, along, *pages[below(pages.size())]);
  } else {
    const auto padding = chance(how.big) ? below(4 * how.bounds.window_initial.bytes) : below(20);
    static_cast<void>(post(*page, which, along, padding));
  }
}

void world::step() {
  if (channels_ < how.channels)
    make_channel(*partakers().at(below(partakers().size())));
  if (!chance(how.deliver) || !deliver_something())
    do_something_new();
  collect();
  if (chance(how.lie) && tampered == 0)
    lie();
}

// What no connection should ever do, and no router can repair.
void world::lie() {
  const auto possible = [this](const packet& each) {
    if (each.what != packet::kind::frame)
      return false;
    // Posts without a number and those to windows lean on the connection alone.
    const auto named = kind_of(each.content);
    return how.counted || (named != "OUTBOX" && named != "WINDOW");
  };
  std::vector<std::pair<std::pair<unsigned, unsigned>, std::size_t>> all;
  for (const auto& [pair, wire] : wires_)
    for (std::size_t i = 0; i < wire.size(); ++i)
      if (possible(wire[i]) && linked(pair.first, pair.second) && linked(pair.second, pair.first))
        all.emplace_back(pair, i);
  if (all.empty())
    return;
  const auto [pair, place] = all[below(all.size())];
  distrusted_ = pair;
  tamper(pair.first, pair.second, [this, &possible, place = place](std::deque<packet>& wire) {
    const auto at = wire.begin() + static_cast<std::ptrdiff_t>(place);
    const auto way = below(3);
    if (way == 0)
      wire.erase(at);
    else if (way == 1)
      wire.insert(at, packet{*at});
    else if (place + 1 < wire.size() && possible(wire[place + 1]))
      std::swap(wire[place], wire[place + 1]);
  });
}

void world::break_distrusted() {
  if (distrusted_)
    cut(distrusted_->first, distrusted_->second, in_flight::arrives);
  settle();
}

void world::settle() {
  // Ends that follow each other make for many frames, and each may go in dozens of pieces.
  const std::size_t steps_max = how.piece_bytes == 0 ? 1'000'000 : 50'000'000;
  for (std::size_t steps = 0;; ++steps) {
    if (steps > steps_max)
      throw violation{"the world does not come to rest"};
    if (deliver_something())
      continue;
    bool anew = false;
    for (unsigned a = 0; a < nodes_.size(); ++a)
      for (unsigned b = 0; b < nodes_.size() && alive(a); ++b)
        if (a != b)
          nodes_[a].routes->release(nodes_[b].id);
    for (auto* page : live_contexts())
      for (auto& each : page->ports)
        if (!each.started) {
          start(*page, each.name);
          anew = true;
          break;
        }
    collect();
    if (!anew && !deliver_something())
      return;
  }
}

} // namespace hawser::simulation
