#pragma once

#include <cstddef>
#include <cstdint>

namespace hawser {

/// What the wire format of values may cost, whatever the other side does. A bound that is hit gives
/// an error that names it. Zero is not "unlimited" anywhere; use a large number.
struct wire_limits {
  /// Bytes of one encoded value, its version byte included. Encoding a larger one gives
  /// `data_clone_error`, decoding `data_decode_error`; so do the other limits.
  std::uint64_t encoded_bytes_max = std::uint64_t{1} << 28;

  /// Estimated memory of one decoded value, counted as `value::byte_size` counts it. Needed because
  /// a byte of input can become a hundred bytes of containers. Only decoding looks at it.
  std::uint64_t decoded_bytes_max = std::uint64_t{1} << 30;

  /// Nesting of arrays, objects, maps, sets, errors and platform objects, as in
  /// `limits::value_depth_max`.
  std::size_t depth_max = 1000;

  /// Parts that are marked so that they can be referred to.
  std::size_t references_max = std::size_t{1} << 20;
};

/// Those between nodes: what may wait in a port's queue may go to another node too.
inline constexpr wire_limits node_wire_limits{std::uint64_t{1} << 31, std::uint64_t{1} << 33, 1000,
                                              std::size_t{1} << 24};

/// Where an encoded value stands.
enum class wire_scope : std::uint8_t {
  value,   ///< By itself, in a file for example: no ports and no platform objects.
  message, ///< In a message, which carries its transferred ports beside it.
};

/// What both directions agree on.
struct wire_options {
  wire_limits limits = {};
  wire_scope scope = wire_scope::value;

  /// The ports the message carries: a mention of any other is a `data_decode_error`.
  std::size_t transferred_ports = 0;
};

} // namespace hawser
