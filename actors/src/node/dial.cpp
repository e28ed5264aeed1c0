// CAF's own way to connect waits as long as the operating system likes, and in the thread that
// serves every other connection.

#include "node/dial.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hawser::detail {
namespace {

using clock = std::chrono::steady_clock;

struct address_list_deleter {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};

// 0, or the errno of what went wrong.
int connect_before(int socket, const addrinfo& to, clock::time_point deadline) {
  if (connect(socket, to.ai_addr, to.ai_addrlen) == 0)
    return 0;
  if (errno != EINPROGRESS)
    return errno;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
    if (left <= 0)
      return ETIMEDOUT;
    pollfd waiting{socket, POLLOUT, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR)
      return errno;
    if (ready <= 0)
      continue;
    int outcome = 0;
    socklen_t length = sizeof outcome;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &outcome, &length) != 0)
      return errno;
    return outcome;
  }
}

error failed(std::string_view what, const node_address& at, int code) {
  return {code == ETIMEDOUT ? errc::timeout_error : errc::not_found_error,
          std::string{what} + " " + to_string(at) + ": " + std::strerror(code)};
}

using address_list = std::unique_ptr<addrinfo, address_list_deleter>;

result<address_list> look_up(std::string_view what, const node_address& at, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(at.host.c_str(), std::to_string(at.port).c_str(), &hints, &found);
  if (code == 0)
    return address_list{found};
  if (code == EAI_SYSTEM)
    return failed(what, at, errno);
  const std::string why = code == EAI_NONAME || code == EAI_AGAIN || code == EAI_FAIL
                            ? "there is no host '" + at.host + "' (" + gai_strerror(code) + ")"
                            : gai_strerror(code);
  return error{errc::not_found_error, std::string{what} + " " + to_string(at) + ": " + why};
}

owned_socket make_socket(const addrinfo& like) {
  return owned_socket{
    socket(like.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, like.ai_protocol)};
}

} // namespace

owned_socket::~owned_socket() {
  if (which_ >= 0)
    close(which_);
}

result<owned_socket> dial(const node_address& to, clock::time_point deadline) {
  constexpr std::string_view what = "cannot connect to";
  const auto list = look_up(what, to, 0);
  if (!list)
    return list.error();
  int why = ENOENT;
  for (const auto* each = list->get(); each != nullptr; each = each->ai_next) {
    auto made = make_socket(*each);
    why = made.get() < 0 ? errno : connect_before(made.get(), *each, deadline);
    if (why == 0)
      return made;
  }
  return failed(what, to, why);
}

result<owned_socket> listen_on(const std::string& host, std::uint16_t port) {
  constexpr std::string_view what = "cannot listen on";
  const node_address at{host, port, {}};
  const auto list = look_up(what, at, AI_PASSIVE);
  if (!list)
    return list.error();
  int why = ENOENT;
  for (const auto* each = list->get(); each != nullptr; each = each->ai_next) {
    auto made = make_socket(*each);
    const int yes = 1;
    // A node that starts again takes its port over from connections that still linger.
    if (made.get() >= 0 && setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0
        && bind(made.get(), each->ai_addr, each->ai_addrlen) == 0
        && listen(made.get(), SOMAXCONN) == 0)
      return made;
    why = errno;
  }
  return failed(what, at, why);
}

void stop_sending(int socket) noexcept {
  shutdown(socket, SHUT_WR);
}

void stop_both_ways(int socket) noexcept {
  shutdown(socket, SHUT_RDWR);
}

} // namespace hawser::detail
