#include "../invariants.hpp"

namespace hawser::simulation {
namespace {

// Did the taker's end, or the way to it, fail?
bool cut_short(close_reason reason) {
  switch (reason) {
    case close_reason::closed_by_peer:
    case close_reason::context_closed:
    case close_reason::context_crashed:
    case close_reason::context_unreachable:
      return false;
    case close_reason::undeliverable:
    case close_reason::limit:
    case close_reason::node_lost:
    case close_reason::refused:
    case close_reason::protocol:
    case close_reason::loop:
      return true;
  }
  return true;
}

} // namespace

void check_nothing_lost(world& w) {
  for (const auto& [end, sent] : w.sent) {
    if (beyond_us(w, end))
      continue;
    const auto taken = w.received[end];
    const auto what = to_string(end) + " posted " + std::to_string(sent) + " messages, and "
                      + std::to_string(taken) + " were taken";
    if (taken > sent)
      throw violation{what};
    const auto told = w.closes.find(end.peer());
    if (told != w.closes.end() && !cut_short(told->second.first) && taken != sent)
      throw violation{what + " before an orderly close"};
    if (w.holder_of(end.peer()) != nullptr && taken != sent)
      throw violation{what + " though the taker is open"};
    // Ends that wait inside each other's queues wait for ever; their channels are not at rest.
    const bool buried = w.how.inside_out && w.holder_of(end.peer()) == nullptr;
    const bool both_gone = w.holder_of(end) == nullptr && w.holder_of(end.peer()) == nullptr;
    if (both_gone && !w.closes.contains(end) && !w.closes.contains(end.peer()))
      continue; // Both went with a message that nobody received.
    const bool failed =
      w.deaths + w.cuts + w.tampered > 0 || w.looped.contains(end.channel) || buried;
    const auto lost = w.closes.find(end);
    const bool taker_lost =
      lost != w.closes.end() && lost->second.first == close_reason::undeliverable;
    if (!failed && !taker_lost && !w.closed_here.contains(end.peer()) && taken != sent)
      throw violation{what + " though nothing has failed"};
  }
}

} // namespace hawser::simulation
