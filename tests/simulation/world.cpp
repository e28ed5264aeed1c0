#include "world.hpp"

#include <algorithm>
#include <utility>

#include "hawser/frame_codec.hpp"
#include "hostile.hpp"

namespace hawser::simulation {
namespace {

std::string name_of(unsigned node, unsigned context) {
  return "node" + std::to_string(node) + "-" + std::to_string(context);
}

std::string text_of(end_name which) {
  return std::to_string(which.channel) + "." + std::to_string(which.side);
}

} // namespace

std::string kind_of(const frame& from) {
  const auto line = to_string(from);
  if (line.starts_with("WINDOW"))
    return "WINDOW";
  const auto start = line.find(' ', line.find("-> ") + 3) + 1;
  return line.substr(start, line.find(' ', start) - start);
}

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

world::world(std::uint64_t seed, const mix& chosen) : random(seed), how(chosen) {
  const auto bits = [this] { return static_cast<std::uint64_t>(random()); };
  for (unsigned i = 0; i < how.nodes; ++i) {
    auto& made = nodes_.emplace_back();
    made.id = draw<node_id>(bits);
    made.waker = std::make_shared<test::test_waker>();
    made.routes = std::make_unique<router>(made.id, made.waker, bits, how.bounds);
    for (unsigned k = 0; k < how.contexts_per_node; ++k) {
      auto& page = *made.contexts.emplace_back(std::make_unique<context>());
      page.node = i;
      page.scope = std::make_unique<test::test_context>(name_of(i, k));
      page.scope->registry().window_events().handler(
        "message", [this, &page](message_event& ev) { take_ports(page, ev, 0, by_window); });
    }
  }
  if (!how.lazy_links)
    for (unsigned a = 0; a < how.nodes; ++a)
      for (unsigned b = a + 1; b < how.nodes; ++b)
        connect(a, b);
  while (deliver_something()) {}
}

std::optional<unsigned> world::node_of(const node_id& id) const {
  for (unsigned i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].id == id)
      return i;
  return std::nullopt;
}

std::uint64_t world::count(incident::kind which) const {
  const auto found = incidents.find(which);
  return found == incidents.end() ? 0 : found->second;
}

// -- contexts ------------------------------------------------------------------------------------

void world::hold(context& at, const message_port& port, end_name name) {
  at.ports.push_back({name, port, false});
  port.add_event_listener("message",
                          [this, &at, name](message_event& ev) { arrive(at, ev, name); });
  port.on_message_error([this, name] {
    if (foe == nullptr || !foe->may_harm(name.channel))
      throw violation{"a message for " + text_of(name) + " could not be read"};
  });
  port.on_close([this, &at, name](close_event& ev) {
    if (keep_log)
      log.push_back(std::to_string(at.node) + " close at " + text_of(name) + " "
                    + std::string{to_string(ev.reason())});
    if (!closes.emplace(name, std::pair{ev.reason(), ev.undelivered()}).second)
      throw violation{"a second close event at " + text_of(name)};
    if (ev.reason() == close_reason::loop)
      looped.insert(name.channel);
    forget(at, name);
  });
}

void world::forget(context& at, end_name which) {
  std::erase_if(at.ports, [&](const held_port& each) { return each.name == which; });
}

void world::arrive(context& at, message_event& ev, end_name through) {
  if (closes.contains(through))
    throw violation{"a message arrived at " + text_of(through) + " after its close event"};
  if (foe != nullptr && foe->may_harm(through.channel))
    return take_ports(at, ev, 4, through.channel); // Nobody knows what it may be.
  const auto& data = ev.data();
  const end_name from{data[0].as<unsigned>().value_or(by_window),
                      data[1].as<unsigned>().value_or(2)};
  if (from != through.peer())
    throw violation{"a message of " + text_of(from) + " arrived at " + text_of(through)};
  const auto number = *data[2].as<std::uint64_t>();
  auto& expected = received[from];
  if (number != expected)
    throw violation{"of " + text_of(from) + " number " + std::to_string(number) + " arrived, not "
                    + std::to_string(expected)};
  ++expected;
  take_ports(at, ev, 4, through.channel);
}

