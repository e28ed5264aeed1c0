#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hawser/channel.hpp"

namespace hawser {

/// One end of a channel that nobody has closed, as a report shows it. Contexts go by their names,
/// or `context 7` if they have none.
struct open_port {
  std::uint64_t channel = 0; ///< Counted from 1 in the order they were made; both ends have it.
  unsigned side = 0;         ///< 0 for `port1`, 1 for `port2`.
  std::string label;
  std::string owner; ///< Who owns it; while it travels, or once it is closed, who did last.
  std::string peer;  ///< The same of the other end.
  port_sighting seen;
  std::vector<std::string> owners; ///< Its last owners, the present one at the end.
  creation_place made_at;
};

/// `port1 'control' of 'page', enabled, 3 messages (120 bytes) waiting, peer at 'frame', made at
/// main.cpp:12, owners: 'page'`.
std::string to_string(const open_port& port);

} // namespace hawser
