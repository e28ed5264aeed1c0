#pragma once

#include <cstdint>
#include <string_view>

namespace hawser {

/// Why a channel ended. Values travel between nodes: never reuse or renumber one.
enum class close_reason : std::uint8_t {
  closed_by_peer = 0,      ///< The peer's owner called `close`.
  context_closed = 1,      ///< The peer's context ended in order.
  context_crashed = 2,     ///< The peer's context failed or was killed.
  context_unreachable = 3, ///< Nobody could use the peer any more.
  undeliverable = 4,       ///< The message that carried the peer was lost.
  limit = 5,               ///< The peer's new owner may own no more ports.
  node_lost = 6,           ///< The node that held the peer cannot be reached any more.
  refused = 7,             ///< The node that should have held the peer did not take it.
  protocol = 8,            ///< A node on the way broke the rules of routing.
  loop = 9,                ///< The peers followed each other from node to node without end.
};

/// The value's name: `closed_by_peer`.
std::string_view to_string(close_reason reason) noexcept;

/// The same in a sentence for people, without a full stop.
std::string_view explain(close_reason reason) noexcept;

} // namespace hawser
