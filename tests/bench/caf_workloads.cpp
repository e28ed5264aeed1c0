#include "caf_workloads.hpp"

#include <string>

#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

namespace bench {
namespace {

// A start signal is a message with the count alone.

// Another actor system, reached over the loopback.
class elsewhere {
public:
  elsewhere() : actors_(settings_) {}

  template <class Start>
  caf::actor spawn(caf::actor_system& near, Start start) {
    far_ = actors_.spawn(std::move(start));
    const auto port = actors_.middleman().publish(far_, 0, "127.0.0.1");
    if (!port)
      fail("CAF cannot publish: " + to_string(port.error()));
    auto handle = near.middleman().remote_actor("127.0.0.1", *port);
    if (!handle)
      fail("CAF cannot connect: " + to_string(handle.error()));
    return *handle;
  }

  ~elsewhere() { caf::anon_send_exit(far_, caf::exit_reason::user_shutdown); }

private:
  struct config : caf::actor_system_config {
    config() { load<caf::io::middleman>(); }
  };

  config settings_;
  caf::actor_system actors_;
  caf::actor far_;
};

enum class distance { local, remote };

class caf_flood : public workload {
public:
  explicit caf_flood(caf::actor_system& actors, distance between = distance::local)
    : there_(between == distance::remote ? std::make_unique<elsewhere>() : nullptr),
      receiver_(there_ ? there_->spawn(actors, [this] { return receive(); })
                       : actors.spawn([this] { return receive(); })),
      sender_(actors.spawn([this](caf::event_based_actor* self) { return send(self); })) {}

  ~caf_flood() override {
    caf::anon_send_exit(sender_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(receiver_, caf::exit_reason::user_shutdown);
  }

  duration run(std::uint64_t count) override {
    watch_.reset();
    check_.expect(count);
    caf::anon_send(sender_, count);
    return watch_.await();
  }

private:
  caf::behavior receive() {
    return {[this](std::uint64_t number, const std::string& text) {
      if (check_.arrived(number, text))
        watch_.stop();
    }};
  }

  caf::behavior send(caf::event_based_actor* self) {
    return {[this, self](std::uint64_t count) {
      watch_.start();
      for (std::uint64_t i = 0; i < count; ++i)
        self->send(receiver_, i, std::string{payload_text});
    }};
  }

  stopwatch watch_;
  arrival_check check_;
  std::unique_ptr<elsewhere> there_;
  caf::actor receiver_;
  caf::actor sender_;
};

class caf_pingpong : public workload {
public:
  explicit caf_pingpong(caf::actor_system& actors, distance between = distance::local)
    : there_(between == distance::remote ? std::make_unique<elsewhere>() : nullptr),
      ponger_(there_
                ? there_->spawn(actors, [this](caf::event_based_actor* self) { return pong(self); })
                : actors.spawn([this](caf::event_based_actor* self) { return pong(self); })),
      pinger_(actors.spawn([this](caf::event_based_actor* self) { return ping(self); })) {}

  ~caf_pingpong() override {
    caf::anon_send_exit(pinger_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(ponger_, caf::exit_reason::user_shutdown);
  }

  duration run(std::uint64_t count) override {
    watch_.reset();
    check_.expect(count);
    caf::anon_send(pinger_, count);
    return watch_.await();
  }

private:
  caf::behavior pong(caf::event_based_actor* self) {
    return {[self](std::uint64_t number, const std::string&) {
      self->send(caf::actor_cast<caf::actor>(self->current_sender()), number,
                 std::string{payload_text});
    }};
  }

  caf::behavior ping(caf::event_based_actor* self) {
    return {
      [this, self](std::uint64_t) {
        watch_.start();
        self->send(ponger_, std::uint64_t{0}, std::string{payload_text});
      },
      [this, self](std::uint64_t number, const std::string& text) {
        if (check_.arrived(number, text))
          watch_.stop();
        else
          self->send(ponger_, number + 1, std::string{payload_text});
      },
    };
  }

  stopwatch watch_;
  arrival_check check_;
  std::unique_ptr<elsewhere> there_;
  caf::actor ponger_;
  caf::actor pinger_;
};

} // namespace

std::unique_ptr<workload> make_caf_flood(caf::actor_system& actors) {
  return std::make_unique<caf_flood>(actors);
}

std::unique_ptr<workload> make_caf_pingpong(caf::actor_system& actors) {
  return std::make_unique<caf_pingpong>(actors);
}

std::unique_ptr<workload> make_caf_remote_flood(caf::actor_system& actors) {
  return std::make_unique<caf_flood>(actors, distance::remote);
}

std::unique_ptr<workload> make_caf_remote_pingpong(caf::actor_system& actors) {
  return std::make_unique<caf_pingpong>(actors, distance::remote);
}

} // namespace bench
