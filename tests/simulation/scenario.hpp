#pragma once

// A world in which nothing happens but what a test says, one frame at a time if it must be. After
// each step the invariants are checked that hold after each step.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "invariants.hpp"

namespace hawser::simulation {

class scenario {
public:
  using pair = std::pair<unsigned, unsigned>;

  explicit scenario(unsigned nodes, unsigned contexts_per_node = 1);
  explicit scenario(const mix& how);

  // -- what applications do -----------------------------------------------------------------------

  /// A channel whose two ends belong to different contexts of the node, if it has several.
  end_name make(unsigned node);

  /// A channel from one node to another, settled.
  end_name across(unsigned here, unsigned there);

  /// Posts so often; what may leave the node is on its way afterwards.
  void post(end_name through, unsigned count = 1);
  void post_with(end_name through, const std::vector<end_name>& along);

  /// Posts the end to a window of the node. It is on its way afterwards.
  void send(end_name which, unsigned to);

  /// The same, and it has arrived: all that was on its way there before has too.
  void move(end_name which, unsigned to);

  void close(end_name which);
  void start(end_name which);

  /// All contexts of the node end, the node does not.
  void end_contexts(unsigned node, close_reason reason);

  // -- what the network does ----------------------------------------------------------------------

  /// Delivers the next frame between the two. False if there is none.
  bool pass(unsigned from, unsigned to);

  /// Delivers frames up to one of this kind, and that one too.
  void pass_until(unsigned from, unsigned to, const std::string& kind);

  /// Delivers all that is between the two now.
  void pass_all(unsigned from, unsigned to);

  /// Delivers what each pair of nodes has on its way now, but nothing that follows from it.
  void pass_round();

  /// Contexts and routers do what they have to do; nothing is delivered between nodes.
  void turn();
  void turn(unsigned node);
  void route();

  /// The next frame in a fixed order, after all turns; none of those between some nodes. False if
  /// there is none.
  bool step(const std::set<pair>& except = {});

  /// Everything happens in that order until nothing is left, but for what is between some nodes.
  void run(const std::set<pair>& except = {});

  /// Everything happens, every port is started, and the invariants hold that hold at rest.
  void rest();

  // -- what was seen ------------------------------------------------------------------------------

  /// From here on frames are counted and the trace is kept.
  void mark();

  /// What routers have told each other since then beside messages, windows and credit:
  /// `ANNOUNCE 2, BIND 1`.
  std::string control() const;
  std::uint64_t count(const std::string& kind) const;

  /// What has happened since, with letters for waypoints in the order in which they appear.
  /// Without credit, which says when a reader has read, and without who watches which window:
  /// neither tells where a port is.
  std::string trace() const;

  /// `close node_lost`, or `open`.
  std::string fate(end_name which) const;

  unsigned node_of(end_name which);
  std::uint64_t relays() const;
  std::uint64_t waypoints() const;
  std::vector<waypoint_snapshot> at(unsigned node) const { return w.at(node).routes->waypoints(); }

  /// What `which` has received.
  std::uint64_t received(end_name which) const;

  /// Starts and reads all that is there already.
  std::uint64_t read(end_name which);

  world w;

private:
  world::context& holder(end_name which);
  world::context& next_page(unsigned node);
  void gather(end_name which, world::context& at);
  void check() { check_after_step(w); }

  std::map<unsigned, unsigned> next_page_;
  std::map<std::string, std::uint64_t> counted_;
  std::size_t logged_ = 0;
};

/// Plays `begin`, lets so many frames pass, does `disturb`, and goes on to rest: for each number of
/// frames from none on, until `begin` alone has come to rest before. `how` each time.
template <class Begin, class Disturb>
unsigned at_each_moment(const mix& how, Begin begin, Disturb disturb) {
  for (unsigned frames = 0;; ++frames) {
    scenario s{how};
    begin(s);
    bool more = true;
    for (unsigned i = 0; i < frames && more; ++i)
      more = s.step();
    disturb(s, frames);
    if (!more)
      return frames;
  }
}

/// Plays `begin`, then lets everything happen but what is between two nodes, and then that: for
/// each two of them.
template <class Begin, class Check>
void with_each_slow_wire(const mix& how, Begin begin, Check check) {
  for (unsigned from = 0; from < how.nodes; ++from)
    for (unsigned to = 0; to < how.nodes; ++to) {
      if (from == to)
        continue;
      scenario s{how};
      begin(s);
      s.run({{from, to}});
      s.rest();
      check(s, scenario::pair{from, to});
    }
}

} // namespace hawser::simulation
