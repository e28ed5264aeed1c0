#pragma once

#include <memory>

#include <hawser/system.hpp>

#include "workload.hpp"

namespace bench {

/// Two threads and a TCP connection over the loopback: one writes 64 MiB at a time, the other reads
/// them into memory of their own.
std::unique_ptr<workload> make_tcp_bulk(hawser::system& unused);

} // namespace bench
