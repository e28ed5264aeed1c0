#pragma once

#include <cstddef>
#include <cstdint>

#include "hawser/frame.hpp"

/// The numbers of the format of frames, both directions' common knowledge. `runtime/WIRE.md` is the
/// document to them.
namespace hawser::detail::frame_format {

/// The first byte. Values travel between nodes: never reuse or renumber one.
enum class kind : std::uint8_t {
  data = 1,
  fin = 2,
  outbox = 3,
  end = 4,
  announce = 5,
  bind = 6,
  start = 7,
  decline = 8,
  credit = 9,
  broken = 10,
  gone = 11,
  window = 12,
  window_watch = 13,
  window_closed = 14,
  run = 15,
};

template <class Frame>
inline constexpr kind kind_of = {};
template <>
inline constexpr kind kind_of<data_frame> = kind::data;
template <>
inline constexpr kind kind_of<fin_frame> = kind::fin;
template <>
inline constexpr kind kind_of<outbox_frame> = kind::outbox;
template <>
inline constexpr kind kind_of<end_frame> = kind::end;
template <>
inline constexpr kind kind_of<announce_frame> = kind::announce;
template <>
inline constexpr kind kind_of<bind_frame> = kind::bind;
template <>
inline constexpr kind kind_of<start_frame> = kind::start;
template <>
inline constexpr kind kind_of<decline_frame> = kind::decline;
template <>
inline constexpr kind kind_of<credit_frame> = kind::credit;
template <>
inline constexpr kind kind_of<broken_frame> = kind::broken;
template <>
inline constexpr kind kind_of<gone_frame> = kind::gone;
template <>
inline constexpr kind kind_of<run_frame> = kind::run;
template <>
inline constexpr kind kind_of<window_frame> = kind::window;
template <>
inline constexpr kind kind_of<window_watch_frame> = kind::window_watch;
template <>
inline constexpr kind kind_of<window_closed_frame> = kind::window_closed;

// What a byte of flags says. Bits that mean nothing are zero.
using flags = std::uint8_t;
inline constexpr flags message_trouble = 1;      ///< Why there is no data, instead of data.
inline constexpr flags port_direct = 1;          ///< `port_descriptor::direct`.
inline constexpr flags fin_taken = 1;            ///< `taken` follows.
inline constexpr flags bind_own_key = 1;         ///< `own_key` follows.
inline constexpr flags window_target_origin = 1; ///< `target_origin` follows.
inline constexpr flags window_source = 2;        ///< `source` follows.

inline constexpr std::size_t id_bytes = 16;

/// The fewest bytes a run of posts, a port and a message of a run take: what a count is checked
/// against before memory is taken for so many.
inline constexpr std::size_t run_bytes_min = 2;
inline constexpr std::size_t port_bytes_min = id_bytes;

/// In a run every message has data, of as many bytes as the shortest value.
inline constexpr std::size_t run_data_bytes_min = 2;
inline constexpr std::size_t run_message_bytes_min = 3 + run_data_bytes_min;

inline constexpr unsigned number_bits = 7;        ///< In each byte of a number.
inline constexpr std::uint8_t number_more = 0x80; ///< Set in all its bytes but the last.
inline constexpr std::size_t number_bytes_max = 10;

inline constexpr auto close_reason_last = close_reason::loop;

} // namespace hawser::detail::frame_format
