// Stopping a context's deliveries, from inside and from outside.

#include <stop_token>

#include <catch2/catch_test_macros.hpp>

#include "printing.hpp"
#include "test_context.hpp"

namespace hawser {
namespace {

using test::connect;
using test::inbox;
using test::settle;
using test::test_context;
using test::trace;

// Two contexts with a channel; the second can be stopped from outside.
struct stop_test {
  stop_test() { victim->stop_on(source.get_token()); }

  std::stop_source source;
  test_context other{"other"};
  test_context victim{"victim"};
  message_channel ends = connect(other, victim);
};

TEST_CASE_METHOD(stop_test, "the event during which a stop is requested is the last",
                 "[registry][stop]") {
  trace seen;
  ends.port2.on_message([&](message_event& ev) {
    seen.push_back(to_string(ev.data()));
    if (ev.data() == 2)
      source.request_stop();
  });
  for (int i = 1; i <= 3; ++i)
    ends.port1.post_message(i);
  CHECK_FALSE(victim->stopped());
  settle(other, victim);
  CHECK(seen == trace{"1", "2"});
  CHECK(victim->stopped());
  CHECK_FALSE(victim->run_turn());
  CHECK(seen.size() == 2);
}

// A context whose application can end it without telling the registry.
class ending_context : public test_context {
public:
  using test_context::test_context;

  bool ended = false;

private:
  bool goes_on() const noexcept override { return !ended; }
};

TEST_CASE("the event after which a host does not go on is the last", "[registry][stop]") {
  test_context other{"other"};
  ending_context ending{"ending"};
  const auto first = connect(other, ending);
  const auto second = connect(other, ending);
  trace seen;
  for (const auto& port : {first.port2, second.port2})
    port.on_message([&](message_event& ev) {
      seen.push_back(to_string(ev.data()));
      ending.ended = ev.data() == 2;
    });
  for (int i = 1; i <= 3; ++i)
    first.port1.post_message(i);
  second.port1.post_message(4);
  settle(other, ending);
  CHECK(seen == trace{"1", "2"});
  CHECK(ending->stopped());
  ending.ended = false; // Too late.
  CHECK_FALSE(ending->run_turn());
  CHECK(seen.size() == 2);
}

TEST_CASE_METHOD(stop_test, "what is posted after a stop from outside reaches nobody",
                 "[registry][stop]") {
  inbox at{ends.port1};
  inbox window;
  window.listen(other->window_events());
  const auto mine = victim->make_channel();
  source.request_stop();
  victim.run([&, lost = mine.port2] {
    CHECK_FALSE(ends.port2.post_message("to a port"));
    CHECK_FALSE(ends.port2.post_message("with a port", {lost}));
    CHECK_FALSE(other->window().post_message("to a window", "*"));
    CHECK(lost.detached());
    // Mistakes are still mistakes.
    CHECK(ends.port2.post_message("gone", {lost}).code() == errc::data_clone_error);
  });
  settle(other, victim);
  CHECK(at.seen.empty());
  CHECK(window.seen.empty());
  CHECK(victim->statistics().messages_posted == 0);
}

TEST_CASE_METHOD(stop_test, "a context that has stopped itself can still post",
                 "[registry][stop]") {
  inbox at{ends.port1};
  victim->stop_deliveries();
  CHECK(victim->stopped());
  CHECK_FALSE(ends.port2.post_message("farewell"));
  settle(other, victim);
  CHECK(at.seen == trace{"farewell"});
}

} // namespace
} // namespace hawser
