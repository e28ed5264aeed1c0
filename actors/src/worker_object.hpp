#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "context_reporter.hpp"
#include "hawser/shared_worker.hpp"
#include "hawser/worker.hpp"
#include "reported_target.hpp"

namespace hawser::detail {

class system_state;

/// Who makes workers: a context, an other worker or a `scoped_context`, on its own thread.
struct worker_owner {
  const std::shared_ptr<system_state>& system;
  port_registry& registry;
  context_reporter& reporter;
};

worker make_worker(const worker_owner& owner, worker_script script, worker_options options);

shared_worker make_shared_worker(const worker_owner& owner, worker_script script,
                                 worker_options options);

/// What is behind `worker` handles, in the owner's context.
///
/// Kept by the listeners of its two ports and by nothing else: it goes when both channels have
/// ended, when the worker is terminated, or with the owner's context, whoever has a handle then.
class worker_object : public reported_target, public std::enable_shared_from_this<worker_object> {
public:
  worker_object(const worker_owner& owner, message_port outside, message_port errors,
                std::string where);

  /// From now on events are fired.
  void listen();

  void runs_as(std::uint64_t id) noexcept { id_ = id; }

  /// What ends the worker with it, if it runs at another node: the end that goes there.
  endpoint make_lifeline();

  void terminate();

private:
  void take_error(const value& what);
  void channel_closed();

  std::shared_ptr<system_state> system_;
  port_registry& registry_; // outlives the ports being attached
  context_reporter& reporter_;
  message_port outside_;
  message_port errors_;
  message_port lifeline_;               // only to another node
  std::uint64_t id_ = 0;                // of the worker's context; 0 if it is none of this process
  std::unique_ptr<close_event> closed_; // once the channel for messages has ended
  int open_channels_ = 2;
};

/// Makes the object at the other end of `errors` fire an `error` event for a script that
/// cannot be loaded.
void post_load_failure(const message_port& errors, const std::string& what);

/// What it was told; none if `posted` is something else.
std::optional<std::string> load_failure_of(const value& posted);

} // namespace hawser::detail
