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
  }
  return "unknown reason";
}

} // namespace hawser
