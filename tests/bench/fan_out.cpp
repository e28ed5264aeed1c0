#include "fan_out.hpp"

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include "countdown.hpp"
#include "two_contexts.hpp"

namespace bench {
namespace {

constexpr std::uint64_t receivers = 10'000;

// Receiver r gets the numbers r, r + 10,000, r + 20,000 and so on. Each checks its own; the last
// one that is done knows that all are.
class receivers_check {
public:
  void expect(std::uint64_t count) {
    if (count % receivers != 0)
      fail("the messages cannot be dealt out evenly");
    end_ = count;
    left_ = receivers;
    next_.resize(receivers);
    for (std::uint64_t i = 0; i < receivers; ++i)
      next_[i] = i;
  }

  /// True for the last message of all.
  bool arrived(std::uint64_t receiver, std::uint64_t number, std::string_view text) {
    auto& next = next_[receiver];
    if (number != next || text.size() != payload_text.size())
      fail("a message arrived out of order, changed or at the wrong place");
    next += receivers;
    return next >= end_ && --left_ == 0;
  }

private:
  std::uint64_t end_ = 0;
  std::vector<std::uint64_t> next_;
  std::atomic<std::uint64_t> left_ = 0;
};

class hawser_fan_out : public workload {
public:
  hawser_fan_out(hawser::system& sys, std::uint64_t owners) : system_(sys), ready_(receivers) {
    for (std::uint64_t i = 0; i < owners; ++i)
      owners_.push_back(
        sys.open("hawser://receiver", [this](hawser::browsing_context* self) { receive(*self); }));
    sender_ = sys.open("hawser://sender", [this](hawser::browsing_context* self) { send(*self); });
    ready_.await();
  }

  ~hawser_fan_out() override {
    system_.close_all();
    system_.await_all_closed();
  }

  duration run(std::uint64_t count) override {
    watch_.reset();
    check_.expect(count);
    sender_.post_message(count, "*");
    return watch_.await();
  }

private:
  // Its window gets a port, or several, each with its number among all.
  void receive(hawser::browsing_context& self) {
    self.on_message([this](hawser::message_event& ev) {
      ev.ports().at(0).on_message([this, which = number_in(ev.data())](hawser::message_event& got) {
        const auto* text = got.data()[1].get_if<std::string_view>();
        if (check_.arrived(which, number_in(got.data()[0]),
                           text == nullptr ? std::string_view{} : *text))
          watch_.stop();
      });
      ready_.happened();
    });
  }

  void send(hawser::browsing_context& self) {
    std::vector<hawser::message_port> ports;
    for (std::uint64_t i = 0; i < receivers; ++i) {
      const auto [mine, theirs] = self.make_channel();
      ports.push_back(mine);
      if (const auto err = owners_[i % owners_.size()].post_message(i, "*", {theirs}))
        fail(err.what());
    }
    self.on_message([this, ports = std::move(ports)](hawser::message_event& ev) {
      const auto count = number_in(ev.data());
      watch_.start();
      for (std::uint64_t i = 0; i < count; ++i)
        post(ports[i % receivers], payload(i));
    });
  }

  hawser::system& system_;
  stopwatch watch_;
  receivers_check check_;
  countdown ready_;
  std::vector<hawser::window_proxy> owners_;
  hawser::window_proxy sender_;
};

class caf_fan_out : public workload {
public:
  explicit caf_fan_out(caf::actor_system& actors)
    : sender_(actors.spawn([this](caf::event_based_actor* self) { return send(self); })) {
    for (std::uint64_t i = 0; i < receivers; ++i)
      receivers_.push_back(actors.spawn([this, i] { return receive(i); }));
  }

  ~caf_fan_out() override {
    for (const auto& each : receivers_)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(sender_, caf::exit_reason::user_shutdown);
  }

  duration run(std::uint64_t count) override {
    watch_.reset();
    check_.expect(count);
    caf::anon_send(sender_, count);
    return watch_.await();
  }

private:
  caf::behavior receive(std::uint64_t which) {
    return {[this, which](std::uint64_t number, const std::string& text) {
      if (check_.arrived(which, number, text))
        watch_.stop();
    }};
  }

  caf::behavior send(caf::event_based_actor* self) {
    return {[this, self](std::uint64_t count) {
      watch_.start();
      for (std::uint64_t i = 0; i < count; ++i)
        self->send(receivers_[i % receivers], i, std::string{payload_text});
    }};
  }

  stopwatch watch_;
  receivers_check check_;
  caf::actor sender_;
  std::vector<caf::actor> receivers_;
};

} // namespace

std::unique_ptr<workload> make_hawser_fan_out(hawser::system& sys) {
  return std::make_unique<hawser_fan_out>(sys, receivers);
}

std::unique_ptr<workload> make_hawser_shared_fan_out(hawser::system& sys) {
  return std::make_unique<hawser_fan_out>(sys, 1);
}

std::unique_ptr<workload> make_caf_fan_out(caf::actor_system& actors) {
  return std::make_unique<caf_fan_out>(actors);
}

} // namespace bench
