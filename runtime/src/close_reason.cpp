#include "hawser/close_reason.hpp"

namespace hawser {

std::string_view to_string(close_reason reason) noexcept {
  switch (reason) {
    case close_reason::closed_by_peer:
      return "closed_by_peer";
    case close_reason::context_closed:
      return "context_closed";
    case close_reason::context_crashed:
      return "context_crashed";
    case close_reason::context_unreachable:
      return "context_unreachable";
    case close_reason::undeliverable:
      return "undeliverable";
    case close_reason::limit:
      return "limit";
    case close_reason::node_lost:
      return "node_lost";
    case close_reason::refused:
      return "refused";
    case close_reason::protocol:
      return "protocol";
    case close_reason::loop:
      return "loop";
  }
  return "unknown reason";
}

std::string_view explain(close_reason reason) noexcept {
  switch (reason) {
    case close_reason::closed_by_peer:
      return "the peer was closed by its owner";
    case close_reason::context_closed:
      return "the context that owned the peer has ended";
    case close_reason::context_crashed:
      return "the context that owned the peer failed or was killed";
    case close_reason::context_unreachable:
      return "nobody could use the peer any more";
    case close_reason::undeliverable:
      return "the message that carried the peer was lost";
    case close_reason::limit:
      return "the context that should have owned the peer may own no more ports";
    case close_reason::node_lost:
      return "the node that held the peer cannot be reached any more";
    case close_reason::refused:
      return "the node that should have held the peer refused it";
    case close_reason::protocol:
      return "a node on the way to the peer broke the rules";
    case close_reason::loop:
      return "the two ends followed each other from node to node without end";
  }
  return "the reason is not known to this version";
}

} // namespace hawser
