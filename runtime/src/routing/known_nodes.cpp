#include "routing/known_nodes.hpp"

namespace hawser::detail {

link_session known_nodes::newest(const node_id& node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? 0 : found->second.newest;
}

void known_nodes::note(known_node& which, link_session session) {
  which.newest = session;
  absent_.erase(which.absent_since);
  which.absent_since = 0;
}

void known_nodes::connected(const node_id& node, link_session session) {
  note(nodes_[node], session);
}

void known_nodes::failed(const node_id& node, link_session session) {
  note(nodes_[node], session);
  disconnected(node);
}

void known_nodes::disconnected(const node_id& node) {
  nodes_[node].absent_since = ++last_left_;
  absent_.emplace(last_left_, node);
  if (absent_.size() <= absent_max_)
    return;
  nodes_.erase(absent_.begin()->second);
  absent_.erase(absent_.begin());
}

} // namespace hawser::detail
