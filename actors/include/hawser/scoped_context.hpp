#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hawser/event.hpp"
#include "hawser/open_options.hpp"
#include "hawser/port_registry.hpp"
#include "hawser/system.hpp"
#include "hawser/worker_options.hpp"

namespace hawser {

class shared_worker;
class worker;
class worker_script;

/// A context for `main` and for tests: it runs on the calling thread, and only while that thread
/// waits in one of the functions below. Ends with its scope.
class scoped_context {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// Throws `std::invalid_argument` if `url` is no absolute URL. Scoped contexts of one thread
  /// nest.
  explicit scoped_context(system& sys, std::string_view url = "hawser://main");
  ~scoped_context();

  scoped_context(const scoped_context&) = delete;
  scoped_context& operator=(const scoped_context&) = delete;

  port_registry& registry() noexcept;

  const hawser::origin& origin() const noexcept;

  window_proxy window() const;

  message_channel make_channel(const char* file = __builtin_FILE(),
                               std::uint32_t line = __builtin_LINE());

  broadcast_channel make_broadcast_channel(std::string name);

  /// Opens a context nested in this one.
  window_proxy open(std::string_view url, start_function start, open_options options = {});

  /// As `global_scope` does.
  worker make_worker(worker_script script, worker_options options = {});
  shared_worker make_shared_worker(worker_script script, worker_options options = {});

  void on_message(event_listener callback);
  void on_error(event_listener callback);

  /// Waits for the next message on `port` and takes it, without an event. The port is used in this
  /// way only from then on: it runs no `message` listeners any more.
  ///
  /// `timeout_error` when the deadline passes, `invalid_state_error` with the reason when the
  /// channel has ended. Meanwhile events of other ports are delivered.
  result<received_message> receive(const message_port& port, time_point deadline);
  result<received_message> receive(const message_port& port, duration patience);

  /// Delivers events until `done` says so; false when the deadline passed first.
  [[nodiscard]] bool run_until(const std::function<bool()>& done, time_point deadline);
  [[nodiscard]] bool run_until(const std::function<bool()>& done, duration patience);

private:
  class host;

  std::unique_ptr<host> host_;
};

} // namespace hawser