// Ports come with their names, two numbers each, from `first` on.
void world::take_ports(context& at, message_event& ev, std::size_t first, unsigned carrier) {
  for (std::size_t i = 0; i < ev.ports().size(); ++i) {
    end_name name{ev.data()[first + 2 * i].as<unsigned>().value_or(by_window),
                  ev.data()[first + 2 * i + 1].as<unsigned>().value_or(0)};
    const auto trip = travelling.find(name);
    if (trip != travelling.end() && trip->second == carrier)
      travelling.erase(trip);
    else if (foe != nullptr)
      name = foe->stranger();
    hold(at, ev.ports()[i], name);
  }
}

world::held_port* world::find(context& at, end_name which) {
  const auto found =
    std::ranges::find_if(at.ports, [&](const held_port& each) { return each.name == which; });
  return found == at.ports.end() ? nullptr : &*found;
}

world::context* world::holder_of(end_name which) {
  for (auto& each : nodes_)
    for (auto& page : each.contexts)
      if (find(*page, which) != nullptr)
        return page.get();
  return nullptr;
}

end_name world::make_channel(context& at) {
  const auto number = channels_++;
  at.scope->run([&] {
    auto made = at.scope->registry().make_channel();
    hold(at, made.port1, {number, 0});
    hold(at, made.port2, {number, 1});
  });
  return {number, 0};
}

value world::describe_post(end_name through, const std::vector<end_name>& along,
                           std::size_t padding) {
  array data{through.channel, through.side, sent[through], std::string(padding, 'x')};
  for (const auto& each : along) {
    data.push_back(each.channel);
    data.push_back(each.side);
  }
  return data;
}

error world::post(context& at, end_name through, const std::vector<end_name>& along,
                  std::size_t padding) {
  return at.scope->run([&] {
    const auto data = describe_post(through, along, padding);
    transfer_list transfer;
    for (const auto& each : along)
      transfer.add(find(at, each)->port);
    const auto port = find(at, through)->port;
    auto err = port.post_message(data, transfer);
    if (err)
      return err;
    ++sent[through];
    if (keep_log) {
      log.push_back(std::to_string(at.node) + " posts through " + text_of(through));
      for (const auto& each : along)
        log.push_back("    " + text_of(each));
    }
    for (const auto& each : along) {
      travelling[each] = through.channel;
      if (foe != nullptr)
        foe->note_ride(each.channel, through.channel);
      forget(at, each);
    }
    moves += along.size();
    return err;
  });
}

void world::post_away(context& at, const std::vector<end_name>& ends, context& to) {
  auto target = to.scope->registry().window();
  if (at.node != to.node) {
    auto& there = *nodes_[to.node].routes;
    target = nodes_[at.node].routes->remote_window(nodes_[to.node].id, there.publish(target),
                                                   target.name());
    if (target.closed())
      return connect(at.node, to.node);
  }
  at.scope->run([&] {
    array data;
    transfer_list transfer;
    for (const auto& each : ends) {
      data.push_back(each.channel);
      data.push_back(each.side);
      transfer.add(find(at, each)->port);
    }
    if (target.post_message(data, "*", transfer))
      return;
    for (const auto& each : ends) {
      if (keep_log)
        log.push_back(std::to_string(at.node) + " sends " + text_of(each) + " to "
                      + std::to_string(to.node));
      travelling[each] = by_window;
      forget(at, each);
    }
    moves += ends.size();
  });
}

void world::close(context& at, end_name which) {
  at.scope->run([&] {
    auto* held = find(at, which);
    if (keep_log)
      log.push_back(std::to_string(at.node) + " closes " + text_of(which));
    closed_here.emplace(which, sent[which.peer()]);
    held->port.close();
    forget(at, which);
  });
}

void world::end(context& at, close_reason reason) {
  for (const auto& each : at.ports)
    closed_here.emplace(each.name, sent[each.name.peer()]);
  at.ports.clear();
  at.scope->registry().close(reason);
  collect();
}

void world::start(context& at, end_name which) {
  at.scope->run([&] {
    auto* held = find(at, which);
    held->started = true;
    held->port.start();
  });
}

