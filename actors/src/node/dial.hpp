#pragma once

#include <chrono>

#include "hawser/error.hpp"
#include "node/node_address.hpp"

namespace hawser::detail {

/// Connects, or says why not before the deadline has passed, but for the time that it takes to look
/// up the host's name. Blocks. The socket belongs to the caller.
result<int> dial(const node_address& to, std::chrono::steady_clock::time_point deadline);

} // namespace hawser::detail
