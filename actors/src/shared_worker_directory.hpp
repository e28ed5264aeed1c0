#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include <caf/actor.hpp>

#include "hawser/origin.hpp"

namespace hawser::detail {

/// What says whether two clients mean the same shared worker. HTML #dom-sharedworker, its matching.
struct shared_worker_key {
  hawser::origin origin;
  std::string script;
  std::string name;
};

/// The shared workers of a system that take clients. Used by every thread.
///
/// Counting a client in and deciding that there is none left happen under one lock, so no client is
/// ever sent to an instance that is about to end for want of clients.
class shared_worker_directory {
public:
  struct instance {
    caf::actor actor;
    std::uint64_t id = 0;
  };

  /// The instance that `wanted` means, made by `start` if there is none, with one more client.
  caf::actor connect(const shared_worker_key& wanted, const std::function<instance()>& start);

  /// One client less; true if that was the last one.
  bool disconnect(const shared_worker_key& key, std::uint64_t id);

  /// Takes the instance out if it has no client; false if it has one.
  bool retire_unused(const shared_worker_key& key, std::uint64_t id);

  /// The instance takes no further clients.
  void retire(const shared_worker_key& key, std::uint64_t id);

private:
  struct entry {
    hawser::origin origin;
    instance running;
    std::size_t clients = 0;
  };

  using entries = std::multimap<std::pair<std::string, std::string>, entry>; // by script and name

  template <class Matches>
  entries::iterator find(const shared_worker_key& key, Matches matches);

  entries::iterator find_instance(const shared_worker_key& key, std::uint64_t id);

  std::mutex lock_;
  entries entries_;
};

} // namespace hawser::detail
