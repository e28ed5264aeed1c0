// The documents' example: a page makes a channel and hands one end of it to a frame together with a
// greeting; the frame answers over the channel. Page and frame may also know each other by a
// channel only, as on two nodes.

#include "builtin.hpp"

namespace hawser::tool {
namespace {

void page(browsing_context* self, behaviour_setup& setup) {
  auto [port1, port2] = self->make_channel();
  port1.on_message([self, &setup](message_event& ev) {
    setup.print(to_string(ev.data()));
    self->close();
  });
  const auto greeting = setup.argument<std::string>("greeting");
  if (const auto frame = setup.port("frame"))
    frame.post_message(greeting, {port2});
  else
    setup.child(setup.argument<std::string>("frame")).post_message(greeting, "*", {port2});
}

void frame(browsing_context* self, behaviour_setup& setup) {
  const auto answer = [&setup](message_event& ev) {
    setup.print("got " + to_string(ev.data()));
    ev.ports().at(0).post_message(setup.argument<std::string>("answer"));
  };
  self->on_message(answer);
  if (const auto page = setup.port("page"))
    page.on_message(answer);
}

} // namespace

void add_hello(behaviour_catalogue& into) {
  into.add(
    {.name = "hello_page",
     .help = "Greets a frame, one nested in it or at its port, prints the answer and ends.",
     .arguments =
       {{.name = "frame", .help = "the name of the frame nested in it", .fallback = "frame"},
        {.name = "greeting", .help = "what to say", .fallback = "Hello from the main page!"}},
     .ports = {{.name = "frame",
                .help = "a frame that is elsewhere",
                .arity = port_arity::optional}},
     .start = page});
  into.add(
    {.name = "hello_frame",
     .help = "Prints greetings and answers over the port that comes with each.",
     .arguments = {{.name = "answer",
                    .help = "what to say",
                    .fallback = "Message back from the IFrame"}},
     .ports = {{.name = "page", .help = "a page that is elsewhere", .arity = port_arity::optional}},
     .start = frame});
}

} // namespace hawser::tool
