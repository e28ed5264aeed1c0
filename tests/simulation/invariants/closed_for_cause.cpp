#include "../invariants.hpp"

namespace hawser::simulation {

void check_closed_for_cause(const world& w) {
  if (w.deaths + w.cuts + w.tampered != 0 || w.how.inside_out)
    return;
  for (const auto& [end, told] : w.closes) {
    if (beyond_us(w, end) || w.closed_here.contains(end.peer())
        || told.first == close_reason::context_unreachable)
      continue;
    // Ends that go to and fro faster than a slow wire may leave more relays behind than are
    // allowed.
    if (told.first == close_reason::loop)
      continue;
    // An end that travels through a channel that is closed is lost with what nobody reads.
    const bool carrier_closed =
      told.first == close_reason::undeliverable && (w.foe == nullptr || !w.closed_here.empty());
    if (!carrier_closed)
      throw violation{to_string(end) + " was closed though nothing has failed: "
                      + std::string{to_string(told.first)}};
  }
}

} // namespace hawser::simulation
