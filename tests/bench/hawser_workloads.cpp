#include "hawser_workloads.hpp"

#include <vector>

#include "two_contexts.hpp"

namespace bench {
namespace {

class hawser_flood : public two_contexts {
public:
  /// Does the sender listen for `bufferedamountlow`?
  enum class falls { unheard, heard };

  hawser_flood(hawser::system& sys, falls at_sender, distance between = distance::local)
    : two_contexts(sys, between), at_sender_(at_sender) {
    open();
  }

private:
  void prepare_near(hawser::browsing_context&, const hawser::message_port& port) override {
    if (at_sender_ == falls::unheard)
      return;
    port.buffered_amount_low_threshold(64 * 1024);
    port.on_buffered_amount_low([this] { ++falls_; });
  }

  void prepare_far(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([this](hawser::message_event& ev) {
      if (arrived(check_, ev.data()))
        watch_.stop();
    });
  }

  void start(hawser::browsing_context&, const hawser::message_port& port,
             std::uint64_t count) override {
    watch_.start();
    for (std::uint64_t i = 0; i < count; ++i)
      post(port, payload(i));
  }

  falls at_sender_;
  std::uint64_t falls_ = 0; // the near context's
};

class hawser_pingpong : public two_contexts {
public:
  explicit hawser_pingpong(hawser::system& sys, distance between = distance::local)
    : two_contexts(sys, between) {
    open();
  }

private:
  void prepare_far(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message(
      [port = port](hawser::message_event& ev) { post(port, payload(number_in(ev.data()[0]))); });
  }

  void prepare_near(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([this, port = port](hawser::message_event& ev) {
      if (arrived(check_, ev.data()))
        watch_.stop();
      else
        post(port, payload(number_in(ev.data()[0]) + 1));
    });
  }

  void start(hawser::browsing_context&, const hawser::message_port& port, std::uint64_t) override {
    watch_.start();
    post(port, payload(0));
  }
};

// One thing goes to and fro between two contexts; a buffer moves.
class shuttle : public two_contexts {
public:
  shuttle(hawser::system& sys, hawser::value cargo)
    : two_contexts(sys, distance::local), cargo_(std::move(cargo)) {
    open();
  }

private:
  static void send(const hawser::message_port& port, const hawser::value& cargo) {
    const auto* buffer = cargo.get_if<hawser::array_buffer>();
    post(port, cargo, buffer != nullptr ? hawser::transfer_list{*buffer} : hawser::transfer_list{});
  }

  void prepare_far(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([port = port](hawser::message_event& ev) { send(port, ev.data()); });
  }

  void prepare_near(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([this, port = port](hawser::message_event& ev) {
      cargo_ = ev.data();
      if (--left_ == 0)
        watch_.stop();
      else
        send(port, cargo_);
    });
  }

  void start(hawser::browsing_context&, const hawser::message_port& port,
             std::uint64_t count) override {
    left_ = count;
    watch_.start();
    send(port, cargo_);
  }

  hawser::value cargo_;    // the near context's
  std::uint64_t left_ = 0; // likewise
};

// Records of about 100 bytes each, nested two levels deep.
hawser::value records(std::size_t bytes) {
  hawser::array made;
  std::uint64_t number = 0;
  while (hawser::value{made}.byte_size() < bytes || made.empty())
    made.push_back(hawser::object{{"id", number++}, {"tags", hawser::array{"a", 1.5}}});
  return made;
}

class create : public workload {
public:
  explicit create(hawser::system& sys) : system_(sys) {
    context_ = sys.open("hawser://maker", [this](hawser::browsing_context* self) {
      self->on_message([this, self](hawser::message_event& ev) {
        std::vector<hawser::message_channel> kept(number_in(ev.data()));
        watch_.start();
        for (auto& channel : kept)
          channel = self->make_channel();
        watch_.stop();
      });
    });
  }

  ~create() override {
    system_.close_all();
    system_.await_all_closed();
  }

  duration run(std::uint64_t count) override {
    watch_.reset();
    context_.post_message(hawser::value{count}, "*");
    const auto taken = watch_.await();
    await_ports(system_, 0);
    return taken;
  }

private:
  hawser::system& system_;
  stopwatch watch_;
  hawser::window_proxy context_;
};

class transfer : public two_contexts {
public:
  explicit transfer(hawser::system& sys, distance between = distance::local)
    : two_contexts(sys, between), local_(between == distance::local) {
    open();
  }

