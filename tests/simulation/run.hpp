#pragma once

// One run: random steps, then quiescence, with every invariant checked.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "world.hpp"

namespace hawser::simulation {

/// What kind of a world a run is about.
enum class kind {
  honest,        ///< Nodes die and connections break, and everybody keeps the rules.
  former_holder, ///< A node floods the others after it has given away all it had.
  holder,        ///< A node does so while it holds ends and stands between others.
  lying,         ///< The network loses, repeats or reorders a frame, and the connection notices.
  silent,        ///< The same, and the connection does not notice before it breaks.
};

/// By its name.
std::optional<kind> kind_named(std::string_view name);
std::string_view to_string(kind which);

/// The kind of the world that a seed makes unless one is asked for: mostly honest ones.
kind kind_of_seed(std::uint64_t seed);

/// What a run was made of.
struct tally {
  std::uint64_t moves = 0;
  std::uint64_t forged = 0;
  std::uint64_t lies = 0;
};

/// Throws `violation`. `failed` sees the world before it is gone.
tally run(kind which, std::uint64_t seed, const std::function<void(world&)>& begin = {},
          const std::function<void(world&)>& failed = {});

} // namespace hawser::simulation
