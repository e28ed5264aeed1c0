#include "idle.hpp"

#include <atomic>
#include <chrono>
#include <fstream>
#include <future>
#include <span>
#include <thread>
#include <vector>

#include <unistd.h>

#include <hawser/hawser.hpp>

namespace bench {
namespace {

double resident_bytes() {
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  std::ifstream{"/proc/self/statm"} >> total_pages >> resident_pages;
  return static_cast<double>(resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void make_idle(hawser::browsing_context& self, idle_port kind,
               std::span<hawser::message_channel> into) {
  for (auto& channel : into) {
    channel = self.make_channel();
    if (kind == idle_port::listening)
      for (const auto* port : {&channel.port1, &channel.port2})
        port->on_message([&self](hawser::message_event&) { self.close(); });
  }
}

// Opens so many contexts and waits until all that were ever opened have started.
void open_idle(hawser::system& sys, std::atomic<std::uint64_t>& started,
               std::span<hawser::window_proxy> into) {
  const auto all = started + into.size();
  for (auto& window : into)
    window = sys.open("hawser://idle", [&started](hawser::browsing_context*) { ++started; });
  while (started != all)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

} // namespace

double idle_channel_bytes(std::uint64_t count, idle_port kind) {
  std::promise<double> measured;
  hawser::system sys;
  sys.open("hawser://idle", [&measured, count, kind](hawser::browsing_context* self) {
    constexpr std::uint64_t warm_up_channels = 1000;
    // The handles themselves are the application's: their memory is touched before.
    std::vector<hawser::message_channel> kept(warm_up_channels + count);
    const auto counted = std::span{kept}.subspan(warm_up_channels);
    make_idle(*self, kind, std::span{kept}.first(warm_up_channels));
    const auto before = resident_bytes();
    make_idle(*self, kind, counted);
    measured.set_value((resident_bytes() - before) / static_cast<double>(count));
    self->close();
  });
  return measured.get_future().get();
}

double idle_context_bytes(std::uint64_t count) {
  constexpr std::uint64_t warm_up_contexts = 1000;
  std::atomic<std::uint64_t> started = 0;
  // As above, the handles are the application's.
  std::vector<hawser::window_proxy> kept(warm_up_contexts + count);
  hawser::system sys;
  open_idle(sys, started, std::span{kept}.first(warm_up_contexts));
  const auto before = resident_bytes();
  open_idle(sys, started, std::span{kept}.subspan(warm_up_contexts));
  const auto grown = resident_bytes() - before;
  sys.close_all();
  return grown / static_cast<double>(count);
}

} // namespace bench
