// Behaviours of an application, loaded with `hawser run --load ./libmine.so`. Most of them
// misbehave, so that the tests see what `hawser` says then.

#include <stdexcept>

#include <hawser/behaviour.hpp>

namespace {

using hawser::behaviour_setup;
using hawser::browsing_context;
using hawser::message_event;

void echo(browsing_context*, behaviour_setup& setup) {
  const auto caller = setup.port("caller");
  caller.on_message([caller](message_event& ev) { caller.post_message(ev.data()); });
}

void ask(browsing_context* self, behaviour_setup& setup) {
  const auto echo_port = setup.port("echo");
  echo_port.on_message([self, &setup](message_event& ev) {
    setup.print("echo says " + to_string(ev.data()));
    self->close();
  });
  echo_port.post_message(setup.argument<std::string>("question"));
}

void print_lines(browsing_context* self, behaviour_setup& setup) {
  const auto lines = setup.argument<int>("lines");
  for (int i = 0; i < lines; ++i)
    setup.print("line " + std::to_string(i));
  self->close();
}

void print_text(browsing_context* self, behaviour_setup& setup) {
  setup.print(setup.argument<std::string>("text"));
  self->close();
}

void throw_at_start(browsing_context*, behaviour_setup&) {
  throw std::runtime_error("no ship in sight");
}

void throw_later(browsing_context* self, behaviour_setup&) {
  self->on_message([] { throw std::runtime_error("the rope broke"); });
  self->window().post_message("now");
}

void stay(browsing_context*, behaviour_setup& setup) {
  setup.print("stays");
}

// Posts to a port whose other end never starts its queue.
void pile_up(browsing_context*, behaviour_setup& setup) {
  for (int i = 0; i < 3; ++i)
    setup.port("out").post_message(i);
}

// Says why its port was closed, and ends.
void watch(browsing_context* self, behaviour_setup& setup) {
  setup.print("watches");
  setup.port("other").on_close([self, &setup](hawser::close_event& ev) {
    setup.print("saw close: " + std::string{to_string(ev.reason())});
    self->close();
  });
}

// In place of a chaos_writer: posts numbers, and leaves one out.
void leave_one_out(browsing_context* self, behaviour_setup& setup) {
  auto [own, wandering] = self->make_channel();
  setup.port("first").post_message(hawser::object{{"expect", 0}, {"of", setup.name()}},
                                   {wandering});
  for (const int number : {0, 1, 3})
    own.post_message(number);
  setup.make<hawser::message_port>(own);
}

// Never returns from its event, and so cannot be ended.
void spin(browsing_context*, behaviour_setup& setup) {
  setup.print("spins");
  for (volatile bool forever = true; forever;) {}
}

} // namespace

HAWSER_BEHAVIOUR_LIBRARY(catalogue) {
  using hawser::argument_type;
  using hawser::port_arity;
  catalogue.add({.name = "mine.echo",
                 .help = "Answers every message with itself.",
                 .arguments = {},
                 .ports = {{.name = "caller", .help = "where messages come from"}},
                 .start = echo});
  catalogue.add({.name = "mine.ask",
                 .help = "Asks, prints the answer and ends.",
                 .arguments = {{.name = "question", .help = "what to ask"}},
                 .ports = {{.name = "echo", .help = "whom to ask"}},
                 .start = ask});
  catalogue.add({.name = "mine.lines",
                 .help = "Prints numbered lines and ends.",
                 .arguments = {{.name = "lines",
                                .type = argument_type::integer,
                                .help = "how many",
                                .fallback = 3,
                                .at_least = 0,
                                .at_most = 1e6}},
                 .ports = {},
                 .start = print_lines});
  catalogue.add({.name = "mine.text",
                 .help = "Prints a text and ends.",
                 .arguments = {{.name = "text", .help = "what to print"}},
                 .ports = {},
                 .start = print_text});
  catalogue.add({.name = "mine.throw_at_start",
                 .help = "Throws.",
                 .arguments = {},
                 .ports = {},
                 .start = throw_at_start});
  catalogue.add({.name = "mine.throw_later",
                 .help = "Throws in a listener.",
                 .arguments = {},
                 .ports = {},
                 .start = throw_later});
  catalogue.add(
    {.name = "mine.stay",
     .help = "Does nothing, for ever.",
     .arguments = {},
     .ports = {{.name = "in", .help = "never started", .arity = port_arity::any_number}},
     .start = stay});
  catalogue.add({.name = "mine.pile_up",
                 .help = "Posts three messages.",
                 .arguments = {},
                 .ports = {{.name = "out", .help = "where to"}},
                 .start = pile_up});
  catalogue.add({.name = "mine.watch",
                 .help = "Waits until its port is closed, and says why.",
                 .arguments = {},
                 .ports = {{.name = "other", .help = "which to watch"}},
                 .start = watch});
  catalogue.add({.name = "mine.leave_one_out",
                 .help = "Posts numbers with a gap.",
                 .arguments = {},
                 .ports = {{.name = "first", .help = "as of chaos_writer"},
                           {.name = "victim", .help = "unused", .arity = port_arity::any_number}},
                 .start = leave_one_out});
  catalogue.add({.name = "mine.spin",
                 .help = "Never returns from its first event.",
                 .arguments = {},
                 .ports = {},
                 .start = spin});
}
