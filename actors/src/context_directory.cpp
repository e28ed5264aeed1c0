#include "context_directory.hpp"

#include <algorithm>

namespace hawser::detail {
namespace {

void add_to(registry_statistics& sum, const registry_statistics& more) {
  sum.ports += more.ports;
  sum.channels_made += more.channels_made;
  sum.messages_posted += more.messages_posted;
  sum.messages_delivered += more.messages_delivered;
  sum.bytes_delivered += more.bytes_delivered;
  sum.ports_received += more.ports_received;
  sum.posts_refused += more.posts_refused;
}

const std::vector<std::uint64_t>& nested_in(const context_directory::entry& of) {
  static const std::vector<std::uint64_t> none;
  return of.children ? *of.children : none;
}

} // namespace

bool context_directory::add(entry added) {
  const std::scoped_lock guard{lock_};
  const auto id = added.window.id();
  if (added.parent != 0) {
    const auto parent = entries_.find(added.parent);
    if (parent == entries_.end() || parent->second.termination.stop_requested())
      return false;
    auto& siblings = parent->second.children;
    if (!siblings)
      siblings = std::make_unique<std::vector<std::uint64_t>>();
    siblings->push_back(id);
  }
  ++ended_.contexts_opened;
  actors_ += added.actor ? 1 : 0;
  entries_.emplace(id, std::move(added));
  return true;
}

bool context_directory::begin(std::uint64_t id) {
  const std::scoped_lock guard{lock_};
  const auto found = entries_.find(id);
  if (found == entries_.end())
    return false;
  found->second.begun = true;
  return !found->second.unwanted;
}

void context_directory::end(entry& each, std::vector<caf::actor>& ending) {
  if (each.begun)
    ending.push_back(each.actor);
  else
    each.unwanted = true;
}

std::vector<caf::actor> context_directory::remove(std::uint64_t id, bool crashed) {
  std::vector<caf::actor> orphans;
  entry removed; // Let go outside the lock: it may be the last reference.
  const std::scoped_lock guard{lock_};
  const auto found = entries_.find(id);
  if (found == entries_.end())
    return orphans;
  removed = std::move(found->second);
  entries_.erase(found);
  add_to(ended_.registries, removed.registry->statistics());
  ended_.contexts_crashed += crashed ? 1 : 0;
  if (const auto parent = entries_.find(removed.parent); parent != entries_.end())
    std::erase(*parent->second.children, id);
  for (const auto child : nested_in(removed))
    if (const auto orphan = entries_.find(child); orphan != entries_.end()) {
      orphan->second.termination.request_stop();
      end(orphan->second, orphans);
    }
  actors_ -= removed.actor ? 1 : 0;
  if (actors_ == 0)
    emptied_.notify_all();
  return orphans;
}

std::vector<caf::actor> context_directory::terminate(std::uint64_t id) {
  std::vector<caf::actor> ending;
  const std::scoped_lock guard{lock_};
  for (std::vector<std::uint64_t> pending{id}; !pending.empty();) {
    const auto found = entries_.find(pending.back());
    pending.pop_back();
    if (found == entries_.end())
      continue;
    auto& doomed = found->second;
    doomed.termination.request_stop();
    end(doomed, ending);
    const auto& nested = nested_in(doomed);
    pending.insert(pending.end(), nested.begin(), nested.end());
  }
  return ending;
}

std::vector<window_proxy> context_directory::children_of(std::uint64_t id) const {
  const std::scoped_lock guard{lock_};
  std::vector<window_proxy> windows;
  if (const auto found = entries_.find(id); found != entries_.end())
    for (const auto child : nested_in(found->second))
      if (const auto& each = entries_.at(child); each.kind == scope_kind::window)
        windows.push_back(each.window);
  return windows;
}

std::optional<origin> context_directory::origin_of(std::uint64_t id) const {
  const std::scoped_lock guard{lock_};
  const auto found = entries_.find(id);
  return found == entries_.end() ? std::nullopt : std::optional{found->second.registry->origin()};
}

std::vector<caf::actor> context_directory::end_all() {
  const std::scoped_lock guard{lock_};
  std::vector<caf::actor> actors;
  actors.reserve(entries_.size());
  for (auto& [id, each] : entries_)
    if (each.actor)
      end(each, actors);
  return actors;
}

bool context_directory::await_empty(std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock guard{lock_};
  return emptied_.wait_until(guard, deadline, [this] { return actors_ == 0; });
}

void context_directory::await_empty() const {
  std::unique_lock guard{lock_};
  emptied_.wait(guard, [this] { return actors_ == 0; });
}

system_statistics context_directory::statistics() const {
  const std::scoped_lock guard{lock_};
  auto sum = ended_;
  sum.contexts_open = entries_.size();
  for (const auto& [id, each] : entries_)
    add_to(sum.registries, each.registry->statistics());
  return sum;
}

std::vector<context_snapshot> context_directory::snapshot() const {
  const std::scoped_lock guard{lock_};
  std::vector<context_snapshot> all;
  all.reserve(entries_.size());
  for (const auto& [id, each] : entries_)
    all.push_back(
      {each.kind, id, each.parent, each.window.name(), *each.url, each.registry->window_inbound()});
  std::ranges::sort(all, {}, &context_snapshot::id);
  return all;
}

} // namespace hawser::detail
