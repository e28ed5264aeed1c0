#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hawser/channel.hpp"
#include "hawser/close_reason.hpp"
#include "hawser/detail/channel_side.hpp"
#include "hawser/detail/ref.hpp"
#include "receiver.hpp"

namespace hawser::detail {

/// What became of a pushed message. `adrift`: queued, but the mailbox itself is in a message.
/// `refused`: there was no room.
enum class pushed { queued, adrift, discarded, refused };

/// What an owner found in its mailbox. `low`: what it has posted has been taken, down to the
/// threshold.
enum class taken { nothing, message, close, low };

/// What a `close` event tells.
struct close_notice {
  close_reason reason = close_reason::closed_by_peer;
  std::optional<std::uint64_t> undelivered = 0; ///< None while some may still be taken.
};

/// What few mailboxes have; made when it is first needed, and there as long as the mailbox is.
struct mailbox_extras {
  static constexpr auto never = ~std::uint64_t{0};

  // The taker's comes first and the senders' last, on different cache lines: both are written, or
  // read, for each port.

  /// Ports that have been taken out of this queue; the taker alone writes it.
  std::atomic<std::uint32_t> disembarked{0};

  // How much must have been taken for the amount to be at the threshold, as far as was known when
  // it was armed; `never` while nobody waits for it.
  std::atomic<std::uint64_t> low_at{never};

  // While the end whose queue this is travels: how much of what waits here does not count in the
  // queue it travels in, because it was posted too deep inside.
  std::int64_t uncharged_bytes = 0;

  // What reports tell of the end whose queue this is.
  std::string label;
  std::vector<std::uint64_t> owners;

  // Who wants to know when it is closed.
  std::vector<ref<mailbox_owner>> close_watchers;

  // What the sender wants to know of the queue it fills.
  std::uint64_t threshold = 0;
  std::uint64_t step = 0; ///< Told each time so much has been taken; 0: only at the threshold.

  // What waits in ports that travel in this queue. Below zero for a moment when a taker is faster
  // than a poster that is about to add what the taker has seen already.
  std::atomic<std::int64_t> carried_bytes{0};

  std::uint32_t embarked = 0; ///< Ports that have set out in this queue.
  bool keeps_history = false;
  bool asked = false; ///< Somebody listens for a fall.
  bool armed = false; ///< The amount is above the threshold, and its fall will be told.
};

/// Whose queue holds the message an endpoint travels in.
using carrier = channel_side;

/// One leg of the way of an endpoint in transit.
struct voyage {
  carrier in;
  std::uint32_t number = 0; ///< Tells it from earlier ones in the same carrier.

  friend bool operator==(const voyage&, const voyage&) noexcept = default;
};

} // namespace hawser::detail
