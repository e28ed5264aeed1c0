#include "moved_answer.hpp"

#include "two_contexts.hpp"

namespace bench {
namespace {

class moved_answer : public two_contexts {
public:
  explicit moved_answer(hawser::system& sys) : two_contexts(sys, distance::remote) { open(); }

  duration run(std::uint64_t count) override {
    const auto taken = two_contexts::run(count);
    await_ports(system_, 1);
    await_ports(far_system(), 1);
    return taken;
  }

private:
  void prepare_far(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([](hawser::message_event& ev) {
      const auto moved = ev.ports().at(0);
      moved.on_message([moved](hawser::message_event& asked) {
        post(moved, payload(number_in(asked.data()[0])));
      });
    });
  }

  void start(hawser::browsing_context& self, const hawser::message_port& port,
             std::uint64_t) override {
    watch_.start();
    ask(self, port, 0);
  }

  void ask(hawser::browsing_context& self, const hawser::message_port& port, std::uint64_t number) {
    const auto [mine, theirs] = self.make_channel();
    post(port, "your port", {theirs});
    post(mine, payload(number));
    mine.on_message([this, &self, port, number, mine = mine](hawser::message_event& ev) {
      const bool last = arrived(check_, ev.data());
      mine.close();
      if (last)
        watch_.stop();
      else
        ask(self, port, number + 1);
    });
  }
};

} // namespace

std::unique_ptr<workload> make_moved_answer(hawser::system& sys) {
  return std::make_unique<moved_answer>(sys);
}

} // namespace bench
