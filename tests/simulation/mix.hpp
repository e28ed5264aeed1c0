#pragma once

#include <cstddef>
#include <cstdint>

#include "hawser/router.hpp"

namespace hawser::simulation {

/// What a simulation is made of. Every figure is a probability or a count.
struct mix {
  unsigned nodes = 3;
  unsigned contexts_per_node = 1;
  unsigned channels = 3;
  unsigned steps = 200;
  double deliver = 0.5; ///< A frame, a turn, rather than something new.
  double move = 0.3;    ///< A post takes ports along.
  double away = 0.35;   ///< An end is posted to another context's window.
  double close = 0.0;
  double crash = 0.0;          ///< A node dies.
  double cut = 0.0;            ///< A connection breaks, to be made anew later.
  double hold = 0.0;           ///< A connection takes no more for a while.
  double big = 0.0;            ///< A message is larger than a window.
  bool lazy_links = false;     ///< Nodes are connected when a router wants it.
  bool inside_out = false;     ///< Ends may travel in messages of channels younger than theirs.
  bool encoded = false;        ///< Every frame goes as its bytes.
  std::size_t piece_bytes = 0; ///< Frames go by lanes, larger ones than this in pieces; 0: whole.
  double lie = 0.0;            ///< The network loses, repeats or reorders a frame, once.
  bool counted = true;         ///< Connections count frames, and break at one that is not the next.
  router_limits bounds = {.run_messages_max = 1}; ///< Scenarios count frames.
};

/// Draws a mix that suits a seed.
mix mix_of(std::uint64_t seed);

} // namespace hawser::simulation
