// What a node that keeps no rules makes up.

#include <iterator>
#include <optional>

#include "hawser/value_encoder.hpp"
#include "hostile.hpp"

namespace hawser::simulation {
namespace {

encoded_data encoded(const value& data) {
  std::vector<std::byte> made;
  if (const auto err = encode(data, made))
    throw std::logic_error{std::string{err.what()}};
  return encoded_data::copy_of(made);
}

} // namespace

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
      std::vector<std::byte> junk(below(20));
      for (auto& each : junk)
        each = static_cast<std::byte>(random_() & 0xff);
      made.data = encoded_data::copy_of(junk);
      break;
    }
    case 1:
      made.data = encoded_data::unencodable("none");
      break;
    case 2:
      made.data = encoded(array{first_stranger + 1, 1});
      break;
    default:
      // With names of ends that are somewhere else.
      made.data = one_of(data_);
      made.data = made.data.trouble().empty() ? encoded_data::copy_of(made.data.joined())
                                              : encoded_data::unencodable(made.data.trouble());
      break;
  }
  made_.insert(made.data);
  made.bytes = chance(0.2) ? number() : made.data.size();
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
  switch (below(12)) {
    case 0:
      return data_frame{number(), forged_message(to)};
    case 11: {
      run_frame made{number(), {}};
      for (auto messages = 1 + below(4); messages > 0; --messages) {
        auto each = forged_message(to);
        made.messages.push_back({std::move(each.data), each.bytes, each.hops});
      }
      return made;
    }
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

// It asks for windows that are not there too, and ends windows that are not its own.
frame outlaw::forged_window(unsigned to) {
  const auto any = [this] {
    return windows_.empty() || chance(0.2) ? made_up<window_id>() : one_of(windows_).second;
  };
  if (chance(0.2))
    return window_watch_frame{any()};
  if (chance(0.2))
    return window_closed_frame{any()};
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
