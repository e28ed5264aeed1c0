#include "raw_peer.hpp"

#include <chrono>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "notebook.hpp"

namespace hawser::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int make_socket() {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0)
    throw std::runtime_error{"no socket"};
  return made;
}

std::uint16_t bind_somewhere(int which) {
  auto address = loopback(0);
  socklen_t length = sizeof address;
  if (bind(which, reinterpret_cast<const sockaddr*>(&address), length) != 0
      || getsockname(which, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw std::runtime_error{"no port"};
  return ntohs(address.sin_port);
}

} // namespace

raw_socket::raw_socket(int which) : which_(which) {
  const timeval deadline{patience.count(), 0};
  setsockopt(which_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  setsockopt(which_, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
}

raw_socket::~raw_socket() {
  close(which_);
}

int raw_socket::connect_to(std::uint16_t port) {
  const int made = make_socket();
  const auto address = loopback(port);
  if (connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error{"no connection"};
  return made;
}

void raw_socket::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(which_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return; // The other side has had enough, which the test sees elsewhere.
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string raw_socket::read(std::size_t count) const {
  std::string found;
  char buffer[4096];
  while (found.size() < count) {
    const auto got = recv(which_, buffer, std::min(sizeof buffer, count - found.size()), 0);
    if (got <= 0)
      break;
    found.append(buffer, static_cast<std::size_t>(got));
  }
  return found;
}

std::string raw_socket::read_to_end() const {
  std::string found;
  char buffer[4096];
  for (;;) {
    const auto got = recv(which_, buffer, sizeof buffer, 0);
    if (got == 0)
      return found;
    if (got < 0)
      return found + (errno == ECONNRESET ? "(reset)" : "(still open)");
    found.append(buffer, static_cast<std::size_t>(got));
  }
}

std::string raw_socket::address() const {
  sockaddr_in own{};
  socklen_t length = sizeof own;
  getsockname(which_, reinterpret_cast<sockaddr*>(&own), &length);
  return "127.0.0.1:" + std::to_string(ntohs(own.sin_port));
}

raw_server::raw_server(std::function<void(const raw_socket&)> serve)
  : listener_(make_socket()), port_(bind_somewhere(listener_)) {
  if (listen(listener_, SOMAXCONN) != 0)
    throw std::runtime_error{"nobody may listen"};
  thread_ = std::thread{[this, serve = std::move(serve)] {
    for (;;) {
      const int next = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (next < 0)
        return;
      serve(raw_socket{next});
    }
  }};
}

raw_server::~raw_server() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::uint16_t free_port() {
  const int which = make_socket();
  const auto port = bind_somewhere(which);
  close(which);
  return port;
}

} // namespace hawser::test
