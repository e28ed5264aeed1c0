// Linked to the tests, it makes every context live on a node of its own, and every worker on
// another than its owner.

#include <memory>
#include <optional>

#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>

#include "far_places.hpp"
#include "hawser/panic.hpp"
#include "network.hpp"

namespace hawser::test {
namespace {

/// Each run of a test case gets a network.
class over_nodes : public Catch::EventListenerBase {
public:
  using EventListenerBase::EventListenerBase;

  void testCasePartialStarting(const Catch::TestCaseInfo&, std::uint64_t) override {
    network_.emplace();
    surroundings::present(&*network_);
    worker_places::make(
      [](hawser::system& own, strictness how) { return std::make_unique<far_places>(own, how); });
  }

  void testCasePartialEnded(const Catch::TestCaseStats& result, std::uint64_t) override {
    HAWSER_ASSERT(!result.totals.assertions.allPassed() || network_->left_over() == 0,
                  "nodes keep something of channels that have ended");
    surroundings::present(nullptr);
    network_.reset();
  }

private:
  std::optional<network> network_;
};

CATCH_REGISTER_LISTENER(over_nodes)

} // namespace
} // namespace hawser::test
