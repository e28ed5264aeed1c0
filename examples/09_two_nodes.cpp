// The example of 01_hello with the frame in another process, which could as well be on another
// machine: what page and frame do is the same. Started without arguments it starts the second
// process itself; by hand, in two terminals:
//
//   09_two_nodes listen 4700
//   09_two_nodes connect hawser://127.0.0.1:4700
//
// Prints:
//
//   Message back from the IFrame

#include <cstdio>
#include <iostream>
#include <string>

#include <hawser/hawser.hpp>

void frame(hawser::browsing_context* self) {
  self->on_message([self](hawser::message_event& ev) {
    const auto port = ev.ports().at(0);
    port.on_close([self, port] { self->close(); }); // Until then the answer may be on its way.
    port.post_message("Message back from the IFrame");
  });
}

void main_page(hawser::browsing_context* self, const hawser::window_proxy& iframe) {
  auto [port1, port2] = self->make_channel();
  port1.on_message([self](hawser::message_event& ev) {
    std::cout << to_string(ev.data()) << '\n';
    self->close();
  });
  port1.on_close([self](hawser::close_event& ev) {
    std::cout << "no answer: " << explain(ev.reason()) << '\n';
    self->close();
  });
  iframe.post_message("Hello from the main page!", "*", {port2});
}

int listen(std::uint16_t port) {
  hawser::system sys;
  // Which other node may speak for which origins; for its own, `hawser://pages`, it always may.
  hawser::node frames{sys, {.name = "frames", .grants = {{"pages", {"https://page.example"}}}}};
  frames.publish("frame", sys.open("https://frame.example/", frame));
  const auto chosen = frames.listen("127.0.0.1", port);
  if (!chosen) {
    std::cerr << chosen.error().what() << '\n';
    sys.close_all();
    return 1;
  }
  std::cout << "hawser://127.0.0.1:" << *chosen << std::endl;
  sys.await_all_closed();
  return 0;
}

int connect(const std::string& url) {
  hawser::system sys;
  hawser::node pages{sys, {.name = "pages"}};
  const auto iframe = pages.open(url + "/frame");
  sys.open("https://page.example/", [iframe](auto* self) { main_page(self, iframe); });
  sys.await_all_closed();
  return 0;
}

int main(int argc, char** argv) {
  const std::string role = argc == 3 ? argv[1] : "both";
  if (role == "listen")
    return listen(static_cast<std::uint16_t>(std::stoi(argv[2])));
  if (role == "connect")
    return connect(argv[2]);
  const auto command = "'" + std::string{argv[0]} + "' listen 0";
  auto* other = popen(command.c_str(), "r");
  char url[64] = "";
  const int outcome = std::fscanf(other, "%63s", url) == 1 ? connect(url) : 1;
  return pclose(other) == 0 ? outcome : 1;
}
