#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <thread>
#include <vector>

#include "test_context.hpp"

namespace hawser::test {

/// Gives each context a thread that runs its turns whenever it is woken, until the object goes.
/// Until then nothing else may touch the contexts or their handles.
class running {
public:
  explicit running(std::initializer_list<std::reference_wrapper<test_context>> contexts);
  ~running();

  running(const running&) = delete;
  running& operator=(const running&) = delete;

  /// Waits until `condition` holds, which is looked at after turns. Throws after 40 seconds.
  void until(const std::function<bool()>& condition);

private:
  void run(test_context& context, doorbell& bell);

  std::mutex lock_;
  std::condition_variable progress_;
  std::atomic<bool> stopping_{false};
  std::vector<std::shared_ptr<doorbell>> bells_;
  std::vector<std::thread> threads_;
};

/// Runs `code` on a thread with a stack of `bytes` and waits for it.
void run_on_small_stack(std::size_t bytes, const std::function<void()>& code);

} // namespace hawser::test
