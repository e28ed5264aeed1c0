// What the runner of one node does with those of the others.

#include "command_pipe.hpp"
#include "fellow_nodes.hpp"
#include "node_events.hpp"
#include "runner.hpp"

namespace hawser::tool {
namespace {

// Of the ports for one node, so many travel in one message.
constexpr std::size_t ports_posted_at_once = 256;

} // namespace

void runner::meet_fellows() {
  part_.fellows->listen_with(
    {[this](std::uint32_t node) { post_ports_to(node); },
     [this](std::uint32_t channel, const message_port& port) { port_arrived(channel, port); },
     [this](std::uint32_t node, const std::string& why) {
       failures_.push_back({"node " + topology_.nodes[node].name, why});
       finished_ = true;
     }});
  part_.fellows->publish(main_.window());
}

// The node of a channel's first end makes the channel. Messages posted there meanwhile follow.
void runner::post_ports_to(std::uint32_t node) {
  std::vector<std::uint32_t> channels;
  transfer_list ports;
  const auto post = [&] {
    if (const auto err =
          part_.fellows->post_ports(node, channels, std::exchange(ports, transfer_list{}))) {
      failures_.push_back(
        {"node " + topology_.nodes[node].name, "cannot be given its ports: " + to_string(err)});
      finished_ = true;
    }
    channels.clear();
  };
  for (std::uint32_t i = 0; i < topology_.channels.size(); ++i) {
    const auto& ends = topology_.channels[i].ends;
    if (!here(ends[0].context) || topology_.node_of(ends[1].context) != node)
      continue;
    channels.push_back(i);
    ports.add(take_end(i, 1));
    if (channels.size() == ports_posted_at_once)
      post();
  }
  if (!channels.empty())
    post();
}

void runner::port_arrived(std::uint32_t channel, const message_port& port) {
  const auto& ends = topology_.channels[channel].ends;
  const auto context = ends[1].context;
  if (here(ends[0].context) || !here(context) || awaited_[context] == 0 || waiting_[channel])
    return; // Nothing this node has asked for.
  log_->add(topology_.channels[channel].name, main_.registry().observe(port));
  logged_.push_back(channel);
  waiting_[channel] = port;
  if (--awaited_[context] == 0)
    assign(context);
}

void runner::look_at_fellows() {
  if (part_.fellows == nullptr)
    return;
  part_.fellows->connect();
  remember_links();
  const auto lost = part_.fellows->newly_lost();
  if (part_.commands != nullptr)
    return obey();
  for (const auto node : lost) {
    failures_.push_back({"node " + topology_.nodes[node].name, "was lost before it was done"});
    finished_ = true;
  }
  if (told_done_ && part_.fellows->all_done())
    finished_ = true;
}

// Again and again while there are connections, for in the end others may be gone first. What is
// never more than a millisecond shows only once it has been measured for sure.
void runner::remember_links() {
  constexpr std::chrono::seconds measured_after{3};
  for (const auto& each : part_.fellows->own().peers()) {
    auto& link = links_[each.name];
    link = {part_.fellows->name(), each.name, {}, each.bytes_out, each.bytes_in};
    const auto round_trip = static_cast<std::uint64_t>(each.round_trip.count());
    if (round_trip > 0 || clock::now() - begun_ >= measured_after)
      link.round_trip_ms = round_trip;
  }
}

void runner::obey() {
  screen_.flush();
  while (const auto command = part_.commands->next()) {
    if (*command == "routes")
      screen_.tell(to_routes(part_.fellows->own().id(), part_.fellows->own().waypoints()));
    else if (*command == "channels")
      detail_ = detail_level::channels;
    else if (*command == "look")
      look();
  }
  if (part_.commands->ended())
    finished_ = true;
}

// What is open and what waits, for a report that is made once other nodes may have ended.
void runner::look() {
  if (!seen_) {
    learn_names();
    collect_waiting(seen_.emplace());
  }
  screen_.tell(node_event::looked{});
}

} // namespace hawser::tool
