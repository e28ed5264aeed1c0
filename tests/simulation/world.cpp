#include "world.hpp"

#include <algorithm>
#include <utility>

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
  if (!std::holds_alternative<routed_frame>(from))
    return line.substr(0, line.find(' '));
  const auto start = line.find(' ', line.find("-> ") + 3) + 1;
  return line.substr(start, line.find(' ', start) - start);
}

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
      if (foe != nullptr && foe->node == to.node)
        foe->note_guest(each.channel);
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

} // namespace hawser::simulation
