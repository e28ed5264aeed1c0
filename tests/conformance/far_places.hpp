#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include <hawser/hawser.hpp>

#include "test_system.hpp"
#include "worker_places.hpp"

namespace hawser::test {

/// Every worker runs at another node than its owner: there are two of them, real ones that are
/// connected over the loopback. Those of the test's own contexts are at the far node, and theirs at
/// the near one.
class far_places : public worker_places {
public:
  far_places(hawser::system& own, strictness how);

  worker_options place(caf::actor_system& of_owner, const worker_script& what,
                       worker_options how) override;
  void define(worker_script script) override;
  std::string refusal(const std::string& why) const override;
  window_proxy open(std::string_view url, start_function start) override;
  std::size_t contexts_open() const override;
  bool settle() override;
  bool end_all() override;

private:
  /// The scripts that a node has been given under their names. A test may use a name again with
  /// another function, a system may not; so a script looks for its function when it is run. Of
  /// dedicated workers each has its own, in the order in which they were asked for.
  class library : public std::enable_shared_from_this<library> {
  public:
    void put(hawser::system& at, const worker_script& script);

  private:
    struct entry {
      std::deque<std::function<void(dedicated_worker_global_scope*)>> dedicated;
      std::function<void(shared_worker_global_scope*)> shared;
    };

    std::function<void(dedicated_worker_global_scope*)> next_dedicated(const std::string& name);
    std::function<void(shared_worker_global_scope*)> shared(const std::string& name);

    std::mutex lock_;
    std::map<std::string, entry> entries_;
  };

  static node_options options_of(const std::string& name);

  hawser::system& own_;
  test_system far_;
  std::shared_ptr<library> at_far_ = std::make_shared<library>();
  std::shared_ptr<library> at_near_ = std::make_shared<library>();
  node near_node_;
  node far_node_;
  std::string address_; ///< Of the far node.
  window_proxy echo_;
  std::uint64_t opened_ = 0;
};

} // namespace hawser::test
