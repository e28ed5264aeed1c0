#include "rows.hpp"

#include <algorithm>

#include "caf_workloads.hpp"
#include "fan_in.hpp"
#include "fan_out.hpp"
#include "hawser_workloads.hpp"
#include "idle.hpp"
#include "many_ports.hpp"
#include "moved_answer.hpp"
#include "node_peer.hpp"
#include "queued_move.hpp"
#include "settled_route.hpp"
#include "tcp_workload.hpp"
#include "typed_flood.hpp"
#include "value_workloads.hpp"

namespace bench {
namespace {

template <idle_port Kind>
double idle_channel_bytes(std::uint64_t count) {
  return bench::idle_channel_bytes(count, Kind);
}

load_factory on_hawser(std::unique_ptr<workload> (*make)(hawser::system&)) {
  return [make](hawser::system& sys, const effort&) { return make(sys); };
}

// For the two sides of a row that do not get on in one system: each would close the other's
// contexts or be the same node.
load_factory on_own_system(std::unique_ptr<workload> (*make)(hawser::system&)) {
  class on_its_own : public workload {
  public:
    explicit on_its_own(std::unique_ptr<workload> (*make)(hawser::system&))
      : load_(make(system_)) {}

    duration run(std::uint64_t count) override { return load_->run(count); }

  private:
    hawser::system system_;
    std::unique_ptr<workload> load_;
  };
  return [make](hawser::system&, const effort&) { return std::make_unique<on_its_own>(make); };
}

load_factory on_caf(std::unique_ptr<workload> (*make)(caf::actor_system&)) {
  return [make](hawser::system& sys, const effort&) { return make(sys.actors()); };
}

load_factory on_node(const std::string& load) {
  return [load](hawser::system&, const effort&) { return make_node_peer(load); };
}

std::vector<speed_row> local_rows() {
  return {
    {"local.flood_vs_caf", "one way between two contexts", "message", 500'000, 20'000,
     on_hawser(make_hawser_flood), on_caf(make_caf_flood)},
    {"local.flood_typed_vs_caf", "the same as a registered struct", "message", 500'000, 20'000,
     on_hawser(make_hawser_typed_flood), on_caf(make_caf_typed_flood)},
    {"local.pingpong_vs_caf", "to and fro between two contexts", "round trip", 400'000, 20'000,
     on_hawser(make_hawser_pingpong), on_caf(make_caf_pingpong)},
    {"local.fanin_vs_caf", "100 contexts post to one", "message", 500'000, 20'000,
     on_hawser(make_hawser_fan_in), on_caf(make_caf_fan_in)},
    {"local.fanout_vs_caf", "one context posts to 10,000", "message", 500'000, 20'000,
     on_hawser(make_hawser_fan_out), on_caf(make_caf_fan_out)},
    {"local.fanout_shared_vs_caf", "to 10,000 ports of one context", "message", 500'000, 20'000,
     on_hawser(make_hawser_shared_fan_out), on_caf(make_caf_fan_out)},
    {"local.pingpong_vs_node", "to and fro between two threads", "round trip", 50'000, 2'000,
     on_hawser(make_hawser_pingpong), on_node("pingpong"), "Node"},
    {"local.flood_vs_node", "one way, Node in one thread", "message", 200'000, 5'000,
     on_hawser(make_hawser_flood), on_node("flood"), "Node"},
    {"local.create_vs_node", "make a channel", "channel", 20'000, 1'000, on_hawser(make_create),
     on_node("create"), "Node"},
    {"local.transfer_vs_node", "make a channel, move one port", "channel", 10'000, 500,
     on_hawser(make_transfer), on_node("transfer"), "Node"},
    {"local.move_cost_flat", "moving 100,000 queued messages or none", "move", 100'000, 5'000,
     on_own_system(make_full_move), on_own_system(make_empty_move), "none queued", ratio_of::costs},
    {"local.flood_watched_vs_not", "listening for bufferedamountlow", "message", 500'000, 20'000,
     on_hawser(make_watched_flood), on_hawser(make_hawser_flood), "unwatched"},
    {"local.large_value_vs_small", "100 MB of values to and fro", "round trip", 20'000, 2'000,
     on_hawser(make_large_value_shuttle), on_hawser(make_small_value_shuttle), "100 bytes"},
    {"local.large_buffer_vs_small", "a buffer of 1 GiB to and fro", "round trip", 20'000, 2'000,
     on_hawser(make_large_buffer_shuttle), on_hawser(make_small_buffer_shuttle), "100 bytes"},
    {"local.create_per_s", "make a channel", "channel", 100'000, 10'000, on_hawser(make_create),
     nullptr},
    {"local.transfer_per_s", "make a channel, move one port", "channel", 50'000, 5'000,
     on_hawser(make_transfer), nullptr},
  };
}

std::vector<speed_row> remote_rows() {
  return {
    {"remote.flood_vs_caf", "one way between two nodes", "message", 500'000, 10'000,
     on_hawser(make_remote_flood), on_caf(make_caf_remote_flood)},
    {"remote.pingpong_vs_caf", "to and fro between two nodes", "round trip", 5'000, 1'000,
     on_hawser(make_remote_pingpong), on_caf(make_caf_remote_pingpong)},
    {"remote.bulk_vs_tcp", "buffers between two nodes", "64 MiB", 10, 2,
     on_hawser(make_remote_bulk), on_hawser(make_tcp_bulk), "TCP"},
    {"remote.transfer_vs_pingpong", "a port moves and answers from there", "answer", 5'000, 500,
     on_own_system(make_moved_answer), on_own_system(make_remote_pingpong), "round trip",
     ratio_of::costs},
    {"remote.transfer_per_s", "make a channel, move one port to another node", "channel", 20'000,
     2'000, on_hawser(make_remote_transfer), nullptr},
  };
}

std::vector<speed_row> value_rows() {
  std::vector<speed_row> rows;
  for (const auto& corpus : corpora()) {
    const auto what = std::string{corpus.what};
    rows.push_back({"value.encode_vs_v8." + std::string{corpus.name}, what, "value", corpus.count,
                    corpus.quick_count, encoding_of(corpus), node_encoding_of(corpus), "Node"});
  }
  for (const auto& corpus : corpora()) {
    const auto what = std::string{corpus.what};
    rows.push_back({"value.decode_vs_v8." + std::string{corpus.name}, what, "value", corpus.count,
                    corpus.quick_count, decoding_of(corpus), node_decoding_of(corpus), "Node"});
  }
  return rows;
}

std::vector<speed_row> scale_rows() {
  const auto large = [](hawser::system& sys, const effort& how) {
    return make_many_ports(sys, how.quick ? 1'000 : 10'000, 100);
  };
  const auto small = [](hawser::system& sys, const effort&) {
    return make_many_ports(sys, 10, 10);
  };
  return {{"scale.contexts_1m_ports", "10,000 contexts, 1,000,000 ports", "message", 2'000'000,
           200'000, large, small, "100 ports"}};
}

} // namespace

const std::vector<speed_row>& speed_rows() {
  static const auto rows = [] {
    auto made = local_rows();
    for (const auto& more : {value_rows(), remote_rows(), scale_rows()})
      made.insert(made.end(), more.begin(), more.end());
    return made;
  }();
  return rows;
}

const std::vector<figure_row>& figure_rows() {
  static const std::vector<figure_row> rows{
    {"local.channel_bytes", "an idle channel", "byte", 1'000'000, 50'000,
     idle_channel_bytes<idle_port::bare>},
    {"local.channel_bytes_listening", "an idle channel, both ports listening", "byte", 200'000,
     50'000, idle_channel_bytes<idle_port::listening>},
    {"local.context_bytes", "an idle context", "byte", 100'000, 10'000, idle_context_bytes},
    {"remote.hops_after_settle", "a port that moved round three nodes", "connection", 30, 9,
     hops_after},
  };
  return rows;
}

const std::vector<mean_row>& mean_rows() {
  static const std::vector<mean_row> rows{
    {"value.encode_vs_v8", "geometric mean of the five"},
    {"value.decode_vs_v8", "geometric mean of the five"},
  };
  return rows;
}

std::optional<target> target_of(std::string_view row) {
  using enum bound;
  struct entry {
    std::string_view row;
    target goal;
  };
  static constexpr entry targets[] = {
    {"local.flood_vs_caf", {at_least, 2.5}},      {"local.flood_typed_vs_caf", {at_least, 2.5}},
    {"local.pingpong_vs_caf", {at_least, 1.0}},   {"local.fanin_vs_caf", {at_least, 2.0}},
    {"local.fanout_vs_caf", {at_least, 1.0}},     {"local.pingpong_vs_node", {at_least, 15}},
    {"local.flood_vs_node", {at_least, 4}},       {"local.create_vs_node", {at_least, 60}},
    {"local.transfer_vs_node", {at_least, 40}},   {"local.channel_bytes", {at_most, 400}},
    {"local.context_bytes", {at_most, 2'200}},    {"local.move_cost_flat", {at_most, 1.2}},
    {"value.encode_vs_v8", {at_least, 2}},        {"value.decode_vs_v8", {at_least, 2}},
    {"remote.flood_vs_caf", {at_least, 10}},      {"remote.pingpong_vs_caf", {at_least, 1.0}},
    {"remote.bulk_vs_tcp", {at_least, 0.6}},      {"remote.transfer_vs_pingpong", {at_most, 2.5}},
    {"scale.contexts_1m_ports", {at_least, 0.4}},
  };
  const auto found = std::ranges::find(targets, row, &entry::row);
  if (found != std::end(targets))
    return found->goal;
  // No corpus may be slower than its peer.
  for (const auto& mean : mean_rows())
    if (row.starts_with(mean.name + "."))
      return target{at_least, 1.0};
  return std::nullopt;
}

} // namespace bench
