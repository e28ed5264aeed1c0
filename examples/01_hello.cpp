// The documents' example: a page makes a channel, opens a frame and hands it one end of the channel
// together with a greeting. The frame answers over the channel, and the page prints the answer:
//
//   Message back from the IFrame

#include <iostream>

#include <hawser/hawser.hpp>

// [hello]
void frame(hawser::browsing_context* self) {
  self->on_message([](hawser::message_event& ev) {
    const auto port = ev.ports().at(0);
    port.post_message("Message back from the IFrame");
  });
}

void main_page(hawser::browsing_context* self) {
  auto [port1, port2] = self->make_channel();
  auto iframe = self->open("https://frame.example/", frame);
  port1.on_message([self](hawser::message_event& ev) {
    std::cout << to_string(ev.data()) << '\n';
    self->close();
  });
  iframe.post_message("Hello from the main page!", "*", {port2});
}

int main(int argc, char** argv) {
  hawser::system sys{argc, argv};
  sys.open("https://page.example/", main_page);
}
// [hello]
