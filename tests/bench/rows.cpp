#include "rows.hpp"

#include "caf_workloads.hpp"
#include "hawser_workloads.hpp"
#include "idle_channels.hpp"
#include "settled_route.hpp"
#include "tcp_workload.hpp"

namespace bench {
namespace {

template <idle_port Kind>
double idle_channel_bytes(std::uint64_t count) {
  return bench::idle_channel_bytes(count, Kind);
}

template <std::unique_ptr<workload> (*Make)(caf::actor_system&)>
std::unique_ptr<workload> on_caf(hawser::system& sys) {
  return Make(sys.actors());
}

} // namespace

const std::vector<speed_row>& speed_rows() {
  static const std::vector<speed_row> rows{
    {"local.flood_vs_caf", "one way between two contexts", "message", 500'000, 20'000,
     make_hawser_flood, on_caf<make_caf_flood>},
    {"local.pingpong_vs_caf", "to and fro between two contexts", "round trip", 400'000, 20'000,
     make_hawser_pingpong, on_caf<make_caf_pingpong>},
    {"local.flood_watched_vs_not", "listening for bufferedamountlow", "message", 500'000, 20'000,
     make_watched_flood, make_hawser_flood, "unwatched"},
    {"local.large_value_vs_small", "100 MB of values to and fro", "round trip", 20'000, 2'000,
     make_large_value_shuttle, make_small_value_shuttle, "100 bytes"},
    {"local.large_buffer_vs_small", "a buffer of 1 GiB to and fro", "round trip", 20'000, 2'000,
     make_large_buffer_shuttle, make_small_buffer_shuttle, "100 bytes"},
    {"remote.flood_vs_caf", "one way between two nodes", "message", 100'000, 10'000,
     make_remote_flood, on_caf<make_caf_remote_flood>},
    {"remote.pingpong_vs_caf", "to and fro between two nodes", "round trip", 5'000, 1'000,
     make_remote_pingpong, on_caf<make_caf_remote_pingpong>},
    {"remote.bulk_vs_tcp", "buffers between two nodes", "64 MiB", 10, 2, make_remote_bulk,
     make_tcp_bulk, "TCP"},
    {"remote.transfer_per_s", "make a channel, move one port to another node", "channel", 20'000,
     2'000, make_remote_transfer, nullptr},
    {"local.create_per_s", "make a channel", "channel", 100'000, 10'000, make_create, nullptr},
    {"local.transfer_per_s", "make a channel, move one port", "channel", 50'000, 5'000,
     make_transfer, nullptr},
  };
  return rows;
}

const std::vector<figure_row>& figure_rows() {
  static const std::vector<figure_row> rows{
    {"local.channel_bytes", "an idle channel", "byte", 200'000, 50'000,
     idle_channel_bytes<idle_port::bare>},
    {"local.channel_bytes_listening", "an idle channel, both ports listening", "byte", 200'000,
     50'000, idle_channel_bytes<idle_port::listening>},
    {"remote.hops_after_settle", "a port that moved round three nodes", "connection", 30, 9,
     hops_after},
  };
  return rows;
}

} // namespace bench
