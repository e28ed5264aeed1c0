#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hawser/error.hpp"
#include "hawser/node_id.hpp"

namespace hawser::detail {

class node_actor;
struct worker_request;

/// A node that is connected.
struct reached_node {
  node_id id;
  std::string name;
};

using outcome_callback = std::function<void(const result<reached_node>&)>;

/// Asks other nodes for workers. For the node's thread.
class far_workers {
public:
  explicit far_workers(node_actor& on) noexcept : node_(on) {}

  /// The request goes out once its node is connected; else its owner is told why not.
  void ask_for(const std::shared_ptr<worker_request>& what);

  /// A node has been connected.
  void reached(const reached_node& which);

  /// Waits for no node any more that should have been connected by then.
  void give_up(std::uint64_t now_ms);

private:
  /// A node that is meant by its name and has yet to be connected.
  struct awaited_node {
    std::string name;
    std::uint64_t deadline_ms;
    outcome_callback then;
  };

  void reach(const std::string& node, outcome_callback then);
  void send(const node_id& to, worker_request& what);
  void decline(worker_request& what, const std::string& why);

  template <class Stays>
  std::vector<awaited_node> take_out(Stays stays);

  node_actor& node_;
  std::vector<awaited_node> awaited_;
};

} // namespace hawser::detail
