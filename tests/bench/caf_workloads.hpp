#pragma once

#include <memory>

#include <caf/actor_system.hpp>

#include "workload.hpp"

namespace bench {

/// Raw CAF: one event-based actor sends (u64, string) to another, which only reads.
std::unique_ptr<workload> make_caf_flood(caf::actor_system& actors);

/// Raw CAF: two event-based actors send one (u64, string) to and fro. One operation is a round
/// trip.
std::unique_ptr<workload> make_caf_pingpong(caf::actor_system& actors);

/// The same between two actor systems over the loopback, through CAF's remote actors.
std::unique_ptr<workload> make_caf_remote_flood(caf::actor_system& actors);
std::unique_ptr<workload> make_caf_remote_pingpong(caf::actor_system& actors);

} // namespace bench
