#pragma once

#include <memory>

#include <hawser/system.hpp>

#include "workload.hpp"

namespace bench {

/// One context posts [u64, string] to another, which only reads.
std::unique_ptr<workload> make_hawser_flood(hawser::system& sys);

/// The same while the sender listens for `bufferedamountlow`.
std::unique_ptr<workload> make_watched_flood(hawser::system& sys);

/// Two contexts post one [u64, string] to and fro. One operation is a round trip.
std::unique_ptr<workload> make_hawser_pingpong(hawser::system& sys);

/// The flood and the ping-pong between two systems whose nodes are connected over the loopback.
std::unique_ptr<workload> make_remote_flood(hawser::system& sys);
std::unique_ptr<workload> make_remote_pingpong(hawser::system& sys);

/// Buffers of 64 MiB are transferred one way between two such systems.
std::unique_ptr<workload> make_remote_bulk(hawser::system& sys);

/// Records of 100 MB in all, or one of 100 bytes, go to and fro between two contexts. Cloning
/// shares, so they should cost the same.
std::unique_ptr<workload> make_large_value_shuttle(hawser::system& sys);
std::unique_ptr<workload> make_small_value_shuttle(hawser::system& sys);

/// A buffer of 1 GiB, or of 100 bytes, is transferred to and fro between two contexts.
std::unique_ptr<workload> make_large_buffer_shuttle(hawser::system& sys);
std::unique_ptr<workload> make_small_buffer_shuttle(hawser::system& sys);

/// A context makes channels and keeps both ports.
std::unique_ptr<workload> make_create(hawser::system& sys);

/// A context makes channels, keeps one port of each and transfers the other to another context.
std::unique_ptr<workload> make_transfer(hawser::system& sys);

/// The same between two systems whose nodes are connected over the loopback.
std::unique_ptr<workload> make_remote_transfer(hawser::system& sys);

} // namespace bench
