#pragma once

#include <memory>
#include <string>

#include "workload.hpp"

namespace bench {

/// One of the loads in `node/`, run by Node in a process of its own that lives as long as the
/// workload does. `given` is JSON on one line, which that load is told first.
///
/// Throws `peer_absent` where there is no `node` on the PATH.
std::unique_ptr<workload> make_node_peer(const std::string& load,
                                         const std::string& given = "null");

} // namespace bench
