#pragma once

#include <cstdint>
#include <memory>

#include <hawser/system.hpp>

#include "workload.hpp"

namespace bench {

/// So many contexts with so many ports each; who is connected with whom is chosen at random.
/// 100,000 messages are under way all the time: whoever gets one posts it on at one of its ports,
/// chosen at random. One operation is one post.
std::unique_ptr<workload> make_many_ports(hawser::system& sys, std::uint64_t contexts,
                                          std::uint64_t ports_per_context);

} // namespace bench
