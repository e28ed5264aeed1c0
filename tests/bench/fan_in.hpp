#pragma once

#include <memory>

#include <hawser/system.hpp>
#include <caf/actor_system.hpp>

#include "workload.hpp"

namespace bench {

/// 100 contexts post their share of the messages to one, each through a channel of its own. The one
/// that receives tells them to begin.
std::unique_ptr<workload> make_hawser_fan_in(hawser::system& sys);

/// 100 event-based actors send theirs to one.
std::unique_ptr<workload> make_caf_fan_in(caf::actor_system& actors);

} // namespace bench
