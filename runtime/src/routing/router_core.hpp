#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "encoded_data_sink.hpp"
#include "hawser/router.hpp"
#include "hawser/value_encoder.hpp"
#include "routing/known_nodes.hpp"
#include "routing/published_windows.hpp"
#include "routing/waypoint.hpp"
#include "routing/window_twins.hpp"

namespace hawser::detail {

/// What `router` is made of. The parts are in files of their own: ends that leave and arrive
/// (moving.cpp), the streams (streaming.cpp), who posts where (switching.cpp), credit
/// (crediting.cpp), ends of all kinds (ending.cpp), windows (windows.cpp).
class router_core {
public:
  router_core(node_id self, std::shared_ptr<waker> waker, entropy bits, router_limits bounds);
  ~router_core();

  router_core(const router_core&) = delete;
  router_core& operator=(const router_core&) = delete;

  void link_up(node_id peer, link_session session);
  void link_failed(node_id peer, link_session session);
  link_session newest_session(const node_id& node) const { return known_.newest(node); }
  void link_down(node_id peer);
  void hold(node_id peer);
  void release(node_id peer);
  void receive(node_id from, frame&& what);
  void refuse(node_id from, window_frame&& what);
  bool run_turn(std::size_t messages_max);
  void close(close_reason reason);
  std::vector<waypoint_snapshot> snapshot() const;
  router_statistics all_statistics() const;

  window_id publish(const window_proxy& local);
  void publish_as(window_id id, const window_proxy& local);
  window_proxy remote_window(node_id at, window_id id, std::string name);
  std::optional<node_id> node_of(const window_proxy& which) const;
  window_proxy promise_window(std::string name) const;
  void fulfil(const window_proxy& promised, node_id at, window_id id);
  void refuse(const window_proxy& promised, close_reason why);

  const node_id self;
  const router_limits bounds;
  router_output output;
  router_statistics statistics;
  std::string contact;

private:
  struct peer_link {
    bool held = false;
    std::set<waypoint_id> waiting; ///< Have something to send once it is not held any more.
    std::vector<ref<window_twin>> waiting_windows;
  };

  // -- links (router.cpp) ------------------------------------------------------------------------

  bool linked(const node_id& node) const noexcept { return node == self || links_.contains(node); }
  bool held(const node_id& node) const;
  void settle();
  void send(const link_address& to, const waypoint& from, waypoint_frame what);
  void send_to(const link_address& to, const waypoint_id& origin, waypoint_frame what);
  void dispatch(const node_id& from, const waypoint_id& target, const waypoint_id& origin,
                waypoint_frame& what);
  void stray(const link_address& from, std::string_view what);
  void report(const node_id& neighbour, incident::kind kind, std::string text);

  waypoint* find(const waypoint_id& id);
  waypoint& add(const waypoint_id& id);
  void retire(waypoint& w);
  void retire_if_done(waypoint& w);

  // -- moving.cpp --------------------------------------------------------------------------------

  port_descriptor export_end(endpoint end, const node_id& to, std::uint32_t carrier_hops);
  port_descriptor export_fresh(endpoint end, const node_id& to);
  port_descriptor export_again(endpoint end, const node_id& to, waypoint& w,
                               std::uint32_t carrier_hops);
  endpoint import_end(const port_descriptor& from, const node_id& carrier_sender);
  std::string objection(const port_descriptor& from) const;
  endpoint refused(const port_descriptor& from, const node_id& carrier_sender);
  void give_twin(waypoint& w, endpoint end);
  void ship_all();
  void ship(waypoint& w, shipment next);

  /// Makes the data ready for other nodes; then `bytes` is at least its length.
  void encode(message& msg);
  frame_message pack(message&& msg, const node_id& to, std::uint32_t hops);
  void unpack(frame_message&& from, const node_id& sender, message& to);

  // -- streaming.cpp -----------------------------------------------------------------------------

  void emit(const waypoint& from, const link_address& to, std::uint64_t number, route_item&& item);
  bool join_last(const waypoint& from, const link_address& to, std::uint64_t number,
                 route_item& item);
  void on_item(waypoint& w, const link_address& link, std::uint64_t number, route_item&& item);
  void on_run(waypoint& w, const link_address& link, run_frame&& f);
  std::size_t hand_over_next(waypoint& w, const link_address& link, run_frame& f);
  void take_up(waypoint& w, in_link& over, std::uint64_t number, route_item&& item);
  void next_in_order(waypoint& w, std::uint64_t number, route_item&& item);
  void merge(waypoint& w);
  void pass_on(waypoint& w, std::uint64_t number, route_item&& item);
  void relay_outward(waypoint& w, std::uint64_t number, route_item&& item);
  void hand_over(waypoint& w, route_item&& item);
  void look_at_ends(waypoint& w);
  void on_end(waypoint& w, const link_address& link, const end_frame& f);
  void on_outbox(waypoint& w, const link_address& link, route_item&& item);
  bool too_far(waypoint& w, const route_item& item);

