#include "hawser_workloads.hpp"

#include <string>
#include <thread>
#include <vector>

#include <hawser/hawser.hpp>

namespace bench {
namespace {

// A start signal is a window message with the count.

hawser::value payload(std::uint64_t number) {
  hawser::array fields;
  fields.reserve(2);
  fields.push_back(number);
  fields.push_back(payload_text);
  return fields;
}

void post(const hawser::message_port& port, const hawser::value& data,
          hawser::transfer_list transfer = {}) {
  if (const auto err = port.post_message(data, std::move(transfer)))
    fail(err.what());
}

std::uint64_t number_in(const hawser::value& data) {
  return data.as<std::uint64_t>().value_or(~std::uint64_t{0});
}

bool arrived(arrival_check& check, const hawser::value& data) {
  const auto* text = data[1].get_if<std::string_view>();
  return check.arrived(number_in(data[0]), text == nullptr ? std::string_view{} : *text);
}

enum class distance { local, remote };

// Another system with a node of its own, connected with a node of the first over the loopback.
struct elsewhere {
  explicit elsewhere(hawser::system& near) : here(near, {"near"}), there(system, {"far"}) {}

  // A handle for a window of there, for contexts of here.
  hawser::window_proxy reach(const hawser::window_proxy& window) {
    const auto port = there.listen("127.0.0.1", 0);
    if (!port)
      fail(port.error().what());
    there.publish("window", window);
    return here.open("hawser://127.0.0.1:" + std::to_string(*port) + "/window");
  }

  hawser::system system;
  hawser::node here;
  hawser::node there;
};

// Two contexts, one channel between them. `far` gets its port with the first window message, `near`
// starts a run on every one.
class two_contexts : public workload {
public:
  two_contexts(hawser::system& sys, distance between)
    : system_(sys),
      there_(between == distance::remote ? std::make_unique<elsewhere>(sys) : nullptr) {}

  ~two_contexts() override {
    for (auto* each : {&system_, &far_system()}) {
      each->close_all();
      each->await_all_closed();
    }
  }

  duration run(std::uint64_t count) override {
    watch_.reset();
    check_.expect(count);
    near_.post_message(hawser::value{count}, "*");
    return watch_.await();
  }

protected:
  // To be called by the constructor of the derived class, whose functions run from then on.
  void open() {
    far_ = far_system().open("hawser://far", [this](hawser::browsing_context* self) {
      self->on_message(
        [this, self](hawser::message_event& ev) { prepare_far(*self, ev.ports().at(0)); });
    });
    if (there_)
      far_ = there_->reach(far_);
    near_ = system_.open("hawser://near", [this](hawser::browsing_context* self) {
      const auto [mine, theirs] = self->make_channel();
      far_.post_message("your port", "*", {theirs});
      prepare_near(*self, mine);
      self->on_message([this, self, port = mine](hawser::message_event& ev) {
        start(*self, port, number_in(ev.data()));
      });
    });
  }

  virtual void prepare_near(hawser::browsing_context&, const hawser::message_port&) {}
  virtual void prepare_far(hawser::browsing_context& self, const hawser::message_port& port) = 0;
  virtual void start(hawser::browsing_context& self, const hawser::message_port& port,
                     std::uint64_t count) = 0;

  hawser::system& system_;
  stopwatch watch_;
  arrival_check check_;

private:
  hawser::system& far_system() { return there_ ? there_->system : system_; }

  std::unique_ptr<elsewhere> there_;
  hawser::window_proxy far_;
  hawser::window_proxy near_;
};

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

// Waits until the ports of a run are gone, which takes their contexts some turns.
void await_ports(const hawser::system& sys, std::uint64_t wanted) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{5};
  while (sys.statistics().registries.ports != wanted) {
    if (std::chrono::steady_clock::now() > deadline)
      fail("the ports of a run were not closed");
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
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
  explicit transfer(hawser::system& sys) : two_contexts(sys, distance::local) { open(); }

  duration run(std::uint64_t count) override {
    const auto taken = two_contexts::run(count);
    await_ports(system_, 2);
    return taken;
  }

private:
  void prepare_far(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([this](hawser::message_event& ev) {
      received_.push_back(ev.ports().at(0));
      if (!arrived(check_, ev.data()))
        return;
      watch_.stop();
      received_.clear(); // Closes the channels; the ports that were kept follow.
    });
  }

  void start(hawser::browsing_context& self, const hawser::message_port& port,
             std::uint64_t count) override {
    std::vector<hawser::message_port> kept(count);
    watch_.start();
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto [mine, theirs] = self.make_channel();
      kept[i] = mine;
      post(port, payload(i), {theirs});
    }
  }

  std::vector<hawser::message_port> received_; // the far context's
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
