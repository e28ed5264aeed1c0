#include "hawser/format.hpp"

#include <hawser/hawser.hpp>
#include <catch2/catch_test_macros.hpp>

#include "test_system.hpp"

namespace hawser {
namespace {

TEST_CASE("fmt formats what to_string shows, with the options of a text", "[format]") {
  const value data{object{{"a", array{1, "two"}}}};
  CHECK(fmt::format("{}", data) == "{ a: [ 1, 'two' ] }");
  CHECK(fmt::format("{:>8}|{:.2}", value{7}, value{"abc"}) == "       7|ab");
  CHECK(fmt::format("{}", error{errc::data_clone_error, "data: no"}) == "DataCloneError: data: no");
  CHECK(fmt::format("{}", *origin::parse("https://Example.org:443/x")) == "https://example.org");
}

TEST_CASE("fmt formats ports and broadcast channels by number and name", "[format]") {
  test::test_system sys;
  scoped_context self{*sys, "https://page.example/"};
  const auto channel = self.make_channel();
  channel.port1.label("control");
  CHECK(fmt::format("{}", channel.port1) == "MessagePort 1 'control'");
  CHECK(fmt::format("{}", self.make_broadcast_channel("news")) == "BroadcastChannel 1 'news'");
}

} // namespace
} // namespace hawser