  // -- switching.cpp -----------------------------------------------------------------------------

  void on_announce(waypoint& w, const link_address& link, announce_frame f);
  void consider(waypoint& w, announce_frame f);
  void follow(waypoint& w, const announce_frame& f);
  void switch_to(waypoint& w, const link_address& to, std::uint64_t epoch);
  void on_bind(waypoint& w, const link_address& link, const bind_frame& f);
  void on_start(waypoint& w, const link_address& link, const start_frame& f);
  void on_decline(waypoint& w, const link_address& link);
  void fence_older(waypoint& w, const link_address& bound, std::uint64_t epoch);
  bool crowded(const waypoint& w) const;
  void follow_deferred(waypoint& w);
  void follow_all_deferred();

  // -- crediting.cpp -----------------------------------------------------------------------------

  static bool has_credit(const waypoint& w);
  bool may_post(waypoint& w);
  void wait_no_more(const waypoint& w);
  bool serve(waypoint& w, std::size_t messages_max);
  void post(waypoint& w, message&& msg, std::uint32_t hops);
  void resume(waypoint& w);
  void on_credit(waypoint& w, const link_address& link, credit_frame f);
  void acknowledge(waypoint& w, std::uint64_t taken);
  flow_tally taken(const waypoint& w) const;
  enum class telling { news, anyway };
  void offer_credit(waypoint& w, telling when);

  // -- ending.cpp --------------------------------------------------------------------------------

  void local_end_closed(waypoint& w, const close_notice& notice);
  void on_fin(waypoint& w, const fin_frame& f);
  void on_broken(waypoint& w, const link_address& link, close_reason reason);
  void on_gone(waypoint& w, const link_address& link);
  void break_route(waypoint& w, close_reason reason, const link_address* except = nullptr);
  void rule_broken(waypoint& w, const link_address& by, std::string_view rule,
                   incident::kind blame = incident::kind::rule);
  void check_lost(waypoint& w);
  bool lost(const in_link& link) const;
  void look_after_awaiting();
  void expect(waypoint& w, const end_frame& f);

  // -- windows.cpp -------------------------------------------------------------------------------

  void on_window(const node_id& from, window_frame&& f);
  bool serve_window(window_twin& from, std::size_t messages_max);
  void drop(message msg, close_reason why);
  void drop_all(std::vector<message> messages, close_reason why);
  void lose_windows(const node_id& of);
  void lose_window(window_twin& which, close_reason why);
  void stand_in_for(const ref<window_twin>& made, node_id at, window_id id);
  bool may_stand_in(const node_id& at, window_id id);
  void sweep_twins();
  void on_watch(const node_id& from, const window_watch_frame& f);
  void on_closed(const node_id& from, const window_closed_frame& f);
  void tell_closed(published_window& which);

  const entropy bits_;
  const ref<const shared_limits> port_bounds_; // as `bounds` has them
  const ref<ready_list> ready_;
  turn_queue turns_;
  bool closed_ = false;

  std::map<node_id, peer_link> links_;
  known_nodes known_;
  std::set<waypoint_id> awaiting_; ///< Somebody to bind itself over a connection yet to be made.
  std::unordered_map<waypoint_id, std::unique_ptr<waypoint>> waypoints_;
  std::unordered_map<const channel_state*, waypoint*> by_channel_;
  std::map<node_id, std::size_t> brought_;
  std::vector<std::unique_ptr<waypoint>> graveyard_;
  std::deque<local_frame> local_;
  std::deque<shipment> shipments_;
  std::size_t last_run_bytes_ = 0; // of the data in the frame that is the last to be sent
  std::vector<message> run_;       // being handed over
  std::vector<message> dropped_;   // to be destroyed when nothing is being worked on

  value_encoder encoder_;
  encoded_data_sink encoding_; // of one message, for a moment

  published_windows published_;
  window_twins twins_;
  std::uint64_t promises_kept_ = 0;
};

} // namespace hawser::detail
