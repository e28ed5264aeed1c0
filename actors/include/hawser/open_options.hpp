#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "hawser/limits.hpp"
#include "hawser/window_proxy.hpp"

namespace hawser {

class browsing_context;

/// What a context does first: it adds its listeners and returns.
using start_function = std::function<void(browsing_context* self)>;

/// Whether an opened context lives inside the one that opens it.
enum class context_kind : std::uint8_t {
  nested,    ///< An iframe: its parent's end is its own.
  auxiliary, ///< A window of its own, with an opener.
};

/// What happens to a context whose start function throws. DEVIATION(D6): ending is the default.
enum class start_failure : std::uint8_t {
  ends_context, ///< It ends; its ports close with reason `context_crashed`.
  is_reported,  ///< As in a browser: reported, and the listeners set before stay in use.
};

struct open_options {
  /// For logs, graphs and `window_proxy::name`.
  std::string name;

  context_kind kind = context_kind::nested;

  start_failure on_start_failure = start_failure::ends_context;

  /// Instead of the configured ones.
  std::optional<hawser::limits> limits;

  /// The parent of a nested context that is opened by `system::open`; contexts that open others are
  /// the parent themselves.
  window_proxy parent;
};

} // namespace hawser
