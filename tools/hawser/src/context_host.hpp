#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <hawser/behaviour.hpp>
#include <hawser/system.hpp>

namespace hawser::tool {

/// What a context is told in the first message to its window, beside its ports: one for the runner,
/// which closes with the context, and then those with names.
struct assignment {
  std::string name;
  std::string runs;
  std::size_t index = 0;
  std::size_t count = 1;
  value arguments;
  std::vector<std::string> ports;
};

value to_value(assignment what);

/// Runs behaviours in contexts: every context waits for its assignment and then becomes what it
/// says. Shared by the contexts of a run, used on their threads.
class context_host : public std::enable_shared_from_this<context_host> {
public:
  explicit context_host(const behaviour_catalogue& behaviours) : behaviours_(behaviours) {}

  /// For `system::open`.
  start_function start();

  /// How many assignments have been taken, and their bytes: traffic that is none of the topology's.
  std::uint64_t assignments() const noexcept { return assignments_.load(); }

  std::uint64_t assignment_bytes() const noexcept { return assignment_bytes_.load(); }

private:
  void begin(browsing_context* self, message_event& ev);

  const behaviour_catalogue& behaviours_;
  std::atomic<std::uint64_t> assignments_{0};
  std::atomic<std::uint64_t> assignment_bytes_{0};
};

} // namespace hawser::tool
