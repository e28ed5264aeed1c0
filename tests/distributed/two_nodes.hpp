#pragma once

// Nodes in one process that are connected over the loopback, as real as between machines but for
// the cable.

#include <chrono>
#include <memory>
#include <string>

#include <hawser/hawser.hpp>

#include "test_system.hpp"

namespace hawser::test {

/// A system with its node.
class test_node {
public:
  explicit test_node(const std::string& name, node_options options = {})
    : node_(*system_, with_name(std::move(options), name)) {}

  hawser::system& system() noexcept { return *system_; }

  hawser::node* operator->() noexcept { return &node_; }

  lines log() const { return system_.log(); }

  /// Listens if it does not yet.
  std::string address() {
    if (port_ == 0)
      port_ = *node_.listen("127.0.0.1", 0);
    return "hawser://127.0.0.1:" + std::to_string(port_);
  }

  std::uint16_t port() const noexcept { return port_; }

private:
  // Everybody may speak for every origin, unless a test says otherwise.
  static node_options with_name(node_options options, const std::string& name) {
    options.name = name;
    if (options.grants.empty())
      for (const char* each : {"a", "b", "c", "d"})
        options.grants[each] = {"*"};
    return options;
  }

  test_system system_;
  hawser::node node_;
  std::uint16_t port_ = 0;
};

} // namespace hawser::test
