// Nodes of a world and what is between them.

#include <algorithm>
#include <utility>

#include "hawser/frame_codec.hpp"
#include "hostile.hpp"

namespace hawser::simulation {
namespace {

// What the other node reads of it.
frame through_bytes(const frame& from) {
  std::vector<std::byte> bytes;
  encode(from, bytes);
  auto made = decode_frame(bytes);
  if (!made)
    throw violation{to_string(from) + " cannot be read: " + made.error().what()};
  std::vector<std::byte> again;
  encode(*made, again);
  if (again != bytes)
    throw violation{to_string(from) + " was read as " + to_string(*made)};
  return *std::move(made);
}

} // namespace

void world::route(unsigned which, std::size_t messages_max) {
  auto& at = nodes_[which];
  if (!at.routes || !at.waker->take())
    return;
  if (at.routes->run_turn(messages_max))
    at.waker->again();
  collect(which);
}

void world::collect(unsigned from) {
  auto& at = nodes_[from];
  if (!at.routes)
    return;
  auto output = at.routes->take_output();
  for (auto& [to, content] : output.frames) {
    ++frames[kind_of(content)];
    const auto target = *node_of(to);
    if (keep_log)
      log.push_back(std::to_string(from) + " > " + std::to_string(target) + "  "
                    + to_string(content));
    if (how.encoded)
      content = through_bytes(content);
    if (foe != nullptr)
      foe->overhear(from, target, content);
    if (alive(target))
      put(from, target, std::move(content));
  }
  for (auto& [to, contact] : output.wanted_links)
    if (const auto known = node_of(to))
      wanted_.emplace_back(from, *known);
    else if (foe != nullptr)
      unknown_.emplace_back(from, to);
    else
      throw violation{"a node that nobody knows is wanted"};
  for (const auto& each : output.incidents) {
    if (foe != nullptr && foe->answers_for(from, each))
      continue;
    ++incidents[each.what];
    if (keep_log)
      log.push_back(std::to_string(from) + " incident: " + each.text);
  }
}

void world::collect() {
  for (unsigned i = 0; i < nodes_.size(); ++i)
    collect(i);
}

void world::connect(unsigned a, unsigned b) {
  if (!alive(a) || !alive(b) || linked(a, b) || linked(b, a)
      || unreachable.contains(std::minmax(a, b)))
    return;
  const auto changing = [this](unsigned from, unsigned to) {
    const auto& wire = wires_[{from, to}];
    return std::ranges::any_of(wire,
                               [](const packet& each) { return each.what != packet::kind::frame; });
  };
  if (changing(a, b) || changing(b, a))
    return;
  const auto session = ++sessions_[{std::min(a, b), std::max(a, b)}];
  for (const auto& pair : {std::pair{a, b}, std::pair{b, a}}) {
    clear(pair);
    put_in_[pair] = taken_out_[pair] = 0;
  }
  wires_[{a, b}].push_back({packet::kind::up, {}, session});
  wires_[{b, a}].push_back({packet::kind::up, {}, session});
}

// What is on its way may still arrive, or the first part of it; then both sides learn of it.
void world::cut(unsigned a, unsigned b, in_flight rest) {
  if (!linked(a, b) || !linked(b, a))
    return;
  ++cuts;
  for (const auto& pair : {std::pair{a, b}, std::pair{b, a}}) {
    shorten(pair, rest);
    wires_[pair].push_back({packet::kind::down, {}, {}});
  }
}

void world::crash(unsigned which, in_flight rest) {
  if (!alive(which))
    return;
  ++deaths;
  auto& dying = nodes_[which];
  for (auto& page : dying.contexts) {
    page->ports.clear();
    page->scope.reset();
  }
  dying.routes.reset();
  for (unsigned other = 0; other < nodes_.size(); ++other) {
    clear({other, which});
    auto& wire = wires_[{which, other}];
    if (other == which || !alive(other))
      continue;
    if (!linked(other, which)) {
      clear({which, other});
      const auto session = sessions_[{std::min(other, which), std::max(other, which)}];
      wire.push_back({packet::kind::failed, {}, session});
      continue;
    }
    shorten({which, other}, rest);
    wire.push_back({packet::kind::down, {}, {}});
  }
}

void world::shorten(wire_ends which, in_flight rest) {
  while (load(which)) {}
  auto& wire = wires_[which];
  switch (rest) {
    case in_flight::arrives_in_part:
      return wire.resize(below(wire.size() + 1));
    case in_flight::is_lost:
      return wire.clear();
    case in_flight::arrives:
      return;
  }
}

void world::inject(unsigned from, unsigned to, frame what) {
  std::vector<std::byte> bytes;
  if (how.piece_bytes != 0) // Nobody who sends what cannot be read keeps the connection.
    encode(what, bytes);
  if (how.piece_bytes == 0 || decode_frame(bytes))
    put(from, to, std::move(what));
}

void world::put(unsigned from, unsigned to, frame what) {
  if (how.piece_bytes != 0)
    return lanes({from, to}).push(what);
  wires_[{from, to}].push_back({packet::kind::frame, std::move(what), {}, put_in_[{from, to}]++});
}

void world::tamper(unsigned from, unsigned to,
                   const std::function<void(std::deque<packet>&)>& change) {
  ++tampered;
  change(wires_[{from, to}]);
}

bool world::deliver(unsigned from, unsigned to) {
  auto& wire = wires_[{from, to}];
  if (!alive(to) || (wire.empty() && !load({from, to})))
    return false;
  auto next = std::move(wire.front());
  wire.pop_front();
  auto& receiver = *nodes_[to].routes;
  switch (next.what) {
    case packet::kind::frame:
      if (how.counted && how.lie > 0 && next.number != taken_out_[{from, to}]++) {
        cut(from, to, in_flight::is_lost);
        break;
      }
      receive(from, to, std::move(next.content));
      break;
    case packet::kind::record:
      for (auto& each : lanes({from, to}).read(next.record))
        receive(from, to, std::move(each));
      break;
    case packet::kind::up:
      links_.insert({to, from});
      receiver.link_up(nodes_[from].id, next.session);
      break;
    case packet::kind::failed:
      receiver.link_failed(nodes_[from].id, next.session);
      break;
    case packet::kind::down:
      clear({from, to}); // Sent by somebody who did not know yet.
      if (links_.erase({to, from}) != 0)
        receiver.link_down(nodes_[from].id);
      break;
  }
  collect(to);
  return true;
}

void world::receive(unsigned from, unsigned to, frame&& what) {
  if (linked(to, from) && (foe == nullptr || !foe->keeps_back(to, what)))
    nodes_[to].routes->receive(nodes_[from].id, std::move(what));
}

// -- lanes ---------------------------------------------------------------------------------------

passage& world::lanes(wire_ends which) {
  return lanes_.try_emplace(which, how.piece_bytes).first->second;
}

void world::clear(wire_ends which) {
  wires_[which].clear();
  lanes_.erase(which);
}

// Only what is about to be delivered leaves: what is sent meanwhile goes between its pieces.
bool world::load(wire_ends which) {
  auto next = how.piece_bytes == 0 ? std::nullopt : lanes(which).next();
  if (next)
    wires_[which].push_back({packet::kind::record, {}, {}, 0, *std::move(next)});
  return next.has_value();
}

std::vector<frame> world::under_way(unsigned from, unsigned to) {
  std::vector<frame> all;
  auto rest = lanes({from, to});
  const auto read = [&](const passage::record& each) {
    for (auto& arrived : rest.read(each))
      all.push_back(std::move(arrived));
  };
  for (const auto& each : wires_[{from, to}])
    if (each.what == packet::kind::frame)
      all.push_back(each.content);
    else if (each.what == packet::kind::record)
      read(each.record);
  while (const auto next = rest.next())
    read(*next);
  return all;
}

std::vector<world::wire_ends> world::busy_wires() {
  std::vector<wire_ends> busy;
  for (const auto& [which, wire] : wires_) {
    const auto waiting = lanes_.find(which);
    const bool any = !wire.empty() || (waiting != lanes_.end() && !waiting->second.empty());
    if (any && alive(which.second))
      busy.push_back(which);
  }
  return busy;
}

} // namespace hawser::simulation
