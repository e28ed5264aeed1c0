#include "many_ports.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <random>
#include <vector>

#include "countdown.hpp"
#include "two_contexts.hpp"

namespace bench {
namespace {

constexpr std::uint64_t wanderers = 100'000; // messages under way at a time
constexpr std::uint64_t seed = 20;           // Every run sees the same worlds.

// A wanderer is `[number, text]` as in the other rows. Its number is how often it has yet to be
// posted; the text is checked at every stop.
class many_ports : public workload {
public:
  many_ports(hawser::system& sys, std::uint64_t contexts, std::uint64_t ports_per_context)
    : system_(sys), ports_per_context_(ports_per_context), ready_(contexts) {
    for (std::uint64_t i = 0; i < contexts; ++i)
      contexts_.push_back(
        sys.open("hawser://crowd", [this, i](hawser::browsing_context* self) { live(*self, i); }));
    sys.open("hawser://maker", [this](hawser::browsing_context* self) {
      connect(*self);
      self->close();
    });
    ready_.await();
  }

  ~many_ports() override {
    system_.close_all();
    system_.await_all_closed();
  }

  duration run(std::uint64_t count) override {
    if (count % wanderers != 0)
      fail("the posts cannot be dealt out evenly");
    watch_.reset();
    home_ = 0;
    started_.clear();
    const auto here = wanderers / contexts_.size();
    for (const auto& each : contexts_)
      if (const auto err = each.post_message(hawser::array{count / wanderers, here}, "*"))
        fail(err.what());
    return watch_.await();
  }

private:
  // Connects all ports at random and hands every context its own, in one message. Keeps no handle
  // of them: while there is one, the port that moves finds the room in its channel taken.
  void connect(hawser::browsing_context& self) {
    std::vector<hawser::message_port> ends(contexts_.size() * ports_per_context_);
    for (std::size_t i = 0; i < ends.size(); i += 2) {
      const auto channel = self.make_channel();
      ends[i] = channel.port1;
      ends[i + 1] = channel.port2;
    }
    std::ranges::shuffle(ends, std::mt19937_64{seed});
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      const auto first = ends.begin() + static_cast<std::ptrdiff_t>(i * ports_per_context_);
      hawser::transfer_list own;
      for (std::uint64_t each = 0; each < ports_per_context_; ++each)
        own.add(std::move(first[static_cast<std::ptrdiff_t>(each)]));
      if (const auto err = contexts_[i].post_message("your ports", "*", std::move(own)))
        fail(err.what());
    }
  }

  struct inhabitant {
    std::vector<hawser::message_port> ports;
    std::minstd_rand choice;

    void post_on(std::uint64_t posts_left) {
      post(ports[choice() % ports.size()], payload(posts_left));
    }
  };

  void live(hawser::browsing_context& self, std::uint64_t number) {
    auto own = std::make_shared<inhabitant>();
    own->choice.seed(static_cast<std::uint32_t>(seed + number));
    self.on_message([this, own](hawser::message_event& ev) {
      if (ev.ports().empty()) {
        if (!started_.test_and_set())
          watch_.start();
        for (auto left = number_in(ev.data()[1]); left > 0; --left)
          own->post_on(number_in(ev.data()[0]) - 1);
        return;
      }
      own->ports = ev.ports();
      for (const auto& port : own->ports)
        port.on_message([this, own = own.get()](hawser::message_event& got) { meet(*own, got); });
      ready_.happened();
    });
  }

  void meet(inhabitant& own, const hawser::message_event& got) {
    const auto* text = got.data()[1].get_if<std::string_view>();
    if (text == nullptr || text->size() != payload_text.size())
      fail("a message arrived changed");
    const auto left = number_in(got.data()[0]);
    if (left > 0)
      own.post_on(left - 1);
    else if (++home_ == wanderers)
      watch_.stop();
  }

  hawser::system& system_;
  const std::uint64_t ports_per_context_;
  stopwatch watch_;
  countdown ready_;
  std::atomic_flag started_;
  std::atomic<std::uint64_t> home_ = 0;
  std::vector<hawser::window_proxy> contexts_;
};

} // namespace

std::unique_ptr<workload> make_many_ports(hawser::system& sys, std::uint64_t contexts,
                                          std::uint64_t ports_per_context) {
  return std::make_unique<many_ports>(sys, contexts, ports_per_context);
}

} // namespace bench
