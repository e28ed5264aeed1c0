// A hub makes two strangers talk directly and steps out. Neither knows the other's window: holding
// one end of a channel is all it takes, and the channel outlives whoever made it. Prints:
//
//   hub: Alice, meet Bob. I am off.
//   Alice: the hub is gone (context_closed)
//   Bob hears: Hello, Bob, it is only us now.
//   Alice hears: Hello, Alice.
//   Bob: Alice has left (context_closed)

#include <iostream>

#include <hawser/hawser.hpp>

void alice(hawser::browsing_context* self) {
  self->on_message([self](hawser::message_event& ev) {
    const auto to_hub = ev.ports().at(0);
    const auto to_bob = ev.ports().at(1);
    to_bob.on_message([self](hawser::message_event& answer) {
      std::cout << "Alice hears: " << to_string(answer.data()) << '\n';
      self->close();
    });
    to_hub.on_close([to_hub, to_bob](hawser::close_event& gone) {
      std::cout << "Alice: the hub is gone (" << to_string(gone.reason()) << ")\n";
      to_bob.post_message("Hello, Bob, it is only us now.");
    });
  });
}

void bob(hawser::browsing_context* self) {
  self->on_message([self](hawser::message_event& ev) {
    const auto to_alice = ev.ports().at(0);
    to_alice.on_message([to_alice](hawser::message_event& greeting) {
      std::cout << "Bob hears: " << to_string(greeting.data()) << '\n';
      to_alice.post_message("Hello, Alice.");
    });
    to_alice.on_close([self](hawser::close_event& gone) {
      std::cout << "Bob: Alice has left (" << to_string(gone.reason()) << ")\n";
      self->close();
    });
  });
}

int main(int argc, char** argv) {
  hawser::system sys{argc, argv};
  const auto to_alice = sys.open("https://alice.example/", alice);
  const auto to_bob = sys.open("https://bob.example/", bob);
  sys.open("https://hub.example/", [=](hawser::browsing_context* hub) {
    auto [for_alice, for_bob] = hub->make_channel();
    auto [line, alices_end] = hub->make_channel();
    std::cout << "hub: Alice, meet Bob. I am off.\n";
    to_alice.post_message("meet Bob", "*", {alices_end, for_alice});
    to_bob.post_message("meet Alice", "*", {for_bob});
    hub->close();
  });
}
