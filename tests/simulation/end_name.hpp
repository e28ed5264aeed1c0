#pragma once

#include <compare>
#include <stdexcept>

namespace hawser::simulation {

/// An invariant does not hold.
struct violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One end of one channel, for as long as it exists: who holds it changes.
struct end_name {
  unsigned channel = 0;
  unsigned side = 0;

  end_name peer() const { return {channel, 1 - side}; }

  friend auto operator<=>(const end_name&, const end_name&) = default;
};

} // namespace hawser::simulation
