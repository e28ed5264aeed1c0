#include "hostile.hpp"

#include <algorithm>
#include <optional>

#include "hawser/value_decoder.hpp"

namespace hawser::simulation {
namespace {

const frame_message* message_of(const frame& what) {
  if (const auto* to_window = std::get_if<window_frame>(&what))
    return &to_window->message;
  const auto* routed = std::get_if<routed_frame>(&what);
  if (routed == nullptr)
    return nullptr;
  if (const auto* data = std::get_if<data_frame>(&routed->what))
    return &data->message;
  if (const auto* outbox = std::get_if<outbox_frame>(&routed->what))
    return &outbox->message;
  return nullptr;
}

} // namespace

outlaw::outlaw(world& where, unsigned at, form kind)
  : node(at), world_(where), kind_(kind), random_(where.random()) {
  where.foe = this;
}

outlaw::~outlaw() {
  world_.foe = nullptr;
}

// -- its honest time ------------------------------------------------------------------------------

void outlaw::turn_bad() {
  if (kind_ == form::former_holder) {
    unsigned rounds = 0;
    for (bool held = true; held;) {
      if (++rounds > 100)
        throw violation{"a node cannot give away what it has"};
      world_.settle();
      held = false;
      for (auto& page : world_.at(node).contexts)
        for (const auto& each : std::vector{page->ports}) {
          held = true; // Even if the other node is not connected yet.
          world_.post_away(*page, {each.name}, world_.page(victim()));
        }
    }
    if (!world_.at(node).routes->waypoints().empty())
      throw violation{"a node that has given away everything still stands between others"};
  }
  apart_ = kind_ == form::former_holder || chance(0.5);
  bad_ = true;
  if (world_.keep_log)
    world_.log.push_back(std::to_string(node) + " keeps no rules any more");
  for (const auto& [name, carrier] : world_.travelling)
    if (carrier != world::by_window)
      rides_[name.channel].insert(carrier);
    else
      touched_.insert(name.channel); // It may be on its way here.
  for (const auto& each : world_.at(node).routes->waypoints())
    if (const auto known = names_.find(each.channel); known != names_.end())
      touched_.insert(known->second);
  for (const auto& page : world_.at(node).contexts)
    for (const auto& each : page->ports)
      touched_.insert(each.name.channel);
  for (unsigned other = 0; other < world_.size(); ++other)
    for (const auto& [from, to] : {std::pair{node, other}, std::pair{other, node}})
      for (const auto& each : world_.under_way(from, to))
        overhear(from, to, each);
}

void outlaw::overhear(unsigned from, unsigned to, const frame& what) {
  const auto* carrier = message_of(what);
  const auto* routed = std::get_if<routed_frame>(&what);
  if (carrier != nullptr && !carrier->ports.empty())
    note_ports(from, to, *carrier, routed != nullptr ? 4 : 0);
  if (from != node && to != node)
    return;
  if (carrier != nullptr)
    remember(data_, carrier->data);
  if (const auto* run = routed == nullptr ? nullptr : std::get_if<run_frame>(&routed->what))
    remember(data_, run->messages.back().data);
  if (const auto* to_window = std::get_if<window_frame>(&what))
    return remember(windows_, {to, to_window->target});
  if (const auto* watch = std::get_if<window_watch_frame>(&what))
    return remember(windows_, {to, watch->window});
  if (routed == nullptr)
    return;
  if (from == node)
    note_link(to, routed->target, routed->origin);
  else
    note_link(from, routed->origin, routed->target);
  if (const auto* announced = std::get_if<announce_frame>(&routed->what)) {
    remember(keys_, announced->key);
    if (const auto at = world_.node_of(announced->at.node))
      note_link(*at, announced->at.waypoint, routed->origin);
  } else if (const auto* bind = std::get_if<bind_frame>(&routed->what)) {
    remember(keys_, bind->key);
    remember(keys_, bind->own_key);
  }
}

// An end in a message of a channel that breaks is lost with it.
void outlaw::note_ride(unsigned passenger, unsigned carrier) {
  if (bad_)
    rides_[passenger].insert(carrier);
}

// What waits for a window is lost when that ends, before any frame tells of it.
void outlaw::note_guest(unsigned passenger) {
  if (bad_)
    touched_.insert(passenger);
}

void outlaw::note_link(unsigned to, const waypoint_id& target, const waypoint_id& origin) {
  if (to != node)
    remember(links_, {to, target, origin});
}

// A message names the ends that travel in it, which tells who is meant by an id.
void outlaw::note_ports(unsigned from, unsigned to, const frame_message& carrier,
                        std::size_t first) {
  const auto data = decode(carrier.data.joined());
  for (std::size_t i = 0; i < carrier.ports.size(); ++i) {
    const auto& port = carrier.ports[i];
    if (!port.id || own_.contains(port.channel))
      continue;
    const auto name = data ? (*data)[first + 2 * i].as<unsigned>() : std::nullopt;
    if (name && !made_.contains(carrier.data))
      names_.emplace(port.channel, *name);
    else if (!names_.contains(port.channel))
      own_.insert(port.channel); // What stands in for an end that was refused.
    if (from != node && to != node)
      continue;
    remember(ports_, port);
    note_link(from == node ? to : from, from == node ? port.id : port.predecessor,
              from == node ? port.predecessor : port.id);
    if (const auto known = names_.find(port.channel); bad_ && known != names_.end())
      touched_.insert(known->second);
  }
}

// -- what may suffer ------------------------------------------------------------------------------

bool outlaw::may_harm(unsigned channel) const {
  if (!bad_)
    return false;
  std::set<unsigned> seen{channel};
  std::vector<unsigned> rest{channel};
  while (!rest.empty()) {
    const auto next = rest.back();
    rest.pop_back();
    if (next >= first_stranger || touched_.contains(next))
      return true;
    if (const auto known = rides_.find(next); known != rides_.end())
      for (const auto carrier : known->second)
        if (seen.insert(carrier).second)
          rest.push_back(carrier);
  }
  return false;
}

bool outlaw::may_harm(const channel_id& channel) const {
  const auto known = names_.find(channel);
  return own_.contains(channel) || (known != names_.end() && may_harm(known->second));
}

bool outlaw::answers_for(unsigned reporter, const incident& what) const {
  return bad_ && (reporter == node || what.neighbour == world_.at(node).id);
}

bool outlaw::keeps_back(unsigned to, const frame& what) {
  const auto* routed = std::get_if<routed_frame>(&what);
  if (!bad_ || to != node || routed == nullptr || !chance(0.9))
    return false;
  return std::ranges::none_of(world_.at(node).routes->waypoints(),
                              [&](const auto& each) { return each.id == routed->target; });
}

} // namespace hawser::simulation
