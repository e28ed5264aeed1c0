#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/message_handler.hpp>

#include "hawser/detail/caf_compat.hpp"
#include "hawser/event.hpp"
#include "hawser/open_options.hpp"
#include "hawser/port_registry.hpp"

namespace hawser {

namespace detail {
class context_reporter;
struct context_setup;
class system_state;
} // namespace detail

/// A context: an actor with an event loop, an origin, a window and ports. HTML #browsing-context.
///
/// Opened by `system::open` or by another context; then CAF runs its start function on one of its
/// threads, and after that one event at a time. Everything here is called from inside the context.
/// A context lives until it closes itself, its parent ends, the system closes it, or it fails.
///
/// It is a CAF actor like others: it may send, spawn and set timers, and handle CAF messages beside
/// its events. A handler of those that throws ends the context; a listener that throws does not.
class browsing_context : public caf::event_based_actor {
public:
  /// For `system` and `open`.
  browsing_context(caf::actor_config& cfg, detail::context_setup setup);
  ~browsing_context() override;

  // -- who it is ------------------------------------------------------------------------------

  const hawser::origin& origin() const noexcept;

  const std::string& url() const noexcept { return url_; }

  /// The name it was opened with.
  const std::string& context_name() const noexcept { return context_name_; }

  /// Itself, as others see it.
  window_proxy window() const;

  /// The context it is nested in; itself at the top. HTML #dom-parent.
  window_proxy parent() const;

  /// The context that opened it as an auxiliary one, if any.
  const window_proxy& opener() const noexcept { return opener_; }

  /// The contexts nested in it that have not ended, in the order they were opened.
  std::vector<window_proxy> children() const;

  // -- messages -------------------------------------------------------------------------------

  /// Reports show where it was called.
  message_channel make_channel(const char* file = __builtin_FILE(),
                               std::uint32_t line = __builtin_LINE());

  /// A channel to all contexts of this one's origin that use the same name.
  broadcast_channel make_broadcast_channel(std::string name);

  /// The handler attributes of its window.
  void on_message(event_listener callback);
  void on_message_error(event_listener callback);

  /// Gets an `error_event` for every listener of this context that throws; it is logged as well.
  void on_error(event_listener callback);

  /// As on `event_target`; for `message`, `messageerror` and `error`.
  listener_id add_event_listener(std::string type, event_listener callback,
                                 listen how = listen::always);
  void remove_event_listener(listener_id id);

  /// Ports, observers, statistics and platform objects.
  port_registry& registry() noexcept;

  // -- other contexts -------------------------------------------------------------------------

  /// Opens another context at `url`, nested in this one unless told otherwise.
  ///
  /// `about:blank` and `javascript:` give it this context's origin. It can be posted to at once.
  /// Throws `std::invalid_argument` if `url` is no absolute URL.
  window_proxy open(std::string_view url, start_function start, open_options options = {});

  /// Ends this context after the current event. What it posts until then is delivered; what waits
  /// for it is not.
  void close();

  /// Holds back every event of its window and ports until `resume_deliveries`, then delivers them
  /// in order; its CAF handlers run meanwhile. A context that ends before loses what it held back.
  /// HTML #fully-active.
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

  void on_exit() override;

  const char* name() const override { return "hawser.browsing_context"; }

protected:
  caf::behavior make_behavior() override;

private:
  void run_start_function();
  void handle_with(caf::message_handler more);
  caf::behavior own_behavior();
  void take_turn();
  void end(close_reason reason);

  std::shared_ptr<detail::system_state> system_;
  std::unique_ptr<detail::context_reporter> reporter_;
  std::unique_ptr<port_registry> registry_;
  std::string url_;
  std::string context_name_;
  window_proxy parent_;
  window_proxy opener_;
  start_function start_;
  start_failure on_start_failure_;
  caf::message_handler handlers_;
  bool started_ = false;
  bool crashed_ = false;
  bool ended_ = false;
};

} // namespace hawser
