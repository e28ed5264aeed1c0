#pragma once

#include <cstdint>

namespace bench {

/// What the ports of a channel have while they wait.
enum class idle_port {
  bare,      ///< A handle, nothing else.
  listening, ///< A handle and a message handler that captures a pointer.
};

/// Resident bytes of one idle channel, out of `count`. Meaningful once in a process that has done
/// nothing before, since memory that was freed is used again.
double idle_channel_bytes(std::uint64_t count, idle_port kind);

/// The same of one context that has started and waits; whoever opened it has a handle.
double idle_context_bytes(std::uint64_t count);

} // namespace bench
