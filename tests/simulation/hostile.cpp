#include "hostile.hpp"

#include <algorithm>
#include <optional>

#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"

namespace hawser::simulation {
namespace {

constexpr std::size_t heard_max = 400;

template <class T>
void remember(std::vector<T>& all, T one) {
  if (all.size() < heard_max)
    all.push_back(std::move(one));
}

const frame_message* message_of(const frame& what) {
  if (const auto* to_window = std::get_if<window_frame>(&what))
    return &to_window->message;
  const auto& routed = std::get<routed_frame>(what).what;
  if (const auto* data = std::get_if<data_frame>(&routed))
    return &data->message;
  if (const auto* outbox = std::get_if<outbox_frame>(&routed))
    return &outbox->message;
  return nullptr;
}

std::shared_ptr<const encoded_data> encoded(const value& data) {
  auto made = std::make_shared<encoded_data>();
  vector_sink sink{made->bytes};
  value_encoder encoder;
  if (const auto err = encoder.encode(data, sink))
    throw std::logic_error{std::string{err.what()}};
  return made;
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
  for (const auto& each : world_.at(node).routes->waypoints())
    if (const auto known = names_.find(each.channel); known != names_.end())
      touched_.insert(known->second);
  for (const auto& page : world_.at(node).contexts)
    for (const auto& each : page->ports)
      touched_.insert(each.name.channel);
  for (unsigned other = 0; other < world_.size(); ++other)
    for (const auto& [from, to] : {std::pair{node, other}, std::pair{other, node}})
      for (const auto& each : world_.between(from, to))
        if (each.what == world::packet::kind::frame)
          overhear(from, to, each.content);
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
  if (routed == nullptr)
    return remember(windows_, {to, std::get<window_frame>(what).target});
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

void outlaw::note_link(unsigned to, const waypoint_id& target, const waypoint_id& origin) {
  if (to != node)
    remember(links_, {to, target, origin});
}

// A message names the ends that travel in it, which tells who is meant by an id.
void outlaw::note_ports(unsigned from, unsigned to, const frame_message& carrier,
                        std::size_t first) {
  const auto data = decode(carrier.data->bytes);
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

// -- what it makes up -----------------------------------------------------------------------------

unsigned outlaw::victim() {
  const auto chosen = static_cast<unsigned>(below(world_.size() - 1));
  return chosen < node ? chosen : chosen + 1;
}

// A link it has known, parts of two, one that another has, or one that never was.
outlaw::link outlaw::aim() {
  const auto leaked = [this](unsigned at) {
    const auto all =
      world_.alive(at) ? world_.at(at).routes->waypoints() : std::vector<waypoint_snapshot>{};
    return all.empty() ? made_up<waypoint_id>() : one_of(all).id;
  };
  switch (links_.empty() ? 3 : below(6)) {
    case 0:
    case 1:
    case 2:
      return one_of(links_);
    case 3: {
      const auto to = victim();
      return {to, leaked(to), links_.empty() ? made_up<waypoint_id>() : one_of(links_).origin};
    }
    case 4: {
      const auto to = victim();
      return {to, leaked(to), leaked(victim())};
    }
    default: {
      auto mixed = one_of(links_);
      mixed.origin = chance(0.5) ? one_of(links_).origin : made_up<waypoint_id>();
      return mixed;
    }
  }
}

std::uint64_t outlaw::number() {
  constexpr auto most = ~std::uint64_t{0};
  switch (below(8)) {
    case 0:
      return most - below(3);
    case 1:
      return (std::uint64_t{1} << (32 + below(32))) - below(2);
    default:
      return below(40);
  }
}

bind_key outlaw::key() {
  if (chance(0.2))
    return {};
  return keys_.empty() || chance(0.1) ? made_up<bind_key>() : one_of(keys_);
}

link_address outlaw::address() {
  const auto at = aim();
  switch (below(4)) {
    case 0:
      return {made_up<node_id>(), made_up<waypoint_id>()};
    case 1:
      return {world_.at(node).id, at.origin};
    default:
      return {world_.at(at.to).id, at.target};
  }
}

// One that it has seen and changed, or one from nowhere.
port_descriptor outlaw::forged_port(unsigned to) {
  port_descriptor made;
  if (!ports_.empty() && chance(0.5))
    made = one_of(ports_);
  else
    made.epoch = 1 + below(3);
  made.side = static_cast<std::uint8_t>(below(chance(0.1) ? 3 : 2));
  // People are told a lie about the channel; the test must not be.
  made.channel = made_up<channel_id>();
  own_.insert(made.channel);
  switch (below(6)) {
    case 0: // One that is there.
      made.id = aim().target;
      break;
    case 1: // One that it has brought before.
      break;
    default:
      made.id = made_up<waypoint_id>();
      break;
  }
  if (!made.id)
    made.id = made_up<waypoint_id>();
  made.predecessor = chance(0.3) ? aim().target : made_up<waypoint_id>();
  made.direct = chance(0.5);
  if (chance(0.3))
    made.epoch = number();
  if (chance(0.3))
    made.peer_epoch = number();
  const auto tally = [this] { return flow_tally{number(), number()}; };
  if (chance(0.2))
    made.sent = tally();
  if (chance(0.2))
    made.taken = tally();
  if (chance(0.3))
    made.unread = tally();
  if (chance(0.5))
    made.granted = made.taken;
  else if (chance(0.3))
    made.granted = tally();
  if (chance(0.3))
    made.outbox = tally();
  if (chance(0.2))
    for (auto runs = below(6); runs > 0; --runs)
      made.open_posts.push_back(tally());
  made.allowed = chance(0.8) ? flow_tally{made.sent.messages + 9, made.sent.bytes + 999} : tally();
  remember(ports_, made);
  note_link(to, made.id, made.predecessor);
  return made;
}

frame_message outlaw::forged_message(unsigned to) {
  frame_message made;
  switch (data_.empty() ? below(3) : below(4)) {
    case 0: {
      auto junk = std::make_shared<encoded_data>();
      for (auto bytes = below(20); bytes > 0; --bytes)
        junk->bytes.push_back(static_cast<std::byte>(random_() & 0xff));
      made.data = std::move(junk);
      break;
    }
    case 1: {
      auto broken = std::make_shared<encoded_data>();
      broken->trouble = "none";
      made.data = std::move(broken);
      break;
    }
    case 2:
      made.data = encoded(array{first_stranger + 1, 1});
      break;
    default:
      // With names of ends that are somewhere else.
      made.data = std::make_shared<encoded_data>(*one_of(data_));
      break;
  }
  made_.insert(made.data);
  made.bytes = chance(0.2) ? number() : made.data->bytes.size();
  made.hops = chance(0.1) ? static_cast<std::uint32_t>(number()) : 0;
  if (chance(0.5))
    for (auto ports = below(4); ports > 0; --ports)
      made.ports.push_back(forged_port(to));
  if (!made.ports.empty() && chance(0.2))
    made.ports.push_back(made.ports.front()); // Two for one end.
  return made;
}

waypoint_frame outlaw::forged_frame(unsigned to) {
  constexpr close_reason reasons[] = {close_reason::closed_by_peer, close_reason::node_lost,
                                      close_reason::context_crashed, close_reason::protocol};
  const auto reason = reasons[below(std::size(reasons))];
  const auto hops = static_cast<std::uint32_t>(chance(0.1) ? number() : below(3));
  switch (below(11)) {
    case 0:
      return data_frame{number(), forged_message(to)};
    case 1:
      return fin_frame{number(), reason, chance(0.5) ? std::optional{number()} : std::nullopt,
                       hops};
    case 2:
      return outbox_frame{forged_message(to)};
    case 3:
      return end_frame{number(), number(), address(), number(), number()};
    case 4:
      return announce_frame{address(), number(), key(), "nowhere", hops};
    case 5:
      return bind_frame{key(), number(), number(), key()};
    case 6:
      return start_frame{number(), number()};
    case 7:
      return decline_frame{};
    case 8:
      return credit_frame{number(), {number(), number()}, hops};
    case 9:
      return broken_frame{reason};
    default:
      return gone_frame{};
  }
}

frame outlaw::forged_window(unsigned to) {
  window_frame made;
  made.target = chance(0.2) || windows_.empty() ? made_up<window_id>() : one_of(windows_).second;
  if (!chance(0.2)) // To a page that is there, whatever it knows of it.
    made.target = world_.at(to).routes->publish(world_.page(to).scope->registry().window());
  made.facts.origin = chance(0.5) ? "null" : "https://node0-0.example";
  if (chance(0.2))
    made.facts.target_origin = chance(0.5) ? "no origin" : "https://elsewhere.example";
  if (chance(0.5))
    made.facts.source = made_up<window_id>();
  made.facts.source_name = std::string(below(50), 'w');
  made.message = forged_message(to);
  // The test knows ends by their names, so a window must not be told a name that somebody awaits.
  made.message.data = encoded(array{first_stranger + 1, 1});
  return made;
}

void outlaw::attack() {
  for (auto frames = 1 + below(4); frames > 0; --frames) {
    const bool to_window = chance(0.15);
    const auto at = aim();
    const auto to = to_window ? victim() : at.to;
    if (!world_.alive(to) || !world_.linked(to, node))
      continue;
    frame made;
    if (to_window)
      made = forged_window(to);
    else
      made = routed_frame{at.target, at.origin, forged_frame(to)};
    ++forged;
    ++forged_kinds[kind_of(made)];
    if (world_.keep_log)
      world_.log.push_back(std::to_string(node) + " forges for " + std::to_string(to) + "  "
                           + to_string(made));
    world_.inject(node, to, std::move(made));
  }
}

} // namespace hawser::simulation
