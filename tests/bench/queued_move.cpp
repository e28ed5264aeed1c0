#include "queued_move.hpp"

#include "two_contexts.hpp"

namespace bench {
namespace {

class queued_move : public two_contexts {
public:
  queued_move(hawser::system& sys, std::uint64_t queued)
    : two_contexts(sys, distance::local), queued_(queued) {
    open();
  }

  // After all these moves the queue has to be whole.
  ~queued_move() override { two_contexts::run(read_the_queue); }

private:
  static constexpr std::uint64_t read_the_queue = 0; // A run of no moves.

  void prepare_far(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message(
      [port = port](hawser::message_event& ev) { post(port, "back", {ev.ports().at(0)}); });
  }

  void prepare_near(hawser::browsing_context& self, const hawser::message_port& port) override {
    const auto [peer, mover] = self.make_channel();
    for (std::uint64_t i = 0; i < queued_; ++i)
      post(peer, payload(i));
    peer_ = peer;
    mover_ = mover;
    port.on_message([this, port = port](hawser::message_event& ev) {
      mover_ = ev.ports().at(0);
      if (--round_trips_left_ == 0)
        watch_.stop();
      else
        post(port, "there", {mover_});
    });
  }

  void start(hawser::browsing_context&, const hawser::message_port& port,
             std::uint64_t count) override {
    watch_.start();
    if (count == read_the_queue) {
      read();
      return;
    }
    round_trips_left_ = count / 2;
    post(port, "there", {mover_});
  }

  void read() {
    check_.expect(queued_ + 1);
    mover_.on_message([this](hawser::message_event& ev) {
      if (!arrived(check_, ev.data()))
        return;
      mover_ = peer_ = {};
      watch_.stop();
    });
    post(peer_, payload(queued_));
  }

  const std::uint64_t queued_;
  hawser::message_port peer_;  // the near context's, as the next two
  hawser::message_port mover_; // empty while it is away
  std::uint64_t round_trips_left_ = 0;
};

} // namespace

std::unique_ptr<workload> make_full_move(hawser::system& sys) {
  return std::make_unique<queued_move>(sys, 100'000);
}

std::unique_ptr<workload> make_empty_move(hawser::system& sys) {
  return std::make_unique<queued_move>(sys, 0);
}

} // namespace bench
