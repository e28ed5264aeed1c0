#pragma once

#include <catch2/catch_test_macros.hpp>

#include "hawser/structured_clone.hpp"
#include "hawser/value_graph.hpp"
#include "printing.hpp"
#include "test_context.hpp"

namespace hawser::test {

/// Two contexts of one origin and a channel between them, to send values through.
class clone_test {
protected:
  clone_test() {
    auto [near, far] = connect(sender, receiver);
    port = near;
    at.listen(far);
  }

  error post(const value& from, const transfer_list& transfer = {}) {
    return sender.run([&] { return port.post_message(from, transfer); });
  }

  /// What arrives at the other context, after `structured_clone` gave the same.
  value sent(const value& from, const transfer_list& transfer = {}) {
    if (transfer.items().empty())
      CHECK(cloned(from) == from);
    const auto err = post(from, transfer);
    INFO(to_string(err));
    REQUIRE_FALSE(err);
    settle(sender, receiver);
    REQUIRE(at.seen.back() != "messageerror");
    return at.data.back();
  }

  value cloned(const value& from, const transfer_list& transfer = {}) {
    auto made = sender.run([&] { return structured_clone(from, transfer); });
    INFO((made ? std::string{} : to_string(made.error())));
    REQUIRE(made);
    return *made;
  }

  /// Posting and cloning both refuse it; what they say.
  std::string refused(const value& from, const transfer_list& transfer = {}) {
    const auto made = sender.run([&] { return structured_clone(from, transfer); });
    REQUIRE_FALSE(made);
    const auto err = post(from, transfer);
    CHECK(to_string(err) == to_string(made.error()));
    settle(sender, receiver);
    CHECK(at.seen.empty());
    return to_string(err);
  }

  test_context sender{"sender", *origin::parse("https://here.example")};
  test_context receiver{"receiver", *origin::parse("https://here.example")};
  message_port port;
  inbox at;
};

} // namespace hawser::test
