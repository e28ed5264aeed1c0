// Tabs of one site keep a shopping basket in step. Nobody introduces them to one another: they use
// the same name and have the same origin. An advertisement of another site uses the name too and
// hears nothing. A tab that opens later has missed what was said, so it asks. Prints:
//
//   first tab: the basket holds 1 apple(s)
//   second tab asks what it has missed
//   second tab: the basket holds 1 apple(s)
//   second tab takes 3
//   first tab: the basket holds 3 apple(s)
//   first tab closes the shop for everybody
//   second tab: bye

#include <iostream>

#include <hawser/hawser.hpp>

void second_tab(hawser::browsing_context* self) {
  const auto basket = self->make_broadcast_channel("basket");
  basket.on_message([self, basket](hawser::message_event& ev) {
    if (ev.data() == "closed") {
      std::cout << "second tab: bye\n";
      return self->close();
    }
    std::cout << "second tab: the basket holds " << to_string(ev.data()["apples"])
              << " apple(s)\nsecond tab takes 3\n";
    basket.post_message(hawser::object{{"apples", 3}});
  });
  std::cout << "second tab asks what it has missed\n";
  basket.post_message("what is in it?");
}

void advertisement(hawser::browsing_context* self) {
  const auto basket = self->make_broadcast_channel("basket");
  basket.on_message([] { std::cout << "this is never printed\n"; });
  self->parent().post_message("ready", "*");
}

void first_tab(hawser::browsing_context* self) {
  // Two channels of one name in one context hear each other, but no channel hears itself.
  const auto counter = self->make_broadcast_channel("basket");
  const auto button = self->make_broadcast_channel("basket");
  counter.on_message([=, apples = hawser::value{}](hawser::message_event& ev) mutable {
    if (ev.data() == "what is in it?") {
      counter.post_message(hawser::object{{"apples", apples}});
      return;
    }
    apples = ev.data()["apples"];
    std::cout << "first tab: the basket holds " << to_string(apples) << " apple(s)\n";
    if (apples == 1) {
      self->open("https://shop.example/fruit", second_tab,
                 {.kind = hawser::context_kind::auxiliary});
      return;
    }
    std::cout << "first tab closes the shop for everybody\n";
    counter.post_message("closed");
    self->close();
  });
  self->on_message([button] { button.post_message(hawser::object{{"apples", 1}}); });
  self->open("https://advertisement.example/", advertisement);
}

int main(int argc, char** argv) {
  hawser::system sys{argc, argv};
  sys.open("https://shop.example/", first_tab);
}
