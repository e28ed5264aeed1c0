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
  /// A number for each port, told to the runner when the context sees `close` at it; may be empty.
  std::vector<std::uint64_t> ends;
};

value to_value(assignment what);

/// Runs behaviours in contexts: every context waits for its assignment and then becomes what it
/// says. What others post to its window before that is kept for the behaviour. Shared by the
/// contexts of a run, used on their threads.
class context_host : public std::enable_shared_from_this<context_host> {
public:
  /// Assignments come from `runner`, and from nobody else.
  context_host(const behaviour_catalogue& behaviours, window_proxy runner)
    : behaviours_(behaviours), runner_(std::move(runner)) {}

  /// For `system::open`.
  start_function start();

  /// How many assignments have been taken, and their bytes: traffic that is none of the topology's.
  std::uint64_t assignments() const noexcept { return assignments_.load(); }

  std::uint64_t assignment_bytes() const noexcept { return assignment_bytes_.load(); }

private:
  struct waiting_room;

  void receive(browsing_context* self, waiting_room& in, const message_event& ev);
  void begin(browsing_context* self, const message_event& assigned);
  void watch_closes(const message_event& assigned);
  void report_failure(const std::string& what) const;
  void fail(browsing_context* self, const std::string& what) const;

  const behaviour_catalogue& behaviours_;
  const window_proxy runner_;
  std::atomic<std::uint64_t> assignments_{0};
  std::atomic<std::uint64_t> assignment_bytes_{0};
};

} // namespace hawser::tool
