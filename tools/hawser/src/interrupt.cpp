#include "interrupt.hpp"

#include <atomic>
#include <csignal>
#include <unistd.h>

namespace hawser::tool {
namespace {

std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler writes it");

void on_signal(int number) {
  if (caught.exchange(number) != 0)
    _exit(128 + number);
}

} // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int interrupted() noexcept {
  return caught;
}

} // namespace hawser::tool