void world::turn(context& at, std::size_t deliveries_max) {
  at.scope->step(deliveries_max);
  if (!at.scope->exceptions.empty())
    throw violation{at.scope->exceptions.front()};
}

// -- nodes and what is between them --------------------------------------------------------------

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
    wires_[pair].clear();
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
    auto& wire = wires_[pair];
    shorten(wire, rest);
    wire.push_back({packet::kind::down, {}, {}});
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
    wires_[{other, which}].clear();
    auto& wire = wires_[{which, other}];
    if (other == which || !alive(other))
      continue;
    if (!linked(other, which)) {
      wire.clear();
      const auto session = sessions_[{std::min(other, which), std::max(other, which)}];
      wire.push_back({packet::kind::failed, {}, session});
      continue;
    }
    shorten(wire, rest);
    wire.push_back({packet::kind::down, {}, {}});
  }
}

void world::shorten(std::deque<packet>& wire, in_flight rest) {
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
  put(from, to, std::move(what));
}

void world::put(unsigned from, unsigned to, frame what) {
  wires_[{from, to}].push_back({packet::kind::frame, std::move(what), {}, put_in_[{from, to}]++});
}

void world::tamper(unsigned from, unsigned to,
                   const std::function<void(std::deque<packet>&)>& change) {
  ++tampered;
  change(wires_[{from, to}]);
}

bool world::deliver(unsigned from, unsigned to) {
  auto& wire = wires_[{from, to}];
  if (wire.empty() || !alive(to))
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
      if (linked(to, from) && (foe == nullptr || !foe->keeps_back(to, next.content)))
        receiver.receive(nodes_[from].id, std::move(next.content));
      break;
    case packet::kind::up:
      links_.insert({to, from});
      receiver.link_up(nodes_[from].id, next.session);
      break;
    case packet::kind::failed:
      receiver.link_failed(nodes_[from].id, next.session);
      break;
    case packet::kind::down:
      wire.clear(); // Sent by somebody who did not know yet.
      if (links_.erase({to, from}) != 0)
        receiver.link_down(nodes_[from].id);
      break;
  }
  collect(to);
  return true;
}

// -- chance --------------------------------------------------------------------------------------

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
  std::vector<std::pair<unsigned, unsigned>> wires;
  for (const auto& [pair, wire] : wires_)
    if (!wire.empty() && alive(pair.second))
      wires.push_back(pair);
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
  for (std::size_t steps = 0;; ++steps) {
    if (steps > 1'000'000)
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

mix mix_of(std::uint64_t seed) {
  std::mt19937_64 random{seed * 7919 + 13};
  const auto pick = [&random](auto... from) {
    const std::common_type_t<decltype(from)...> all[] = {from...};
    return all[random() % sizeof...(from)];
  };
  mix chosen;
  chosen.nodes = 2 + static_cast<unsigned>(random() % 5);
  chosen.contexts_per_node = pick(1U, 1U, 2U, 3U);
  chosen.channels = 1 + static_cast<unsigned>(random() % 4);
  chosen.steps = pick(60U, 150U, 300U, 600U);
  chosen.deliver = pick(0.3, 0.5, 0.7, 0.85);
  chosen.close = pick(0.0, 0.01, 0.04);
  chosen.move = pick(0.1, 0.3, 0.6);
  chosen.crash = pick(0.0, 0.0, 0.002, 0.006, 0.02);
  chosen.cut = pick(0.0, 0.0, 0.005, 0.02);
  chosen.hold = pick(0.0, 0.0, 0.05);
  chosen.big = pick(0.0, 0.05);
  chosen.lazy_links = pick(false, false, true);
  chosen.inside_out = pick(false, false, false, true);
  chosen.bounds.window_initial = {pick(std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{256}),
                                  pick(std::uint64_t{40}, std::uint64_t{1} << 20)};
  chosen.encoded = pick(false, false, true);
  chosen.bounds.unsettled_links_max =
    pick(std::size_t{8}, std::size_t{8}, std::size_t{8}, std::size_t{1});
  return chosen;
}

} // namespace hawser::simulation
