// When a port begins to deliver. Messages wait in its queue until it is started: adding a listener
// does not start it, `start` does, and so does setting the handler `on_message`. What has waited
// then comes in the order it was posted. Prints:
//
//   three messages posted, a listener added
//   a later message came to the window, none to the listener: the port is not started
//   port started
//   the listener hears 1
//   the listener hears 2
//   the listener hears 3
//   the handler hears A, for setting it starts the port
//   the handler hears B, for setting it starts the port

#include <iostream>

#include <hawser/hawser.hpp>

void second_half(hawser::browsing_context* self) {
  auto [port1, port2] = self->make_channel();
  port1.post_message("A");
  port1.post_message("B");
  port2.on_message([self](hawser::message_event& ev) {
    std::cout << "the handler hears " << to_string(ev.data())
              << ", for setting it starts the port\n";
    if (ev.data() == "B")
      self->close();
  });
}

void page(hawser::browsing_context* self) {
  auto [port1, port2] = self->make_channel();
  for (int number = 1; number <= 3; ++number)
    port1.post_message(number);

  port2.add_event_listener("message", [self](hawser::message_event& ev) {
    std::cout << "the listener hears " << to_string(ev.data()) << '\n';
    if (ev.data() == 3)
      second_half(self);
  });
  std::cout << "three messages posted, a listener added\n";

  // Posted after the three: were the port started, they would have been delivered first.
  self->on_message([port2 = port2] {
    std::cout << "a later message came to the window, none to the listener: "
                 "the port is not started\n";
    port2.start();
    std::cout << "port started\n";
  });
  self->window().post_message("later");
}

int main(int argc, char** argv) {
  hawser::system sys{argc, argv};
  sys.open("https://page.example/", page);
}
