#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

#include "hawser/router.hpp"
#include "surroundings.hpp"
#include "test_context.hpp"

namespace hawser::test {

/// Gives every context a node of its own. What passes between them goes through their routers and
/// is bytes on the way; each pair of nodes is connected, and frames between two arrive in order.
/// Hubs hear of each other's broadcasts over channels, as those of real nodes do.
class network : public surroundings {
public:
  network();
  ~network() override;

  network(const network&) = delete;
  network& operator=(const network&) = delete;

  void enter(test_context& made) override;
  void leave(test_context& ending) override;
  void settle() override;
  void attach(std::shared_ptr<doorbell> bell) override;
  window_proxy window(test_context& whose) override;
  endpoint carry(endpoint end, test_context& from, test_context& to) override;
  endpoint carry_around(endpoint end, test_context& home) override;
  std::shared_ptr<broadcast_hub> hub(test_context& whose) override;

  /// What the nodes still keep of channels once every context has ended and they have nothing more
  /// to tell each other: nothing.
  std::uint64_t left_over();

private:
  class relay;
  class porter;
  struct node;

  node& add(const limits& bounds);
  node& node_of(const port_registry* context);
  node& node_of(const node_id& id);
  endpoint carry(endpoint end, node& from, node& to);
  void send_broadcasts(node& from);
  static window_proxy porter_at(node& at, node& seen_from);
  bool turn(node& at);
  void send_output(node& from);

  std::recursive_mutex lock_; ///< A listener that runs in a turn may come here again.
  bool settling_ = false;
  std::mt19937_64 random_{1};
  std::vector<std::unique_ptr<node>>
    nodes_; ///< The first is nobody's: code outside of any context.
  std::deque<std::pair<node*, std::pair<node*, std::vector<std::byte>>>> frames_;
};

} // namespace hawser::test
