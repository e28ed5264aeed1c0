#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace hawser {

/// 128 random bits that name something for everybody. Nobody can guess one, and yet none is worth
/// anything by itself: what a node may do depends on who it is and what it has been sent. The tag
/// keeps one kind from being taken for another.
template <class Tag>
struct random_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  /// The one with no bit set means none.
  explicit operator bool() const noexcept { return (high | low) != 0; }

  friend bool operator==(const random_id&, const random_id&) noexcept = default;
  friend std::strong_ordering operator<=>(const random_id& a, const random_id& b) noexcept {
    return a.high != b.high ? a.high <=> b.high : a.low <=> b.low;
  }
};

/// One run of one node: a node that starts again is another one.
using node_id = random_id<struct node_tag>;

/// What one node keeps of one end of a channel; new with every move.
using waypoint_id = random_id<struct waypoint_tag>;

/// A channel that reaches over nodes; for people who look for its two ends.
using channel_id = random_id<struct channel_tag>;

/// Shown once, by the node it was told to, to prove that it was told.
using bind_key = random_id<struct bind_tag>;

/// Which of the connections that two nodes have had with each other, counted from 1. Both count
/// alike: when they connect they agree on one more than either knows of.
using link_session = std::uint64_t;

/// A window that another node may post to.
using window_id = random_id<struct window_tag>;

/// Where random bits come from. Those of a router must be unguessable; those of a simulation come
/// from its seed. Called on the router's thread.
using entropy = std::function<std::uint64_t()>;

/// Draws one that is not none.
template <class Id>
Id draw(const entropy& bits) {
  Id drawn;
  do
    drawn = {bits(), bits()};
  while (!drawn);
  return drawn;
}

} // namespace hawser

/// For unordered containers: the bits are random already.
template <class Tag>
struct std::hash<hawser::random_id<Tag>> {
  std::size_t operator()(const hawser::random_id<Tag>& id) const noexcept {
    return static_cast<std::size_t>(id.high ^ id.low);
  }
};
