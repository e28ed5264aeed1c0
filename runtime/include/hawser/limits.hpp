#pragma once

#include <cstddef>
#include <cstdint>

namespace hawser {

/// Every bound of a context, in one place. A bound that is hit gives an error or an event, never a
/// silent drop. Zero is not "unlimited" anywhere; use a large number.
struct limits {
  /// Bytes waiting in one port's message queue. At the bound the peer's `post_message` returns
  /// `quota_exceeded_error` and posts nothing: DEVIATION(D4). The bytes of a value are an
  /// estimate of its size in memory, shared parts counted once per mention. What waits inside ports
  /// that travel in the queue counts as `message_port::buffered_amount` says.
  std::uint64_t queue_bytes_max = std::uint64_t{1} << 31;

  /// Messages waiting in one port's message queue; the same error.
  std::uint64_t queue_messages_max = std::uint64_t{1} << 24;

  /// Bytes that one context has posted through its ports and that nobody has taken, each byte once,
  /// wherever the ports they wait in travel: those of the ports it owns, and what is left of the
  /// ports it closed. A port that is moved away takes its share along. At the bound `post_message`
  /// on its ports returns `quota_exceeded_error` and posts nothing. Window messages have the bound
  /// of the window's own queue.
  std::uint64_t posted_bytes_per_context_max = std::uint64_t{1} << 32;

  /// Transferred ports and buffers in one message; more give `data_clone_error`.
  std::size_t transfers_per_message_max = 4096;

  /// Nesting of arrays, objects, maps, sets and errors in one message; deeper values give
  /// `data_clone_error`. Not more than `value::depth_max - 1` in effect.
  std::size_t value_depth_max = 1000;

  /// Ports one context owns at a time. A message that would bring more becomes a `messageerror`
  /// and its ports are closed. Channels the context makes itself are not refused.
  std::size_t ports_per_context_max = std::size_t{1} << 24;

  /// Events one port may deliver before the next port of the context gets its chance.
  std::size_t deliveries_per_port_max = 32;

  /// Events one context may deliver before its actor looks at its other work.
  std::size_t deliveries_per_turn_max = 256;

  friend bool operator==(const limits&, const limits&) noexcept = default;
};

} // namespace hawser
