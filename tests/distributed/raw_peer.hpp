#pragma once

// Whoever speaks with a node without being one: sockets and bytes. Everything has a deadline.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace hawser::test {

/// A connection as a socket. Reading and writing give up after `patience`.
class raw_socket {
public:
  explicit raw_socket(int which);
  raw_socket(const raw_socket&) = delete;
  raw_socket& operator=(const raw_socket&) = delete;
  ~raw_socket();

  /// To the loopback.
  static int connect_to(std::uint16_t port);

  int get() const noexcept { return which_; }

  void send(std::string_view bytes) const;

  /// What has come when there are so many bytes, or no more will come.
  std::string read(std::size_t count) const;

  /// All until the other side closes the connection. Ends with `(still open)` if it does not.
  std::string read_to_end() const;

  /// As the other side sees it: `127.0.0.1:4000`.
  std::string address() const;

private:
  int which_;
};

/// A server on the loopback that does the same with every connection, one after the other.
class raw_server {
public:
  explicit raw_server(std::function<void(const raw_socket&)> serve);
  ~raw_server();

  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;

  std::uint16_t port() const noexcept { return port_; }

  /// For a node.
  std::string url() const { return "hawser://127.0.0.1:" + std::to_string(port_); }

private:
  int listener_;
  std::uint16_t port_;
  std::thread thread_;
};

/// A port on which nobody listens.
std::uint16_t free_port();

} // namespace hawser::test