  duration run(std::uint64_t count) override {
    const auto taken = two_contexts::run(count);
    await_ports(system_, local_ ? 2 : 1);
    await_ports(far_system(), local_ ? 2 : 1);
    return taken;
  }

private:
  void prepare_far(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([this, port = port](hawser::message_event& ev) {
      received_.push_back(ev.ports().at(0));
      if (!arrived(check_, ev.data()))
        return;
      watch_.stop();
      received_.clear(); // Closes the channels.
      post(port, "arrived");
    });
  }

  void prepare_near(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([this](hawser::message_event&) { kept_.clear(); });
  }

  void start(hawser::browsing_context& self, const hawser::message_port& port,
             std::uint64_t count) override {
    std::vector<hawser::message_port> kept(count); // The other vector's line is the far context's.
    watch_.start();
    for (std::uint64_t i = 0; i < count; ++i) {
      auto [mine, theirs] = self.make_channel();
      kept[i] = std::move(mine);
      post(port, payload(i), {theirs});
    }
    kept_ = std::move(kept);
  }

  const bool local_;
  // Ports whose last handle goes are closed, which is not to be timed.
  std::vector<hawser::message_port> kept_;     // the near context's
  std::vector<hawser::message_port> received_; // the far context's
};

// So many buffers of 64 MiB one way, each moved; the next but one is posted when one has arrived.
class bulk : public two_contexts {
public:
  explicit bulk(hawser::system& sys) : two_contexts(sys, distance::remote) { open(); }

private:
  void prepare_far(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([port = port](hawser::message_event& ev) {
      const auto* buffer = ev.data().get_if<hawser::array_buffer>();
      if (buffer == nullptr || buffer->size() != bulk_bytes)
        fail("a buffer arrived changed");
      post(port, "arrived");
    });
  }

  void prepare_near(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([this, port = port](hawser::message_event&) {
      ++arrived_;
      if (arrived_ == count_)
        watch_.stop();
      else
        send(port);
    });
  }

  void start(hawser::browsing_context&, const hawser::message_port& port,
             std::uint64_t count) override {
    posted_ = arrived_ = 0;
    count_ = count;
    watch_.start();
    send(port);
    send(port);
  }

  void send(const hawser::message_port& port) {
    if (posted_ == count_)
      return;
    ++posted_;
    const hawser::array_buffer buffer{bulk_bytes};
    post(port, buffer, {buffer});
  }

  std::uint64_t count_ = 0; // the near context's, as the next two
  std::uint64_t posted_ = 0;
  std::uint64_t arrived_ = 0;
};

} // namespace

std::unique_ptr<workload> make_hawser_flood(hawser::system& sys) {
  return std::make_unique<hawser_flood>(sys, hawser_flood::falls::unheard);
}

std::unique_ptr<workload> make_watched_flood(hawser::system& sys) {
  return std::make_unique<hawser_flood>(sys, hawser_flood::falls::heard);
}

std::unique_ptr<workload> make_remote_flood(hawser::system& sys) {
  return std::make_unique<hawser_flood>(sys, hawser_flood::falls::unheard, distance::remote);
}

std::unique_ptr<workload> make_remote_pingpong(hawser::system& sys) {
  return std::make_unique<hawser_pingpong>(sys, distance::remote);
}

std::unique_ptr<workload> make_remote_transfer(hawser::system& sys) {
  return std::make_unique<transfer>(sys, distance::remote);
}

std::unique_ptr<workload> make_remote_bulk(hawser::system& sys) {
  return std::make_unique<bulk>(sys);
}

std::unique_ptr<workload> make_hawser_pingpong(hawser::system& sys) {
  return std::make_unique<hawser_pingpong>(sys);
}

std::unique_ptr<workload> make_large_value_shuttle(hawser::system& sys) {
  return std::make_unique<shuttle>(sys, records(100'000'000));
}

std::unique_ptr<workload> make_small_value_shuttle(hawser::system& sys) {
  return std::make_unique<shuttle>(sys, records(100));
}

std::unique_ptr<workload> make_large_buffer_shuttle(hawser::system& sys) {
  return std::make_unique<shuttle>(sys, hawser::array_buffer{std::size_t{1} << 30});
}

std::unique_ptr<workload> make_small_buffer_shuttle(hawser::system& sys) {
  return std::make_unique<shuttle>(sys, hawser::array_buffer{100});
}

std::unique_ptr<workload> make_create(hawser::system& sys) {
  return std::make_unique<create>(sys);
}

std::unique_ptr<workload> make_transfer(hawser::system& sys) {
  return std::make_unique<transfer>(sys);
}

} // namespace bench
