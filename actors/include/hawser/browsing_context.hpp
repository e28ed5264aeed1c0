#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/global_scope.hpp"
#include "hawser/open_options.hpp"

namespace hawser {

namespace detail {
struct context_setup;
} // namespace detail

/// A context: a global scope with a window, at a URL. HTML #browsing-context.
///
/// Opened by `system::open` or by another context. Lives until it closes itself, its parent ends,
/// the system closes it, or it fails.
class browsing_context : public global_scope {
public:
  /// For `system` and `open`.
  browsing_context(caf::actor_config& cfg, detail::context_setup setup);
  ~browsing_context() override;

  // -- who it is ------------------------------------------------------------------------------

  const std::string& url() const noexcept { return place(); }

  /// Itself, as others see it.
  window_proxy window() const;

  /// The context it is nested in; itself at the top. HTML #dom-parent.
  window_proxy parent() const;

  /// The context that opened it as an auxiliary one, if any.
  const window_proxy& opener() const noexcept { return opener_; }

  /// The contexts nested in it that have not ended, in the order they were opened.
  std::vector<window_proxy> children() const;

  // -- messages -------------------------------------------------------------------------------

  /// The handler attributes of its window.
  void on_message(event_listener callback);
  void on_message_error(event_listener callback);

  // -- other contexts -------------------------------------------------------------------------

  /// Opens another context at `url`, nested in this one unless told otherwise.
  ///
  /// `about:blank` and `javascript:` give it this context's origin. It can be posted to at once.
  /// Throws `std::invalid_argument` if `url` is no absolute URL.
  window_proxy open(std::string_view url, start_function start, open_options options = {});

  const char* name() const override { return "hawser.browsing_context"; }

protected:
  event_target& events() noexcept override;
  void run_start_function() override;

private:
  start_failure on_start_failure_; // first, where the base has room left
  window_proxy parent_;
  window_proxy opener_;
  std::unique_ptr<start_function> start_; ///< None once it has run.
};

} // namespace hawser
