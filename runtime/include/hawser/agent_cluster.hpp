#pragma once

#include <cstdint>

#include "hawser/origin.hpp"

namespace hawser {

/// Contexts that may share memory: those of one origin in one group. HTML
/// #integration-with-the-javascript-agent-cluster-formalism. Two processes never share a cluster.
struct agent_cluster {
  /// Contexts that know each other are in one group; 0 unless told otherwise.
  std::uint64_t group = 0;
  hawser::origin origin = hawser::origin::opaque();

  friend bool operator==(const agent_cluster&, const agent_cluster&) = default;
};

/// Whether a context may post shared memory at all. HTML #dom-crossoriginisolated.
enum class cross_origin_isolation : std::uint8_t {
  isolated,     ///< The default: no code of other origins is mixed into it.
  not_isolated, ///< Posting a shared buffer is a `data_clone_error`.
};

} // namespace hawser
