#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/io/broker.hpp>
#include <caf/io/connection_handle.hpp>

#include "actor_waker.hpp"
#include "hawser/node.hpp"
#include "node/broadcasts.hpp"
#include "node/dial.hpp"
#include "node/entrance.hpp"
#include "node/far_workers.hpp"
#include "node/line_budget.hpp"
#include "node/node_address.hpp"
#include "node/tls_session.hpp"
#include "node/window_questions.hpp"
#include "node/worker_hosting.hpp"
#include "system_state.hpp"

namespace hawser::detail {

/// The actor behind `node`: a CAF broker that owns the router and every connection. All that is
/// not said to be for any thread is done on the broker's.
///
/// Connections and the time are in connections.cpp, what goes out in sending.cpp, who is dialled
/// when in dialling.cpp, what nodes ask each other in lobby.cpp.
class node_actor : public std::enable_shared_from_this<node_actor>, private registry_host {
public:
  using clock = std::chrono::steady_clock;

  node_actor(std::shared_ptr<system_state> system, node_options options, node_id own);

  /// Starts the broker. Any thread, once.
  void start();

  /// Says farewell to every peer and ends the broker. Any thread; waits, but for no peer longer
  /// than about a second.
  void stop();

  /// The same, once the system does not know it any more.
  void leave();

  /// Has `work` done on the broker's thread, or never once this has stopped. Any thread.
  void post(std::function<void()> work) { entrance_->post(std::move(work)); }

  /// The same, and waits for its result. Not on the broker's thread, and not after `stop`.
  template <class Work>
  auto call(Work work) {
    std::promise<decltype(work())> outcome;
    auto arrives = outcome.get_future();
    post([&outcome, &work] { outcome.set_value(work()); });
    return arrives.get();
  }

  /// `then` is called once, when both sides are up or never will be.
  void connect(const node_address& to, outcome_callback then);
  void keep_connected(const node_address& to);

  /// Any thread that may wait.
  result<std::uint16_t> await_listen(const std::string& host, std::uint16_t port, exposure to);
  result<std::string> await_connect(std::string_view url);

  /// Has a worker started at another node. Any thread.
  void ask_for(std::shared_ptr<worker_request> what);

  void publish(const std::string& name, const window_proxy& window);

  /// Any thread.
  window_proxy open(const node_address& at);

  std::vector<peer_snapshot> peers();

  router& routes() noexcept { return routes_; }

  // -- for the parts that talk to other nodes ----------------------------------------------------

  system_state& system() noexcept { return *system_; }

  /// What this node and others ask each other.
  port_registry& lobby() noexcept { return *lobby_; }

  /// That of another node.
  window_proxy lobby_of(const node_id& which);

  /// Empty if it is not connected.
  std::string name_of(const node_id& which) const;

  /// None if no such node is connected.
  std::optional<node_id> node_called(const std::string& name) const;

  std::uint64_t now_ms() const { return as_ms(clock::now()); }

  bool may_speak_for(const std::string& peer_name, const std::string& origin) const;

  /// Logs what another node has caused, if there have not been too many such lines.
  void complain(const node_id& about, const char* event_id, const std::string& text);

  const node_options options;
  const node_id id;

private:
  using handle = caf::io::connection_handle;

  struct connection {
    handle at;
    link peer_link;
    std::string address; ///< For people: what was dialled, or where it comes from.
    link::side side;
    node_facts peer;                          ///< Once it has introduced itself.
    std::unique_ptr<tls_session> secure = {}; ///< If this node uses TLS.
    bool heard = false;
    bool introduced = false;
    bool opened = false;
    bool gone = false;          ///< Its socket is closed, and another may have its number by now.
    std::uint64_t unsent = 0;   ///< Given to CAF and not to the operating system.
    std::size_t read_bytes = 0; ///< At most, the next time.
    std::chrono::milliseconds round_trip{0};
    std::vector<outcome_callback> waiting;
  };

  /// A connection that is over, but for what is still to be sent and heard: to close a socket with
  /// bytes that nobody has read takes the farewell from the peer.
  struct leaving_connection {
    std::uint64_t deadline_ms;
    std::uint64_t unsent;
  };

