#include "typed_flood.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/send.hpp>

#include "two_contexts.hpp"

namespace bench {
namespace {

class hawser_typed_flood : public two_contexts {
public:
  explicit hawser_typed_flood(hawser::system& sys) : two_contexts(sys, distance::local) { open(); }

private:
  void prepare_far(hawser::browsing_context&, const hawser::message_port& port) override {
    port.on_message([this](hawser::message_event& ev) {
      const auto* got = ev.data().get_if<parcel>();
      if (got == nullptr)
        fail("a struct arrived as something else");
      if (check_.arrived(got->number, got->text))
        watch_.stop();
    });
  }

  void start(hawser::browsing_context&, const hawser::message_port& port,
             std::uint64_t count) override {
    watch_.start();
    for (std::uint64_t i = 0; i < count; ++i)
      post(port, parcel{i, std::string{payload_text}});
  }
};

class caf_typed_flood : public workload {
public:
  explicit caf_typed_flood(caf::actor_system& actors)
    : receiver_(actors.spawn([this] { return receive(); })),
      sender_(actors.spawn([this](caf::event_based_actor* self) { return send(self); })) {}

  ~caf_typed_flood() override {
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
    return {[this](const parcel& got) {
      if (check_.arrived(got.number, got.text))
        watch_.stop();
    }};
  }

  caf::behavior send(caf::event_based_actor* self) {
    return {[this, self](std::uint64_t count) {
      watch_.start();
      for (std::uint64_t i = 0; i < count; ++i)
        self->send(receiver_, parcel{i, std::string{payload_text}});
    }};
  }

  stopwatch watch_;
  arrival_check check_;
  caf::actor receiver_;
  caf::actor sender_;
};

} // namespace

void announce_parcel() {
  caf::init_global_meta_objects<caf::id_block::hawser_bench>();
}

std::unique_ptr<workload> make_hawser_typed_flood(hawser::system& sys) {
  return std::make_unique<hawser_typed_flood>(sys);
}

std::unique_ptr<workload> make_caf_typed_flood(caf::actor_system& actors) {
  return std::make_unique<caf_typed_flood>(actors);
}

} // namespace bench
