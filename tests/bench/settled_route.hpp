#pragma once

#include <cstdint>

namespace bench {

/// How many connections a message passes in the end when one end of a channel has moved `moves`
/// times round three nodes while the other, on a fourth, went on posting to it.
double hops_after(std::uint64_t moves);

} // namespace bench
