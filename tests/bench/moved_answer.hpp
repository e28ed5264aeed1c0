#pragma once

#include <memory>

#include <hawser/system.hpp>

#include "workload.hpp"

namespace bench {

/// One operation: a context makes a channel, moves one port to a context of another node and asks
/// it something; the new owner answers through the port. One at a time.
std::unique_ptr<workload> make_moved_answer(hawser::system& sys);

} // namespace bench
