#pragma once

// Many nodes in one thread, and everything that happens between them in an order that a seed
// decides. A node has the real router and real contexts; only the network is a pretence.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "end_name.hpp"
#include "hawser/router.hpp"
#include "mix.hpp"
#include "passage.hpp"
#include "test_context.hpp"

namespace hawser::simulation {

/// The first word of a frame: `DATA`, `FIN`, `WINDOW`.
std::string kind_of(const frame& from);

class outlaw;

class world {
public:
  /// What becomes of the frames on a connection that breaks, before its nodes learn of that.
  enum class in_flight { arrives_in_part, arrives, is_lost };

  struct held_port {
    end_name name;
    message_port port;
    bool started = false;
  };

  struct context {
    unsigned node = 0;
    std::unique_ptr<test::test_context> scope;
    std::vector<held_port> ports;
  };

  struct node {
    node_id id;
    std::shared_ptr<test::test_waker> waker;
    std::unique_ptr<router> routes; ///< None once it has died.
    std::vector<std::unique_ptr<context>> contexts;
  };

  /// In the queue between two nodes.
  struct packet {
    enum class kind { frame, record, down, up, failed } what = kind::frame;
    frame content;
    link_session session = 0;
    std::uint64_t number = 0; ///< Of all frames on that connection.
    passage::record record = {};
  };

  world(std::uint64_t seed, const mix& how);

  // -- what a run consists of -------------------------------------------------------------------

  /// One random step.
  void step();

  /// Everything that can happen does, and every port is started, until nothing is left.
  void settle();

  // -- single steps, for scenarios ----------------------------------------------------------------

  end_name make_channel(context& at);
  error post(context& at, end_name through, const std::vector<end_name>& along = {},
             std::size_t padding = 0);
  void post_away(context& at, const std::vector<end_name>& ends, context& to);
  void close(context& at, end_name which);
  void start(context& at, end_name which);
  void end(context& at, close_reason reason); ///< Its node and the other contexts there go on.
  void crash(unsigned which, in_flight rest = in_flight::arrives_in_part);
  void cut(unsigned a, unsigned b, in_flight rest = in_flight::arrives_in_part);
  void connect(unsigned a, unsigned b);
  void connect_wanted();

  /// Ends the connection that has lied, if it is still there.
  void break_distrusted();
  bool deliver(unsigned from, unsigned to);
  void turn(context& at, std::size_t deliveries_max = 0);
  void route(unsigned which, std::size_t messages_max = 0);

  /// Puts a frame made by hand behind those that are on their way.
  void inject(unsigned from, unsigned to, frame what);

  /// The network loses, repeats or reorders what is on its way, which no connection ever should.
  void tamper(unsigned from, unsigned to, const std::function<void(std::deque<packet>&)>& change);

  /// The number of a channel that a scenario makes by hand.
  unsigned next_channel() { return channels_++; }

  /// The node that keeps no rules, if there is one; see hostile.hpp.
  outlaw* foe = nullptr;

  /// Which channel an end in a message travels through; `by_window` if none.
  std::map<end_name, unsigned> travelling;
  static constexpr auto by_window = ~0U;

  /// Who holds that end, if it rests anywhere.
  context* holder_of(end_name which);
  held_port* find(context& at, end_name which);

  node& at(unsigned which) { return nodes_.at(which); }
  const node& at(unsigned which) const { return nodes_.at(which); }
  std::size_t size() const { return nodes_.size(); }
  context& page(unsigned of_node, unsigned which = 0) {
    return *nodes_.at(of_node).contexts.at(which);
  }
  bool alive(unsigned which) const { return nodes_.at(which).routes != nullptr; }
  bool linked(unsigned a, unsigned b) const { return links_.contains({a, b}); }
  const std::deque<packet>& between(unsigned from, unsigned to) { return wires_[{from, to}]; }

  /// All frames that are on their way from one to the other, however they travel.
  std::vector<frame> under_way(unsigned from, unsigned to);
  std::optional<unsigned> node_of(const node_id& id) const;
  std::uint64_t count(incident::kind which) const;

  // -- what was seen ------------------------------------------------------------------------------

  std::map<end_name, std::uint64_t> sent;     ///< By the end that posted.
  std::map<end_name, std::uint64_t> received; ///< Of what that end posted, at its peer.
  std::map<end_name, std::pair<close_reason, std::optional<std::uint64_t>>>
    closes; ///< At that end.
  std::map<end_name, std::uint64_t>
    closed_here;                               ///< By its owner, when the peer had posted so much.
  std::set<unsigned> looped;                   ///< Channels that ended for going in circles.
  std::map<std::string, std::uint64_t> frames; ///< By kind.
  std::uint64_t moves = 0;
  std::uint64_t deaths = 0;
  std::uint64_t cuts = 0;
  std::uint64_t tampered = 0;                        ///< How often the network has lied.
  std::map<incident::kind, std::uint64_t> incidents; ///< With honest neighbours.
  std::vector<std::string> log;                      ///< Every frame sent, if `keep_log`.
  bool keep_log = false;

  /// Pairs, the lower node first, that cannot connect however much they want to.
  std::set<std::pair<unsigned, unsigned>> unreachable;

  std::mt19937_64 random;
  const mix how;

private:
  friend struct listener;

  bool chance(double p) { return std::uniform_real_distribution<>{0, 1}(random) < p; }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random() % n); }

  using wire_ends = std::pair<unsigned, unsigned>;

  bool deliver_something();
  void do_something_new();
  void collect();
  void collect(unsigned from);
  void arrive(context& at, message_event& ev, end_name through);
  void take_ports(context& at, message_event& ev, std::size_t first, unsigned carrier);
  void hold(context& at, const message_port& port, end_name name);
  void put(unsigned from, unsigned to, frame what);
  void lie();
  std::vector<context*> live_contexts();
  std::vector<context*> partakers();
  value describe_post(end_name through, const std::vector<end_name>& along, std::size_t padding);
  void forget(context& at, end_name which);
  void shorten(wire_ends which, in_flight rest);
  void clear(wire_ends which);
  passage& lanes(wire_ends which);
  bool load(wire_ends which);
  std::vector<wire_ends> busy_wires();
  void receive(unsigned from, unsigned to, frame&& what);

  std::vector<node> nodes_;
  std::map<std::pair<unsigned, unsigned>, std::deque<packet>> wires_;
  std::map<std::pair<unsigned, unsigned>, passage> lanes_;           ///< If the frames go by them.
  std::set<std::pair<unsigned, unsigned>> links_;                    ///< Both sides know of them.
  std::map<std::pair<unsigned, unsigned>, link_session> sessions_;   ///< The newest.
  std::map<std::pair<unsigned, unsigned>, std::uint64_t> put_in_;    ///< Frames, and those
  std::map<std::pair<unsigned, unsigned>, std::uint64_t> taken_out_; ///< delivered.
  std::optional<std::pair<unsigned, unsigned>> distrusted_;
  std::vector<std::pair<unsigned, unsigned>> wanted_;
  std::vector<std::pair<unsigned, node_id>> unknown_; ///< Wanted, and there is no such node.
  unsigned channels_ = 0;
};

} // namespace hawser::simulation
