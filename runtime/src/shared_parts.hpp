#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hawser/value.hpp"

namespace hawser::detail {

/// Which parts of a value occur in it more than once, buffers under views among them.
///
/// Only what has several references can, so that a value nobody shares parts of costs one look at
/// every part and no memory.
class shared_parts {
public:
  struct part {
    const void* identity = nullptr;
    std::uint32_t mentions = 0;
    std::uint32_t number = 0; ///< For whoever uses the list; 0 at first.
  };

  /// Forgets what it knew and looks through `root`.
  void scan(const value& root);

  /// Does anything occur more than once?
  bool any() const noexcept { return repeated_ > 0; }

  std::size_t repeated() const noexcept { return repeated_; }

  /// About the bytes that it all takes on the wire, if nothing occurs more than once.
  std::uint64_t wire_bytes() const noexcept {
    constexpr std::uint64_t spare = 64; // For the version and the heads of what is very large.
    return memory_ - std::min(memory_, saved_) + spare;
  }

  /// The part, if it occurs more than once; null otherwise.
  part* repeated(const void* identity) noexcept;

private:
  void look_at(const value& from, unsigned levels);
  void look_closer(const value& from, unsigned levels);
  void look_into(const value& from, unsigned levels);
  bool mention(const void* identity);
  part& slot_of(const void* identity) noexcept;
  void grow();

  std::vector<part> slots_; ///< Open addressing, at most half full.
  std::size_t known_ = 0;
  std::size_t repeated_ = 0;
  std::uint64_t memory_ = 0;
  std::uint64_t saved_ = 0; ///< Of the memory, on the wire.
  std::vector<const value*> pending_;
};

} // namespace hawser::detail
