#include "mix.hpp"

#include <random>
#include <type_traits>

namespace hawser::simulation {

mix mix_of(std::uint64_t seed) {
  std::mt19937_64 random{seed * 7919 + 13};
  const auto pick = [&random](auto... from) {
    const std::common_type_t<decltype(from)...> all[] = {from...};
    return all[random() % sizeof...(from)];
  };
  mix chosen;
  chosen.nodes = 2 + static_cast<unsigned>(random() % 5);
  chosen.contexts_per_node = pick(1U, 1U, 2U, 3U);
  chosen.channels = 1 + static_cast<unsigned>(random() % 4);
  chosen.steps = pick(60U, 150U, 300U, 600U);
  chosen.deliver = pick(0.3, 0.5, 0.7, 0.85);
  chosen.close = pick(0.0, 0.01, 0.04);
  chosen.move = pick(0.1, 0.3, 0.6);
  chosen.crash = pick(0.0, 0.0, 0.002, 0.006, 0.02);
  chosen.cut = pick(0.0, 0.0, 0.005, 0.02);
  chosen.hold = pick(0.0, 0.0, 0.05);
  chosen.big = pick(0.0, 0.05);
  chosen.lazy_links = pick(false, false, true);
  chosen.inside_out = pick(false, false, false, true);
  chosen.bounds.window_initial = {pick(std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{256}),
                                  pick(std::uint64_t{40}, std::uint64_t{1} << 20)};
  chosen.encoded = pick(false, false, true);
  chosen.bounds.unsettled_links_max =
    pick(std::size_t{8}, std::size_t{8}, std::size_t{8}, std::size_t{1});
  chosen.piece_bytes = pick(std::size_t{0}, std::size_t{0}, std::size_t{60}, std::size_t{200});
  chosen.bounds.run_messages_max = pick(std::size_t{1}, std::size_t{2}, std::size_t{256});
  return chosen;
}

} // namespace hawser::simulation
