#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/actor.hpp>

#include "hawser/detail/node_memory.hpp"
#include "hawser/system.hpp"

namespace hawser::detail {

/// The contexts of a system that have not ended, and how they nest. Used by every thread; keeps
/// each context alive until it is removed.
class context_directory {
public:
  struct entry {
    caf::actor actor; ///< None for a `scoped_context`.
    window_proxy window;
    std::uint64_t parent = 0;                ///< 0 at the top.
    const std::string* url = nullptr;        ///< Alive as long as the entry is.
    const port_registry* registry = nullptr; ///< Alive as long as the entry is.
    scope_kind kind = scope_kind::window;
    bool begun = false;                             ///< Nothing may be sent to the actor before.
    bool unwanted = false;                          ///< It was to be ended before it began.
    std::stop_source termination{std::nostopstate}; ///< Only workers have one.
    std::unique_ptr<std::vector<std::uint64_t>> children = nullptr; ///< None before one is nested.
  };

  /// A nested context is refused once its parent has ended, or was told to stop.
  bool add(entry added);

  /// The context's actor is complete, which it is not while it is being added: to be called before
  /// anything else it does. False if it was to end meanwhile; it was not told and must end itself.
  bool begin(std::uint64_t id);

  /// The context has ended, with all its listeners. Returns the contexts nested in it; workers
  /// among them are told to stop.
  std::vector<caf::actor> remove(std::uint64_t id, bool crashed);

  /// Tells a worker and every worker nested in it to stop, whatever they are doing, and returns
  /// all that must end with it, itself included. None if it has ended.
  std::vector<caf::actor> terminate(std::uint64_t id);

  /// Without workers, which have no window.
  std::vector<window_proxy> children_of(std::uint64_t id) const;

  std::optional<origin> origin_of(std::uint64_t id) const;

  /// All that must end when the system does.
  std::vector<caf::actor> end_all();

  /// Wait until no entry that is an actor is left.
  bool await_empty(std::chrono::steady_clock::time_point deadline) const;

  void await_empty() const;

  system_statistics statistics() const;

  std::vector<context_snapshot> snapshot() const;

private:
  static void end(entry& each, std::vector<caf::actor>& ending);

  mutable std::mutex lock_;
  mutable std::condition_variable emptied_;
  std::unordered_map<std::uint64_t, entry, std::hash<std::uint64_t>, std::equal_to<>,
                     node_allocator<std::pair<const std::uint64_t, entry>>>
    entries_;
  system_statistics ended_; // what ended contexts have counted
  std::size_t actors_ = 0;  // entries that are actors; the others end with a scope of `main`
};

} // namespace hawser::detail
