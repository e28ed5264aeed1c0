#include "two_contexts.hpp"

#include <chrono>
#include <string>
#include <thread>

namespace bench {

hawser::value payload(std::uint64_t number) {
  hawser::array fields;
  fields.reserve(2);
  fields.push_back(number);
  fields.push_back(payload_text);
  return fields;
}

void post(const hawser::message_port& port, hawser::value data) {
  if (const auto err = port.post_message(std::move(data)))
    fail(err.what());
}

void post(const hawser::message_port& port, const hawser::value& data,
          hawser::transfer_list transfer) {
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

void await_ports(const hawser::system& sys, std::uint64_t wanted) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{5};
  while (sys.statistics().registries.ports != wanted) {
    if (std::chrono::steady_clock::now() > deadline)
      fail("the ports of a run were not closed");
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

elsewhere::elsewhere(hawser::system& near) : here(near, {"near"}), there(system, {"far"}) {}

hawser::window_proxy elsewhere::reach(const hawser::window_proxy& window) {
  const auto port = there.listen("127.0.0.1", 0);
  if (!port)
    fail(port.error().what());
  there.publish("window", window);
  return here.open("hawser://127.0.0.1:" + std::to_string(*port) + "/window");
}

two_contexts::two_contexts(hawser::system& sys, distance between)
  : system_(sys),
    there_(between == distance::remote ? std::make_unique<elsewhere>(sys) : nullptr) {}

two_contexts::~two_contexts() {
  for (auto* each : {&system_, &far_system()}) {
    each->close_all();
    each->await_all_closed();
  }
}

duration two_contexts::run(std::uint64_t count) {
  watch_.reset();
  check_.expect(count);
  near_.post_message(hawser::value{count}, "*");
  return watch_.await();
}

void two_contexts::open() {
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

} // namespace bench
