#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "hawser/error.hpp"
#include "hawser/frame.hpp"

namespace hawser {

/// What a frame may cost, whatever the other node does.
struct frame_limits {
  /// Bytes of one encoded frame.
  std::uint64_t frame_bytes_max = std::uint64_t{1} << 31;

  /// Ports one message brings.
  std::size_t ports_max = 4096;

  /// Runs of posts one port brings.
  std::size_t runs_max = std::size_t{1} << 14;

  /// Bytes of one text: an origin, a name, a contact.
  std::size_t text_bytes_max = 4096;
};

/// Appends the frame, as `runtime/WIRE.md` describes it.
void encode(const frame& from, std::vector<std::byte>& to);

/// One whole frame and nothing behind it. Every sequence of bytes gives a frame or a
/// `data_decode_error` that names the byte.
result<frame> decode_frame(std::span<const std::byte> from, const frame_limits& bounds = {});

namespace detail {

/// The same, at the end of a list that an error leaves as it was.
error append_frame(std::span<const std::byte> from, const frame_limits& bounds,
                   std::vector<frame>& to);

} // namespace detail

} // namespace hawser
