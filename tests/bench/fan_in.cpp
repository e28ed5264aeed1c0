#include "fan_in.hpp"

#include <string>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include "countdown.hpp"
#include "two_contexts.hpp"

namespace bench {
namespace {

constexpr std::uint64_t senders = 100;

// Sender s sends the numbers s, s + 100, s + 200 and so on: each sender's must arrive in order.
class senders_check {
public:
  void expect(std::uint64_t count) {
    if (count % senders != 0)
      fail("the messages cannot be dealt out evenly");
    left_ = count;
    next_.resize(senders);
    for (std::uint64_t i = 0; i < senders; ++i)
      next_[i] = i;
  }

  /// True for the last message.
  bool arrived(std::uint64_t number, std::string_view text) {
    auto& next = next_[number % senders];
    if (number != next || text.size() != payload_text.size())
      fail("a message arrived out of order or changed");
    next += senders;
    return --left_ == 0;
  }

private:
  std::uint64_t left_ = 0;
  std::vector<std::uint64_t> next_;
};

class hawser_fan_in : public workload {
public:
  explicit hawser_fan_in(hawser::system& sys) : system_(sys), ready_(senders) {
    receiver_ =
      sys.open("hawser://receiver", [this](hawser::browsing_context* self) { receive(*self); });
    for (std::uint64_t i = 0; i < senders; ++i)
      sys.open("hawser://sender", [this, i](hawser::browsing_context* self) { send(*self, i); });
    ready_.await();
  }

  ~hawser_fan_in() override {
    system_.close_all();
    system_.await_all_closed();
  }

  duration run(std::uint64_t count) override {
    watch_.reset();
    check_.expect(count);
    receiver_.post_message(count, "*");
    return watch_.await();
  }

private:
  // Its window gets the senders' ports first, then a number for every run.
  void receive(hawser::browsing_context& self) {
    self.on_message([this, ports = std::vector<hawser::message_port>{}](
                      hawser::message_event& ev) mutable {
      if (ev.ports().empty()) {
        watch_.start();
        for (const auto& port : ports)
          post(port, number_in(ev.data()) / senders);
        return;
      }
      const auto& port = ports.emplace_back(ev.ports()[0]);
      port.on_message([this](hawser::message_event& got) {
        const auto* text = got.data()[1].get_if<std::string_view>();
        if (check_.arrived(number_in(got.data()[0]), text == nullptr ? std::string_view{} : *text))
          watch_.stop();
      });
      ready_.happened();
    });
  }

  void send(hawser::browsing_context& self, std::uint64_t first) {
    const auto [mine, theirs] = self.make_channel();
    mine.on_message([port = mine, first](hawser::message_event& ev) {
      const auto count = number_in(ev.data());
      for (std::uint64_t i = 0; i < count; ++i)
        post(port, payload(i * senders + first));
    });
    if (const auto err = receiver_.post_message("your port", "*", {theirs}))
      fail(err.what());
  }

  hawser::system& system_;
  stopwatch watch_;
  senders_check check_;
  countdown ready_;
  hawser::window_proxy receiver_;
};

class caf_fan_in : public workload {
public:
  explicit caf_fan_in(caf::actor_system& actors)
    : receiver_(actors.spawn([this](caf::event_based_actor* self) { return receive(self); })) {
    for (std::uint64_t i = 0; i < senders; ++i)
      senders_.push_back(
        actors.spawn([this, i](caf::event_based_actor* self) { return send(self, i); }));
  }

  ~caf_fan_in() override {
    for (const auto& each : senders_)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(receiver_, caf::exit_reason::user_shutdown);
  }

  duration run(std::uint64_t count) override {
    watch_.reset();
    check_.expect(count);
    caf::anon_send(receiver_, count);
    return watch_.await();
  }

private:
  caf::behavior receive(caf::event_based_actor* self) {
    return {
      [this, self](std::uint64_t count) {
        watch_.start();
        for (const auto& each : senders_)
          self->send(each, count / senders);
      },
      [this](std::uint64_t number, const std::string& text) {
        if (check_.arrived(number, text))
          watch_.stop();
      },
    };
  }

  caf::behavior send(caf::event_based_actor* self, std::uint64_t first) {
    return {[this, self, first](std::uint64_t count) {
      for (std::uint64_t i = 0; i < count; ++i)
        self->send(receiver_, i * senders + first, std::string{payload_text});
    }};
  }

  stopwatch watch_;
  senders_check check_;
  caf::actor receiver_;
  std::vector<caf::actor> senders_;
};

} // namespace

std::unique_ptr<workload> make_hawser_fan_in(hawser::system& sys) {
  return std::make_unique<hawser_fan_in>(sys);
}

std::unique_ptr<workload> make_caf_fan_in(caf::actor_system& actors) {
  return std::make_unique<caf_fan_in>(actors);
}

} // namespace bench
