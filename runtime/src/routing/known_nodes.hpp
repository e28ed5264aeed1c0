#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "hawser/node_id.hpp"

namespace hawser::detail {

/// The newest connection that there has been with each node. Of the nodes that are not connected
/// any more only so many are remembered, the last ones: whoever comes under one new id after the
/// other makes this no larger. A node that has been forgotten and comes back remembers itself what
/// the two have agreed on.
class known_nodes {
public:
  explicit known_nodes(std::size_t absent_max) : absent_max_(absent_max) {}

  /// 0 if there has been none, or none that is remembered.
  link_session newest(const node_id& node) const;

  void connected(const node_id& node, link_session session);
  void disconnected(const node_id& node);

  /// There will be no such connection, nor an older one.
  void failed(const node_id& node, link_session session);

  std::size_t size() const noexcept { return nodes_.size(); }

private:
  struct known_node {
    link_session newest = 0;
    std::uint64_t absent_since = 0; ///< In the order of leaving; 0 while it is connected.
  };

  void note(known_node& which, link_session session);

  std::size_t absent_max_;
  std::uint64_t last_left_ = 0;
  std::map<node_id, known_node> nodes_;
  std::map<std::uint64_t, node_id> absent_; ///< In the order of leaving.
};

} // namespace hawser::detail
