#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/message_handler.hpp>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/event.hpp"
#include "hawser/port_registry.hpp"
#include "hawser/worker_options.hpp"

namespace hawser {

class shared_worker;
class worker;
class worker_script;

namespace detail {
class context_reporter;
struct scope_parts;
struct scope_setup;
class system_state;
} // namespace detail

/// What contexts and workers have in common: an actor with an event loop, an origin and ports.
/// HTML #windoworworkerglobalscope.
///
/// CAF runs its start function on one of its threads, and after that one event at a time.
/// Everything here is called from inside.
///
/// It is a CAF actor like others: it may send, spawn and set timers, and handle CAF messages beside
/// its events. A handler of those that throws ends it; a listener that throws does not.
class global_scope : public caf::event_based_actor {
public:
  ~global_scope() override;

  // -- who it is ------------------------------------------------------------------------------

  const hawser::origin& origin() const noexcept;

  /// The name it was opened or made with. HTML's `name`, a word that CAF has taken.
  const std::string& context_name() const noexcept;

  // -- messages -------------------------------------------------------------------------------

  /// Reports show where it was called.
  message_channel make_channel(const char* file = __builtin_FILE(),
                               std::uint32_t line = __builtin_LINE());

  /// A channel to all scopes of this one's origin that use the same name.
  broadcast_channel make_broadcast_channel(std::string name);

  /// Gets an `error_event` for every listener in here that throws, and for errors of its workers
  /// that nobody has handled. All are logged as well.
  void on_error(event_listener callback);

  /// As on `event_target`, for the events of the scope itself.
  listener_id add_event_listener(std::string type, event_listener callback,
                                 listen how = listen::always);
  void remove_event_listener(listener_id id);

  /// Ports, observers, statistics and platform objects.
  port_registry& registry() noexcept;
  const port_registry& registry() const noexcept;

  // -- workers (hawser/worker.hpp, hawser/shared_worker.hpp) ------------------------------------

  /// Starts a worker, which ends with this scope if not before. It can be posted to at once.
  worker make_worker(worker_script script, worker_options options = {});

  /// Connects to the shared worker of that script and name, and starts it if there is none.
  shared_worker make_shared_worker(worker_script script, worker_options options = {});

  // -- its end --------------------------------------------------------------------------------

  /// Ends this scope after the current event. What it posts until then is delivered; what waits
  /// for it is not.
  virtual void close();

  /// Holds back every event of the scope and its ports until `resume_deliveries`, then delivers
  /// them in order; its CAF handlers run meanwhile. A scope that ends before loses what it held
  /// back. HTML #fully-active.
  void suspend_deliveries();
  void resume_deliveries();

  // -- CAF ------------------------------------------------------------------------------------

  /// Handles CAF messages beside the events; earlier handlers go first.
  template <class... Handlers>
  void handle(Handlers... handlers) {
    handle_with(caf::message_handler{std::move(handlers)...});
  }

  /// For CAF: sets the thread's current context around everything the actor does.
  caf::resumable::resume_result resume(detail::execution_unit* unit, std::size_t max) override;

  /// For hawser: events that come after this find it ended. Any thread that has a reference.
  void stop_turns() noexcept;

  /// For the scheduler: delivers what is ready, up to the bound on turns.
  caf::resumable::resume_result resume_turn(detail::execution_unit* unit);

  void on_exit() override;

protected:
  global_scope(caf::actor_config& cfg, detail::scope_setup setup);

  caf::behavior make_behavior() override;

  /// Where the scope's own events are fired.
  virtual event_target& events() noexcept = 0;

  /// Runs what the application gave it to run first.
  virtual void run_start_function() = 0;

  /// The start function has run: from now on there are events.
  virtual void begin_events() {}

  /// What it handles of hawser's own messages.
  virtual caf::message_handler own_handlers();

  /// What was ready has been delivered, up to the bound on turns.
  virtual void end_turn() {}

  /// The last thing it does, before its ports close: it lets go of every handle of a port it has
  /// itself, for a handle keeps the waker and that the actor.
  virtual void leave() {}

  detail::system_state& system() const noexcept { return *system_; }

  detail::context_reporter& reporter() noexcept;

  /// Where it was opened, or the name of its script.
  const std::string& place() const noexcept { return url_; }

  /// Did the last turn leave something to deliver?
  bool busy() const noexcept { return busy_; }

  /// The start function threw, and that ends it.
  void fail_start(const std::exception_ptr& exception);

private:
  void handle_with(caf::message_handler more);
  caf::behavior own_behavior();
  void take_turn();
  caf::resumable::resume_result leave_to_others(caf::resumable::resume_result outcome);
  caf::error crash(const std::exception_ptr& exception);
  void end(close_reason reason);

  std::shared_ptr<detail::system_state> system_;
  const std::string url_;
  const std::unique_ptr<detail::scope_parts> parts_;
  caf::message_handler handlers_;
  bool started_ = false;
  bool crashed_ = false;
  bool ended_ = false;
  bool busy_ = false;
  bool early_ = false; ///< A turn came before its start function had run.
};

} // namespace hawser
