// The documents' example: a page makes a channel and hands one end of it to a frame together with a
// greeting; the frame answers over the channel.

#include "builtin.hpp"

namespace hawser::tool {
namespace {

void page(browsing_context* self, behaviour_setup& setup) {
  const auto frame = setup.child(setup.argument<std::string>("frame"));
  auto [port1, port2] = self->make_channel();
  port1.on_message([self, &setup](message_event& ev) {
    setup.print(to_string(ev.data()));
    self->close();
  });
  frame.post_message(setup.argument<std::string>("greeting"), "*", {port2});
}

void frame(browsing_context* self, behaviour_setup& setup) {
  self->on_message([&setup](message_event& ev) {
    setup.print("got " + to_string(ev.data()));
    ev.ports().at(0).post_message(setup.argument<std::string>("answer"));
  });
}

} // namespace

void add_hello(behaviour_catalogue& into) {
  into.add({.name = "hello_page",
            .help = "Greets a frame nested in it, prints the answer and ends.",
            .arguments = {{.name = "frame", .help = "the name of the frame", .fallback = "frame"},
                          {.name = "greeting",
                           .help = "what to say",
                           .fallback = "Hello from the main page!"}},
            .ports = {},
            .start = page});
  into.add({.name = "hello_frame",
            .help = "Prints greetings and answers over the port that comes with each.",
            .arguments = {{.name = "answer",
                           .help = "what to say",
                           .fallback = "Message back from the IFrame"}},
            .ports = {},
            .start = frame});
}

} // namespace hawser::tool
