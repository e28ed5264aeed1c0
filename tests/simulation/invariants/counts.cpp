#include <algorithm>

#include "../invariants.hpp"

namespace hawser::simulation {

void check_counts(world& w) {
  for (const auto& [end, told] : w.closes) {
    if (!told.second || beyond_us(w, end))
      continue;
    // What is posted after the other end has been closed may or may not count.
    const auto taken = w.received[end];
    const auto closed = w.closed_here.find(end.peer());
    const auto least = closed == w.closed_here.end() ? taken : std::max(taken, closed->second);
    if (*told.second > w.sent[end] - taken || *told.second < least - taken)
      throw violation{to_string(end) + " was told that " + std::to_string(*told.second)
                      + " messages were not taken; it posted " + std::to_string(w.sent[end])
                      + ", of which " + std::to_string(taken) + " were"};
  }
  for (unsigned i = 0; i < w.size(); ++i)
    for (unsigned k = 0; w.alive(i) && k < w.at(i).contexts.size(); ++k) {
      auto& page = w.page(i, k);
      for (const auto& each : page.ports)
        if (w.holder_of(each.name.peer()) == nullptr || beyond_us(w, each.name)) {
          continue;
        } else if (const auto waiting =
                     page.scope->run([&] { return each.port.buffered_amount(); }))
          throw violation{to_string(each.name) + " has " + std::to_string(waiting)
                          + " bytes waiting, though everything was taken"};
    }
}

} // namespace hawser::simulation
