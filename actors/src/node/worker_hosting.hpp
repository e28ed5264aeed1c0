#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "hawser/message_port.hpp"
#include "hawser/node_id.hpp"
#include "hawser/value.hpp"
#include "worker_scripts.hpp"

namespace hawser::detail {

class node_actor;

/// Starts workers here for contexts of other nodes. For the node's thread.
///
/// A dedicated worker gets its own ends of the two channels that join every worker with its owner;
/// a third one, the lifeline, stays with the lobby. When that ends, because the owner has ended or
/// has terminated the worker, or its node is lost, so is the worker. Shared workers have lifelines
/// of their own.
class worker_hosting {
public:
  explicit worker_hosting(node_actor& on) noexcept : node_(on) {}

  /// Terminates the workers.
  ~worker_hosting();

  worker_hosting(const worker_hosting&) = delete;
  worker_hosting& operator=(const worker_hosting&) = delete;

  /// A node asks for a worker; `ports` are its ends of the channels.
  void start(const node_id& from, const value& asked, const std::vector<message_port>& ports);

private:
  struct request;

  std::string objection(const node_id& from, const request& what);
  void start_dedicated(const node_id& from, const request& what,
                       const std::vector<message_port>& ports);
  void connect_shared(const node_id& from, const request& what,
                      const std::vector<message_port>& ports);
  bool at_limit(const node_id& from);
  void terminate(std::uint64_t worker);

  node_actor& node_;
  std::map<std::uint64_t, message_port> lifelines_;    // by the worker's number
  std::map<node_id, std::set<std::uint64_t>> running_; // some may have ended since
};

} // namespace hawser::detail
