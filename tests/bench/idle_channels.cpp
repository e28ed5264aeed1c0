#include "idle_channels.hpp"

#include <fstream>
#include <future>
#include <span>
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

} // namespace bench