  /// A node that shall be connected.
  struct dialled_node {
    node_address to;
    bool keep = false;
    bool busy = false;         ///< Being dialled, or in the handshake.
    std::uint64_t attempt = 0; ///< Which one that is.
    bool looking = false;      ///< Its socket has yet to come.
    clock::time_point deadline;
    unsigned failures = 0;
    clock::time_point next_attempt;
    std::optional<node_id> wanted; ///< By the router.
    std::vector<outcome_callback> waiting;
  };

  caf::behavior run(caf::io::broker* self);
  void take_turn();
  result<std::uint16_t> listen(const std::string& host, std::uint16_t port, exposure to);

  // -- connections.cpp ---------------------------------------------------------------------------

  void add(handle at, link::side side, std::string address, std::uint64_t began_ms);
  void on_accepted(handle at);
  void on_data(handle at, std::span<const std::byte> bytes);
  void on_closed(handle at);
  void tick_later();
  void on_tick();
  void take_events(connection& from);
  void on_introduced(connection& from, node_facts peer);
  void on_opened(connection& from, link_session session);
  void on_frame(connection& from, frame&& what);
  void on_ended(connection& from, const link_event::ended& how);
  void read_next(connection& from, std::size_t bytes_max);
  void hear(connection& from, std::span<const std::byte> bytes);
  bool plain_instead_of_tls(connection& from, std::byte first);
  connection* other_with(const connection& than);
  void hang_up(handle at);
  void hurry(std::uint64_t now);
  void end_if_alone();
  bool settled_with_other(connection& newcomer);

  static std::uint64_t as_ms(clock::time_point when) {
    return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count());
  }

  // -- sending.cpp -------------------------------------------------------------------------------

  void on_transferred(handle at, std::uint64_t remaining);
  void settle();
  void flush(connection& to);

  // -- dialling.cpp ------------------------------------------------------------------------------

  void dial_now(dialled_node& which);
  void on_dialled(const std::string& address, std::uint64_t attempt, result<owned_socket> outcome);
  void dialled(const std::string& address, const result<reached_node>& outcome);
  void give_up_dialling(const std::string& why);
  void want(const node_id& which, const std::string& contact);
  void retry();

  // -- lobby.cpp ---------------------------------------------------------------------------------

  void open_lobby();
  void close_lobby();
  void on_request(message_event& ev);
  void on_find(const node_id& from, const value& asked, const message_port& answer);
  void answer_find(const message_port& answer, const window_proxy& window);
  void refuse_find(const message_port& answer, const std::string& name);
  void lose_patience(std::uint64_t now);
  void tell_left_out();
  void forget_lines(const node_id& about);
  void find_window(const node_id& at, const std::string& name, const window_proxy& promised);
  void report_exception(const event& ev, std::string_view where,
                        std::exception_ptr exception) override;
  void report_refused_post(std::string_view where, const error& err) override;
  void report_undecodable(std::string_view where, const error& err) override;

  const std::shared_ptr<system_state> system_;
  const std::shared_ptr<entrance> entrance_ = std::make_shared<entrance>();
  caf::io::broker* self_ = nullptr;
  std::shared_ptr<waker> waker_;
  router routes_;
  std::string routes_contact_;
  std::unique_ptr<port_registry> lobby_;
  std::optional<tls_identity> identity_;
  std::map<handle, connection> connections_;
  std::map<handle, leaving_connection> leaving_;
  std::map<node_id, handle> peers_;
  std::set<handle> dirty_;
  router_output worked_off_;
  bool turn_taken_ = false;                     ///< Since CAF has looked at its sockets,
  bool turn_due_ = false;                       ///< and another is to be.
  std::vector<std::byte> plaintext_;            // of one connection, for a moment
  std::vector<std::byte> outgoing_;             // the same
  std::map<std::string, dialled_node> dialled_; // by address
  std::map<std::string, node_id> reached_;      // by address
  std::map<std::string, window_proxy> published_;
  std::unique_ptr<window_questions> questions_;
  std::unique_ptr<far_workers> far_workers_;
  std::unique_ptr<far_broadcasts> broadcasts_;
  std::unique_ptr<worker_hosting> hosting_;
  std::map<node_id, line_budget> lines_; // that others have caused
  std::uint64_t last_attempt_ = 0;
  bool stopping_ = false;
  std::optional<std::promise<void>> stopped_; // to be kept once all have left
};

} // namespace hawser::detail
