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

} // namespace

result<int> dial(const node_address& to, clock::time_point deadline) {
  const auto failed = [&to](std::string_view why) {
    return error{errc::not_found_error,
                 "cannot connect to " + to_string(to) + ": " + std::string{why}};
  };
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code =
        getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &hints, &found))
    return failed(gai_strerror(code));
  const std::unique_ptr<addrinfo, address_list_deleter> list{found};
  int why = ENOENT;
  for (const auto* each = list.get(); each != nullptr; each = each->ai_next) {
    const int made = socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) {
      why = errno;
      continue;
    }
    why = connect_before(made, *each, deadline);
    if (why == 0)
      return made;
    close(made);
  }
  return failed(std::strerror(why));
}

} // namespace hawser::detail
