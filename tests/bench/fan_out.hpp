#pragma once

#include <memory>

#include <hawser/system.hpp>
#include <caf/actor_system.hpp>

#include "workload.hpp"

namespace bench {

/// One context posts to 10,000 ports, one after the other and round again. Each port belongs to
/// another context.
std::unique_ptr<workload> make_hawser_fan_out(hawser::system& sys);

/// The same with all of these ports in one other context.
std::unique_ptr<workload> make_hawser_shared_fan_out(hawser::system& sys);

/// One event-based actor sends to 10,000.
std::unique_ptr<workload> make_caf_fan_out(caf::actor_system& actors);

} // namespace bench
