// A session moves to another node while its client talks to it, and the node it was on is shut
// down. The client asks on and on, ten questions ahead, and gets every answer once and in order: it
// is told of none of this. Prints:
//
//   a has answered 1000 times and hands the session on to b
//   the client goes on, and nothing of the session is left on a
//   a is shut down
//   the client had every answer, in order; final hops 1

#include <chrono>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <hawser/hawser.hpp>

using namespace std::chrono_literals;

// A process, but for the process; three of them here, so that the lines above come in order.
struct machine {
  explicit machine(const std::string& name)
    : network{sys, {.name = name, .grants = {{"a", {"*"}}, {"c", {"*"}}}}} {
    url = "hawser://127.0.0.1:" + std::to_string(*network.listen("127.0.0.1", 0)) + "/sessions";
  }

  ~machine() { sys.close_all(); }

  hawser::system sys;
  hawser::node network;
  std::string url;
};

// Counts what its client asks. Where there is somebody to take it over, that happens after a while.
hawser::start_function sessions(hawser::window_proxy successor) {
  return [successor](hawser::browsing_context* self) {
    self->on_message([successor](hawser::message_event& handed) {
      const auto port = handed.ports().at(0);
      port.on_message([=, count = *handed.data().as<int>()](hawser::message_event&) mutable {
        port.post_message(++count);
        if (!successor || count != 1000)
          return;
        std::cout << "a has answered 1000 times and hands the session on to b\n";
        successor.post_message(count, "*", {port});
      });
    });
  };
}

int main() {
  auto a = std::make_unique<machine>("a");
  machine b{"b"};
  machine c{"c"};
  b.network.publish("sessions", b.sys.open("https://b.example/", sessions({})));
  a->network.publish("sessions",
                     a->sys.open("https://a.example/", sessions(a->network.open(b.url))));

  hawser::scoped_context client{c.sys, "https://client.example"};
  auto [session, its] = client.make_channel();
  c.network.open(a->url).post_message(0, "*", {its});
  int last = 0;
  const auto ask = [&, session = session] {
    for (int i = 0; i < 10; ++i)
      session.post_message("how many?");
    for (int i = 0; i < 10; ++i)
      if (const auto answer = client.receive(session, 10s); !answer || answer->data != ++last)
        throw std::runtime_error{"the client has noticed something"};
  };
  while (last < 2000 || !a->network.waypoints().empty())
    ask();
  std::cout << "the client goes on, and nothing of the session is left on a\n";
  a.reset();
  std::cout << "a is shut down\n";
  for (int i = 0; i < 100; ++i)
    ask();
  const auto way = c.network.waypoints().at(0);
  std::cout << "the client had every answer, in order; final hops "
            << (way.out->node == b.network.id() ? 1 : 2) << '\n';
}
