// A port changes its owner twice while its peer goes on posting. What has been posted moves with
// the port, and what is posted later finds it: no message is lost, repeated or out of order.
// Prints:
//
//   first owner:  1 to 1000, in order; hands the port on
//   second owner: 1001 to 2000, in order; hands the port on
//   third owner:  2001 to 30000, in order; the writer has closed

#include <cstdlib>
#include <iostream>
#include <string>

#include <hawser/hawser.hpp>

constexpr int last_number = 30'000;

// Reads numbers from the port it is handed; `next`, if any, gets the port after `share` of them.
hawser::start_function owner(std::string name, int share, hawser::window_proxy next) {
  return [=](hawser::browsing_context* self) {
    self->on_message([=](hawser::message_event& handed) {
      const int first = *handed.data().as<int>();
      auto port = handed.ports().at(0);

      port.on_close([=] {
        std::cout << last_number << ", in order; the writer has closed\n";
        self->close();
      });
      std::cout << name << first << " to ";

      port.on_message([=, expected = first](hawser::message_event& ev) mutable {
        if (ev.data() != expected) {
          std::cout << "wrong number: " << to_string(ev.data()) << '\n';
          std::exit(EXIT_FAILURE);
        }
        ++expected;
        if (expected == first + share) {
          std::cout << expected - 1 << ", in order; hands the port on\n";
          next.post_message(expected, "*", {port});
          self->close();
        }
      });
    });
  };
}

// Posts a hundred numbers, lets others have their turn, and goes on.
void writer(hawser::browsing_context* self, const hawser::window_proxy& first_owner) {
  auto [port1, port2] = self->make_channel();
  first_owner.post_message(1, "*", {port2});
  self->on_message([self, port1 = port1](hawser::message_event& ev) {
    const int begin = *ev.data().as<int>();
    for (int number = begin; number < begin + 100; ++number)
      port1.post_message(number);
    if (begin + 100 > last_number)
      self->close();
    else
      self->window().post_message(begin + 100);
  });
  self->window().post_message(1);
}

int main(int argc, char** argv) {
  hawser::system sys{argc, argv};
  const auto third = sys.open("https://third.example/", owner("third owner:  ", last_number, {}));
  const auto second = sys.open("https://second.example/", owner("second owner: ", 1000, third));
  const auto first = sys.open("https://first.example/", owner("first owner:  ", 1000, second));
  sys.open("https://writer.example/", [first](auto* self) { writer(self, first); });
}
