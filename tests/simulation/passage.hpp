#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "end_name.hpp"
#include "linking/lanes.hpp"

namespace hawser::simulation {

/// From one node to another as links do it: small frames in batches, large ones in pieces, with
/// whatever may overtake those between them.
class passage {
public:
  struct record {
    detail::lane_record lane = {};
    std::vector<std::byte> body;
  };

  explicit passage(std::size_t piece_bytes)
    : out_(piece_bytes, pieces_at_once), in_({}, pieces_at_once, ~std::uint64_t{0}) {}

  bool empty() const { return out_.empty(); }

  void push(const frame& what) { out_.push(what); }

  /// What leaves next.
  std::optional<record> next() {
    record made;
    const auto lane = out_.next(made.body);
    if (!lane)
      return std::nullopt;
    made.lane = *lane;
    return made;
  }

  /// The frames that have arrived with it.
  std::vector<frame> read(const record& what) {
    std::vector<frame> arrived;
    const auto err = what.lane == detail::lane_record::batch ? in_.batch(what.body, arrived)
                                                             : in_.piece(what.body, arrived);
    if (err)
      throw violation{"a record cannot be read: " + std::string{err.what()}};
    return arrived;
  }

private:
  static constexpr std::size_t pieces_at_once = 3;

  detail::outgoing_lanes out_;
  detail::incoming_lanes in_;
};

} // namespace hawser::simulation
