#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "hawser/error.hpp"
#include "node/node_address.hpp"

namespace hawser::detail {

/// A socket that is closed with its owner.
class owned_socket {
public:
  explicit owned_socket(int which) noexcept : which_(which) {}

  owned_socket(owned_socket&& from) noexcept : which_(from.release()) {}

  owned_socket& operator=(owned_socket&& from) noexcept {
    std::swap(which_, from.which_);
    return *this;
  }

  ~owned_socket();

  int get() const noexcept { return which_; }

  int release() noexcept { return std::exchange(which_, -1); }

private:
  int which_;
};

/// Connects, or says why not before the deadline has passed, but for the time that it takes to look
/// up the host's name. Blocks.
result<owned_socket> dial(const node_address& to, std::chrono::steady_clock::time_point deadline);

/// A socket that listens; port 0 lets the operating system choose. May look up a name.
result<owned_socket> listen_on(const std::string& host, std::uint16_t port);

/// Nothing more will be sent over it; what has been is.
void stop_sending(int socket) noexcept;

/// Nothing more will go either way: whoever waits for it is told.
void stop_both_ways(int socket) noexcept;

} // namespace hawser::detail
