#include "shared_worker_directory.hpp"

namespace hawser::detail {

template <class Matches>
shared_worker_directory::entries::iterator shared_worker_directory::find(
  const shared_worker_key& key, Matches matches) {
  auto [it, last] = entries_.equal_range({key.script, key.name});
  for (; it != last; ++it)
    if (matches(it->second))
      return it;
  return entries_.end();
}

shared_worker_directory::entries::iterator shared_worker_directory::find_instance(
  const shared_worker_key& key, std::uint64_t id) {
  return find(key, [id](const entry& each) { return each.running.id == id; });
}

caf::actor shared_worker_directory::connect(const shared_worker_key& wanted,
                                            const std::function<instance()>& start) {
  const std::scoped_lock guard{lock_};
  auto found = find(wanted, [&](const entry& each) { return each.origin == wanted.origin; });
  if (found == entries_.end())
    found = entries_.emplace(std::pair{wanted.script, wanted.name}, entry{wanted.origin, start()});
  ++found->second.clients;
  return found->second.running.actor;
}

bool shared_worker_directory::disconnect(const shared_worker_key& key, std::uint64_t id) {
  const std::scoped_lock guard{lock_};
  const auto found = find_instance(key, id);
  return found != entries_.end() && --found->second.clients == 0;
}

bool shared_worker_directory::retire_unused(const shared_worker_key& key, std::uint64_t id) {
  caf::actor last; // Let go outside the lock.
  const std::scoped_lock guard{lock_};
  const auto found = find_instance(key, id);
  if (found == entries_.end() || found->second.clients != 0)
    return false;
  last = std::move(found->second.running.actor);
  entries_.erase(found);
  return true;
}

void shared_worker_directory::retire(const shared_worker_key& key, std::uint64_t id) {
  caf::actor last; // Let go outside the lock.
  const std::scoped_lock guard{lock_};
  const auto found = find_instance(key, id);
  if (found == entries_.end())
    return;
  last = std::move(found->second.running.actor);
  entries_.erase(found);
}

} // namespace hawser::detail
