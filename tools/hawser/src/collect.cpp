// What the runner finds out for its report.

#include "runner.hpp"

namespace hawser::tool {
namespace {

constexpr std::string_view main_name{"(the runner)"};

} // namespace

std::string runner::name_of(std::uint64_t window_id) const {
  const auto found = names_.find(window_id);
  return found == names_.end() ? "context " + std::to_string(window_id) : found->second;
}

const std::string& runner::port_name(std::size_t logged_channel, unsigned side) const {
  static const std::string none;
  return logged_channel < logged_.size()
           ? topology_.channels[logged_[logged_channel]].ends[side].port
           : none;
}

// Called while contexts are open, so that those behaviours have opened are known as well.
void runner::learn_names() {
  names_ = log_->makers();
  for (const auto& each : system_.contexts())
    names_.insert_or_assign(each.id, each.name);
  for (std::uint32_t i = 0; i < windows_.size(); ++i)
    if (windows_[i])
      names_.insert_or_assign(windows_[i].id(), topology_.name_of(i));
  names_.insert_or_assign(main_.window().id(), std::string{main_name});
}

void runner::collect_waiting(run_report& into) {
  std::unordered_map<std::uint64_t, bool> open;
  for (const auto& each : system_.contexts()) {
    if (each.id == main_.window().id())
      continue;
    open.emplace(each.id, true);
    into.open.push_back(each.name);
    const auto& queue = each.window_inbound;
    if (queue.queued_messages() > 0)
      into.queued.push_back(
        {"the window of " + each.name, queue.queued_messages(), queue.queued_bytes()});
  }
  const auto channels = log_->all();
  for (std::size_t i = 0; i < channels.size(); ++i)
    for (const unsigned side : {0U, 1U}) {
      const auto& [name, channel] = channels[i];
      const auto queue = channel.towards(side);
      if (queue.queued_messages() == 0 || !open.contains(channel.holder(side)))
        continue;
      const auto& port = port_name(i, side);
      into.queued.push_back({(port.empty() ? "a port" : "port " + port) + " of "
                               + name_of(channel.holder(side))
                               + (name.empty() ? "" : " (channel " + name + ")"),
                             queue.queued_messages(), queue.queued_bytes()});
    }
}

void runner::collect_totals(run_report& into) {
  const auto all = system_.statistics();
  const auto own = main_.registry().statistics();
  into.contexts = all.contexts_opened - 1; // The runner is one.
  into.channels_made = log_->made();
  into.ports = 2 * into.channels_made;
  for (std::uint32_t i = 0; i < topology_.contexts(); ++i)
    into.ports += here(i) ? first_end_[i + 1] - first_end_[i] : 0;
  into.messages = all.registries.messages_delivered - own.messages_delivered - host_->assignments();
  into.bytes = all.registries.bytes_delivered - own.bytes_delivered - host_->assignment_bytes();
  into.posts_refused = all.registries.posts_refused;
}

void runner::collect_channels(run_report& into) {
  const auto channels = log_->all();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto& [name, channel] = channels[i];
    channel_report made;
    made.name = name;
    made.planned = i < logged_.size();
    made.number = made.planned ? logged_[i] : 0;
    for (const unsigned side : {0U, 1U}) {
      if (made.planned) {
        const auto& planned = topology_.channels[logged_[i]].ends[side];
        if (!here(planned.context)) { // Its own node knows more.
          made.ends[side] = {topology_.name_of(planned.context), planned.port, 0, 0};
          continue;
        }
      }
      const auto posted = channel.towards(1 - side);
      made.ends[side] = {name_of(channel.holder(side)), port_name(i, side), posted.posted_messages,
                         posted.posted_bytes};
    }
    into.channels.push_back(std::move(made));
  }
}

} // namespace hawser::tool
