#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "hawser/global_scope.hpp"

namespace hawser {

namespace detail {
struct connection;
struct dedicated_worker_setup;
class reported_target;
struct shared_worker_key;
struct shared_worker_setup;
} // namespace detail

/// The inside of a worker, what its start function is given. HTML #workerglobalscope.
///
/// It has its owner's origin and no window. A start function that throws is reported like a
/// listener that does, and the worker lives on with what was set before.
class worker_global_scope : public global_scope {
public:
  ~worker_global_scope() override;

  /// The name of its script.
  const std::string& script() const noexcept { return place(); }

  /// Has it been closed or terminated? C++ cannot interrupt a function that does not return: one
  /// that works for long asks this from time to time. What it posts once it is terminated reaches
  /// nobody. HTML #dom-workerglobalscope-closing.
  bool closing() const noexcept { return registry().stopped(); }

  /// Its broadcast channels neither send nor receive from now on.
  void close() override;

protected:
  worker_global_scope(caf::actor_config& cfg, detail::scope_setup setup);

  event_target& events() noexcept override;
  void leave() override;

  /// Where the scope's events are fired as the runtime's own.
  detail::reported_target& own_events() noexcept { return *events_; }

  /// Runs `start`, and reports what it throws.
  void run(const std::function<void()>& start);

private:
  std::unique_ptr<detail::reported_target> events_;
};

/// The inside of a worker that one owner has made. HTML #dedicatedworkerglobalscope.
///
/// Messages of the owner wait until the start function has run; nothing need be started. The worker
/// ends when it closes itself, when it is terminated, or with its owner.
class dedicated_worker_global_scope final : public worker_global_scope {
public:
  /// For `make_worker`.
  dedicated_worker_global_scope(caf::actor_config& cfg, detail::dedicated_worker_setup setup);
  ~dedicated_worker_global_scope() override;

  /// Posts a message to the worker object of the owner; errors and transfer as with
  /// `message_port::post_message`. HTML #dom-dedicatedworkerglobalscope-postmessage.
  error post_message(const value& data, const transfer_list& transfer) const;
  error post_message(const value& data) const;

  /// The handler attributes for what the owner posts.
  void on_message(event_listener callback);
  void on_message_error(event_listener callback);

  const char* name() const override { return "hawser.dedicated_worker"; }

protected:
  void run_start_function() override;
  void begin_events() override;
  void leave() override;

private:
  std::function<void(dedicated_worker_global_scope*)> start_;
  message_port inside_; // HTML #inside-port; never handed out
  message_port errors_; // to the worker object
};

/// The inside of a worker that many contexts may connect to. HTML #sharedworkerglobalscope.
///
/// Each client brings a port of its own. The worker lives while a client's context does, or until
/// it closes itself.
class shared_worker_global_scope final : public worker_global_scope {
public:
  /// For `make_shared_worker`.
  shared_worker_global_scope(caf::actor_config& cfg, detail::shared_worker_setup setup);
  ~shared_worker_global_scope() override;

  /// The handler attribute for new clients: a `message_event` whose data is an empty string and
  /// whose only port is the client's, disabled. HTML #event-workerglobalscope-connect.
  void on_connect(event_listener callback);

  void close() override;

  const char* name() const override { return "hawser.shared_worker"; }

protected:
  void run_start_function() override;
  caf::message_handler own_handlers() override;
  void end_turn() override;
  void leave() override;

private:
  void accept(detail::connection& client);
  void forget_client(std::uint64_t number);
  void count_out_client();

  std::unique_ptr<const detail::shared_worker_key> key_;
  std::function<void(shared_worker_global_scope*)> start_;
  std::map<std::uint64_t, message_port> lifelines_; // each closes when its client's context ends
  std::uint64_t last_client_ = 0;
  std::size_t last_turns_ = 0; // since there was a client
  bool unused_ = false;
};

} // namespace hawser
