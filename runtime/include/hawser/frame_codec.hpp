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

  /// Messages of one run.
  std::size_t run_messages_max = 4096;

  /// Bytes of one text: an origin, a name, a contact.
  std::size_t text_bytes_max = 4096;
};

/// How much room `encode` leaves at most.
inline constexpr std::size_t frame_room_max = 64;

/// Appends the frame, as `runtime/WIRE.md` describes it, after `room` zero bytes for whatever the
/// caller puts before it.
void encode(const frame& from, std::vector<std::byte>& to, std::size_t room = 0);

/// One whole frame and nothing behind it. Every sequence of bytes gives a frame or a
/// `data_decode_error` that names the byte.
result<frame> decode_frame(std::span<const std::byte> from, const frame_limits& bounds = {});

namespace detail {

class growing_bytes;

/// The frame up to the data of its message, which is what comes last.
void encode_head(const frame& from, std::vector<std::byte>& to);

/// As `decode_frame`, at the end of a list that an error leaves as it was.
error append_frame(std::span<const std::byte> from, const frame_limits& bounds,
                   std::vector<frame>& to);

/// The same, and its data stays in the memory that is given up for it.
error append_frame(growing_bytes&& from, const frame_limits& bounds, std::vector<frame>& to);

} // namespace detail

} // namespace hawser
