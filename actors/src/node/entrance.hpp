#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include <caf/actor.hpp>

namespace hawser::detail {

/// The way to a node's broker for threads that may outlive it. A broker of CAF 0.18 keeps for ever
/// what is sent to it after its end.
class entrance {
public:
  void open(caf::actor broker);
  void close();
  void post(std::function<void()> work);

  std::atomic<unsigned> dialling = 0; ///< Threads, also those whose outcome comes too late.

private:
  std::mutex lock_;
  caf::actor broker_;
};

} // namespace hawser::detail
