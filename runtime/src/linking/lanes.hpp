#pragma once

// The order in which frames leave, and how they are put together again.
//
// Small frames go as they come, many in one record. A large one goes in pieces, with small ones of
// other channels between them. What must not overtake it waits: frames from the same waypoint, and
// frames to the ends it brings, with whatever those bring in turn. Routing needs no more order than
// that.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "growing_bytes.hpp"
#include "hawser/error.hpp"
#include "hawser/frame_codec.hpp"

namespace hawser::detail {

/// Which records carry frames. Values travel.
enum class lane_record : std::uint8_t {
  batch = 3, ///< Whole frames, each after its length.
  piece = 4, ///< A part of one.
};

class outgoing_lanes {
public:
  outgoing_lanes(std::size_t piece_bytes_max, std::size_t pieces_at_once_max)
    : piece_bytes_max_(piece_bytes_max), pieces_at_once_max_(pieces_at_once_max) {}

  void push(const frame& what);

  /// The body of the next record, appended to `to`.
  std::optional<lane_record> next(std::vector<std::byte>& to);

  bool empty() const noexcept { return small_.empty() && large_.empty(); }

  /// What waits.
  std::uint64_t bytes() const noexcept { return bytes_; }

  /// How much of it is no message, and so held back by nobody.
  std::uint64_t control_bytes() const noexcept { return control_bytes_; }

private:
  using waypoint_set = std::unordered_set<waypoint_id>;

  /// A frame that must not go yet. The order is that of `push`, and outlasts a change of what it
  /// waits for.
  struct waiting_frame {
    std::uint64_t order;
    frame what;
  };

  /// A frame on its way in pieces.
  struct large_frame {
    std::uint32_t number;
    std::uint64_t batches_before; ///< That have to be gone when the last piece goes.
    std::vector<std::byte> bytes; ///< Of its head, or all of it.
    encoded_data data;            ///< What comes behind them: it is sent from where it is.
    std::size_t left = 0;
    std::size_t part = 0; ///< 0 is `bytes`, the others are those of the data;
    std::size_t sent = 0; ///< so much of it has gone.
    waypoint_set held_up; ///< What these say or are told waits.
    std::deque<waiting_frame> waiting;

    void pass_on(std::size_t count, std::vector<std::byte>& to);
  };

  /// Whole frames, each after its length.
  struct small_batch {
    std::vector<std::byte> bytes;
    std::uint64_t control_bytes = 0;
  };

  void push(const frame& what, std::uint64_t order);
  /// `bytes` are the frame, unless its data is large: then none.
  void push_large(const frame& what, std::vector<std::byte> bytes, std::uint64_t order);
  small_batch& begin_batch();
  void wait_for(large_frame& first, const frame& what, std::uint64_t order);
  large_frame* in_the_way_of(const frame& what);
  bool find_piece();
  void next_piece(std::vector<std::byte>& to);

  std::size_t piece_bytes_max_;
  std::size_t pieces_at_once_max_;
  std::deque<small_batch> small_;
  std::deque<large_frame> large_;
  std::size_t turn_ = 0; // of the large ones
  bool piece_next_ = false;
  std::uint32_t last_number_ = 0;
  std::uint64_t last_order_ = 0;
  std::uint64_t batches_begun_ = 0;
  std::uint64_t batches_gone_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t control_bytes_ = 0;
  std::vector<std::byte> spare_; // a batch that is gone, for its memory
};

class incoming_lanes {
public:
  incoming_lanes(const frame_limits& bounds, std::size_t pieces_at_once_max,
                 std::uint64_t incomplete_bytes_max)
    : bounds_(bounds),
      pieces_at_once_max_(pieces_at_once_max),
      incomplete_bytes_max_(incomplete_bytes_max) {}

  /// The body of a record. Frames that are complete are appended to `to`.
  error batch(std::span<const std::byte> body, std::vector<frame>& to);
  error piece(std::span<const std::byte> body, std::vector<frame>& to);

private:
  frame_limits bounds_;
  std::size_t pieces_at_once_max_;
  std::uint64_t incomplete_bytes_max_;
  std::map<std::uint32_t, growing_bytes> incomplete_;
  std::uint64_t incomplete_bytes_ = 0;
};

} // namespace hawser::detail
