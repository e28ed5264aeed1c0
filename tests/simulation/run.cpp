#include "invariants.hpp"

namespace hawser::simulation {

std::string to_string(end_name which) {
  return std::to_string(which.channel) + "." + std::to_string(which.side);
}

void run(std::uint64_t seed) {
  world w{seed, mix_of(seed)};
  for (unsigned i = 0; i < w.how.steps; ++i) {
    w.step();
    check_after_step(w);
  }
  w.settle();
  check_after_step(w);
  check_at_rest(w);
}

} // namespace hawser::simulation
