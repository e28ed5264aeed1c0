#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "growing_bytes.hpp"
#include "hawser/encoded_data.hpp"
#include "hawser/value.hpp"

namespace hawser::detail {

/// Bytes that stay in the buffer of a value.
struct kept_bytes {
  std::size_t at; ///< How many of those that are not kept come before.
  std::span<const std::byte> bytes;
  value owner;
};

/// Makes data of memory that is given up or kept for it.
class encoded_data_sources {
public:
  /// Takes over what is behind the first `skipped` bytes, which are not more than there are. Only
  /// the data is counted where it waits: where more than a small part of the memory would be
  /// something else, it is not kept.
  static encoded_data owned(growing_bytes bytes, std::size_t skipped = 0);

  /// Takes over `own`, and shows what `kept` has where that says. In the order of their places.
  static encoded_data gathered(growing_bytes own, std::vector<kept_bytes> kept);
};

} // namespace hawser::detail
