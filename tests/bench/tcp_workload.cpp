#include "tcp_workload.hpp"

#include <memory>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {
namespace {

class tcp_bulk : public workload {
public:
  tcp_bulk() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    writer_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, generic, length) != 0 || listen(listener, 1) != 0
        || getsockname(listener, generic, &length) != 0 || writer_ < 0
        || connect(writer_, generic, length) != 0)
      fail("no TCP connection over the loopback");
    reader_ = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    close(listener);
    if (reader_ < 0)
      fail("no TCP connection over the loopback");
  }

  ~tcp_bulk() override {
    close(writer_);
    close(reader_);
  }

  duration run(std::uint64_t count) override {
    stopwatch watch;
    watch.reset();
    std::thread reading{[this, count, &watch] {
      for (std::uint64_t i = 0; i < count; ++i)
        read_one();
      watch.stop();
    }};
    watch.start();
    for (std::uint64_t i = 0; i < count; ++i)
      write_one();
    reading.join();
    return watch.await();
  }

private:
  void write_one() const {
    const std::vector<char> bytes(bulk_bytes);
    for (std::size_t done = 0; done < bytes.size();) {
      const auto more = send(writer_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (more <= 0)
        fail("a TCP connection over the loopback broke");
      done += static_cast<std::size_t>(more);
    }
  }

  void read_one() const {
    const auto bytes = std::make_unique_for_overwrite<char[]>(bulk_bytes);
    for (std::size_t done = 0; done < bulk_bytes;) {
      const auto more = recv(reader_, bytes.get() + done, bulk_bytes - done, 0);
      if (more <= 0)
        fail("a TCP connection over the loopback broke");
      done += static_cast<std::size_t>(more);
    }
  }

  int writer_ = -1;
  int reader_ = -1;
};

} // namespace

std::unique_ptr<workload> make_tcp_bulk(hawser::system&) {
  return std::make_unique<tcp_bulk>();
}

} // namespace bench
