#include "port_tracker.hpp"

#include <algorithm>

namespace hawser {
namespace detail {
namespace {

// Its owner has closed it, or let go of it while it could have.
bool taken_care_of(const port_sighting& seen) {
  return seen.closed_as == close_reason::closed_by_peer
         || seen.closed_as == close_reason::context_unreachable
         || seen.closed_as == close_reason::limit;
}

} // namespace

void port_tracker::opened(port_registry& registry, const std::string& name) {
  if (!on_)
    return;
  registry.keep_history(history::kept);
  const std::scoped_lock guard{lock_};
  names_.emplace(registry.window().id(), name);
}

void port_tracker::made(const endpoint& end) {
  if (!on_)
    return;
  const std::scoped_lock guard{lock_};
  if (channels_.size() >= look_again_at_) {
    forget_closed();
    look_again_at_ = std::max(std::size_t{1024}, 2 * channels_.size());
  }
  channels_.push_back({++last_number_, end.observe()});
}

void port_tracker::forget_closed() {
  std::erase_if(channels_, [](const entry& each) {
    return taken_care_of(each.channel.sight(0)) && taken_care_of(each.channel.sight(1));
  });
}

std::string port_tracker::name_of(std::uint64_t context) const {
  const auto found = names_.find(context);
  if (found == names_.end() || found->second.empty())
    return context == 0 ? "nobody" : "context " + std::to_string(context);
  return "'" + found->second + "'";
}

std::vector<open_port> port_tracker::list() const {
  const std::scoped_lock guard{lock_};
  std::vector<open_port> all;
  for (const auto& [number, channel] : channels_) {
    for (unsigned side = 0; side < 2; ++side) {
      auto seen = channel.sight(side);
      if (taken_care_of(seen))
        continue;
      open_port port;
      port.channel = number;
      port.side = side;
      port.label = seen.label;
      port.owner = name_of(seen.holder);
      port.peer = name_of(channel.holder(1 - side));
      for (const auto owner : seen.owners)
        port.owners.push_back(name_of(owner));
      port.made_at = channel.made_at();
      port.seen = std::move(seen);
      all.push_back(std::move(port));
    }
  }
  return all;
}

} // namespace detail

std::string to_string(const open_port& port) {
  auto text = "port" + std::to_string(port.side + 1);
  if (!port.label.empty())
    text += " '" + port.label + "'";
  text += " of " + port.owner + ", ";
  text += port.seen.closed_as ? "ended as " + std::string{to_string(*port.seen.closed_as)}
                              : std::string{to_string(port.seen.state)};
  const auto& inbound = port.seen.inbound;
  text += ", " + std::to_string(inbound.queued_messages() + inbound.dropped_messages)
          + " messages (" + std::to_string(inbound.queued_bytes() + inbound.dropped_bytes)
          + " bytes) " + (port.seen.closed_as ? "lost" : "waiting") + ", peer at " + port.peer;
  if (port.made_at.file != nullptr)
    text += ", made at " + std::string{port.made_at.file} + ":" + std::to_string(port.made_at.line);
  if (!port.owners.empty()) {
    text += ", owners:";
    for (const auto& owner : port.owners)
      text += " " + owner;
  }
  return text;
}

} // namespace hawser
