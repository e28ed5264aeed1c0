// A fast producer and a slow consumer. The producer posts a burst above its threshold, waits until
// `bufferedamountlow` tells it that the consumer has caught up, and goes on: memory stays where it
// is, however many messages there are. An argument gives another number of them. Prints:
//
//   10000 messages of 1 KB have arrived in order
//   what waited never exceeded the threshold and one burst

#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

#include <hawser/hawser.hpp>

constexpr std::uint64_t threshold_bytes = 65'536;
constexpr std::uint64_t burst_bytes = 32'768;

hawser::value numbered(std::uint64_t number) {
  return hawser::array{number, std::string(1000, '.')};
}

void produce(const hawser::message_port& port, std::uint64_t count) {
  struct progress {
    std::uint64_t posted = 0;
    bool in_bounds = true;
  };
  const auto sofar = std::make_shared<progress>();
  const auto post_burst = [port, count, sofar] {
    while (sofar->posted < count && port.buffered_amount() < threshold_bytes + burst_bytes)
      if (port.post_message(numbered(sofar->posted++)))
        sofar->in_bounds = false; // The queue has a limit, too.
    if (sofar->posted == count)
      port.post_message(sofar->in_bounds ? "never" : "once");
  };
  port.buffered_amount_low_threshold(threshold_bytes);
  port.on_buffered_amount_low([post_burst, count, sofar] {
    if (sofar->posted < count)
      post_burst();
  });
  post_burst();
}

void consume(hawser::browsing_context* self) {
  self->on_message([self](hawser::message_event& handed) {
    auto next = std::make_shared<std::uint64_t>(0);
    const auto port = handed.ports().at(0);
    port.on_message([self, next](hawser::message_event& ev) {
      if (const auto* exceeded = ev.data().get_if<std::string_view>()) {
        std::cout << *next << " messages of 1 KB have arrived in order\n"
                  << "what waited " << *exceeded << " exceeded the threshold and one burst\n";
        return self->close();
      }
      // Comparing them as texts makes it slow.
      if (to_string(ev.data()) != to_string(numbered((*next)++)))
        std::cout << "out of order: " << to_string(ev.data()) << '\n';
    });
  });
}

int main(int argc, char** argv) {
  const auto count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000;
  hawser::system sys;
  const auto consumer = sys.open("https://consumer.example/", consume);
  hawser::open_options options;
  options.limits.emplace().queue_bytes_max = threshold_bytes + burst_bytes + 2048;
  const auto start = [consumer, count](hawser::browsing_context* self) {
    auto [mine, its] = self->make_channel();
    consumer.post_message("your messages", "*", {its});
    mine.on_close([self, mine = mine] { self->close(); });
    produce(mine, count);
  };
  sys.open("https://producer.example/", start, options);
}
