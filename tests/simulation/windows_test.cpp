// Posting to windows of other nodes.

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "scenario.hpp"

namespace hawser::simulation {
namespace {

TEST_CASE("a target origin that no window elsewhere can have loses the message, and no connection",
          "[routing][S90]") {
  const std::string target = GENERATE(as<std::string>{}, "data:text/plain,x", "about:blank",
                                      "blob:x", "https://" + std::string(5'000, 'a') + ".example");
  mix how;
  how.nodes = 2;
  how.encoded = true;
  scenario s{how};
  auto& page = s.w.page(0);
  auto& there = s.w.page(1);
  const auto window = s.w.at(0).routes->remote_window(
    s.w.at(1).id, s.w.at(1).routes->publish(there.scope->registry().window()), "there");
  test::inbox at_mine;
  page.scope->run([&] {
    const auto [mine, its] = page.scope->registry().make_channel();
    at_mine.listen(mine);
    CHECK_FALSE(window.post_message(nullptr, target, {its}));
  });
  s.run();
  CHECK(s.w.count(incident::kind::rule) == 0);
  CHECK(at_mine.seen == test::trace{"close undeliverable"});
  CHECK(there.scope->registry().statistics().messages_delivered == 0);
}

} // namespace
} // namespace hawser::simulation
