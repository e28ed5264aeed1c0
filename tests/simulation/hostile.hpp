#pragma once

// A node that keeps no rules. For a while it takes part like every other, so that it has held ends,
// passed on messages and seen ids, keys and epochs. Then it floods the others with frames of its
// own making. It cannot pretend to be another node, and it does not know what it was never told,
// but for the ids of waypoints that exist: those it is given, since nothing may depend on them.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "world.hpp"

namespace hawser::simulation {

class outlaw {
public:
  /// What it has when it begins.
  enum class form {
    former_holder, ///< Nothing any more: no channel of another may suffer.
    holder,        ///< Ends and relays: nobody's channels may suffer but those.
  };

  outlaw(world& where, unsigned node, form kind);
  outlaw(const outlaw&) = delete;
  outlaw& operator=(const outlaw&) = delete;
  ~outlaw();

  /// Ends its honest time. A former holder gives away what it has first, and everything settles.
  void turn_bad();

  /// Puts a few frames on their way.
  void attack();

  const unsigned node;
  std::uint64_t forged = 0;
  std::map<std::string, std::uint64_t> forged_kinds;

  // -- what the world asks ------------------------------------------------------------------------

  /// Does nobody give it anything any more?
  bool apart() const { return bad_ && apart_; }

  /// May that channel suffer, since the node holds or passes on an end of it?
  bool may_harm(unsigned channel) const;
  bool may_harm(const channel_id& channel) const;

  /// A name for an end of which nobody knows where it comes from.
  end_name stranger() { return {first_stranger + strangers_++, 0}; }

  void note_ride(unsigned passenger, unsigned carrier);
  void note_guest(unsigned passenger);
  void overhear(unsigned from, unsigned to, const frame& what);

  /// Is that incident its own doing, or one that nobody but itself tells of?
  bool answers_for(unsigned reporter, const incident& what) const;

  /// Does it leave a frame unanswered that an honest router would answer?
  bool keeps_back(unsigned to, const frame& what);

private:
  struct link {
    unsigned to = 0;
    waypoint_id target;
    waypoint_id origin;
  };

  static constexpr unsigned first_stranger = 1'000'000;

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  bool chance(double p) { return std::uniform_real_distribution<>{0, 1}(random_) < p; }
  template <class Id>
  Id made_up() {
    return Id{random_(), random_() | 1};
  }
  template <class T>
  const T& one_of(const std::vector<T>& from) {
    return from[below(from.size())];
  }

  template <class T>
  static void remember(std::vector<T>& all, T one) {
    constexpr std::size_t heard_max = 400;
    if (all.size() < heard_max)
      all.push_back(std::move(one));
  }

  void note_ports(unsigned from, unsigned to, const frame_message& carrier, std::size_t first);
  void note_link(unsigned to, const waypoint_id& target, const waypoint_id& origin);
  unsigned victim();
  link aim();
  std::uint64_t number();
  bind_key key();
  link_address address();
  port_descriptor forged_port(unsigned to);
  frame_message forged_message(unsigned to);
  waypoint_frame forged_frame(unsigned to);
  frame forged_window(unsigned to);

  world& world_;
  const form kind_;
  bool bad_ = false;
  bool apart_ = true;
  std::mt19937_64 random_;
  unsigned strangers_ = 0;

  // What it has heard.
  std::vector<link> links_;
  std::vector<bind_key> keys_;
  std::vector<port_descriptor> ports_;
  std::vector<encoded_data> data_;
  std::vector<std::pair<unsigned, window_id>> windows_;

  // What the test knows.
  std::map<channel_id, unsigned> names_;         ///< Of all that have been between nodes.
  std::map<unsigned, std::set<unsigned>> rides_; ///< Which channels carried ends of which.
  std::set<unsigned> touched_;
  std::set<channel_id> own_; ///< Of ends that nobody but this node ever had.
  // Told apart by where they are: two may say the same.
  struct by_place {
    bool operator()(const encoded_data& a, const encoded_data& b) const noexcept {
      return std::less<>{}(place(a), place(b));
    }

    static const std::byte* place(const encoded_data& of) noexcept {
      return of.size() == 0 ? nullptr : of.pieces().front().data();
    }
  };
  std::set<encoded_data, by_place> made_;
};

} // namespace hawser::simulation
