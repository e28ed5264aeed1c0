// A port as a capability: whoever holds it may read one file, and may pass it on; no list says who.
// The service gives such a port to Alice and to nobody else. She passes it to Bob, on a node of his
// own, and it lets him do what it let her do: read lines of that file, and no more. Prints:
//
//   Alice reads: Dear crew,
//   Bob reads: tomorrow we sail.
//   Bob reads: this port reads lines of one file, by their number
//   Bob asks the service himself: closed_by_peer

#include <cstdio>
#include <iostream>
#include <string>

#include <hawser/hawser.hpp>

void service(hawser::browsing_context* self) {
  auto* file = std::tmpfile();
  std::fputs("Dear crew,\ntomorrow we sail.\n", file);
  self->on_message([file](hawser::message_event& ev) {
    const auto port = ev.ports().at(0);
    if (ev.origin() != "https://alice.example")
      return port.close();
    port.on_message([file, port](hawser::message_event& wanted) {
      char line[80] = "this port reads lines of one file, by their number";
      std::rewind(file);
      for (int left = wanted.data().as<int>().value_or(0); left > 0; --left)
        std::fscanf(file, "%79[^\n]\n", line);
      port.post_message(line);
    });
  });
}

void alice(hawser::browsing_context* self, hawser::window_proxy files, hawser::window_proxy bob) {
  auto [reader, its] = self->make_channel();
  files.post_message("a port, please", "*", {its});
  reader.post_message(1);
  reader.on_message([bob, reader = reader](hawser::message_event& ev) {
    std::cout << "Alice reads: " << to_string(ev.data()) << '\n';
    bob.post_message("read on", "*", {reader});
  });
}

void bob(hawser::browsing_context* self, hawser::window_proxy files) {
  self->on_message([=](hawser::message_event& handed) {
    const auto reader = handed.ports().at(0);
    reader.post_message(2);
    reader.post_message("/etc/passwd");
    reader.on_message([=, answers = 0](hawser::message_event& ev) mutable {
      std::cout << "Bob reads: " << to_string(ev.data()) << '\n';
      if (++answers < 2)
        return;
      auto [mine, its] = self->make_channel();
      files.post_message("a port, please", "*", {its});
      mine.on_close([self, mine = mine](hawser::close_event& no) {
        std::cout << "Bob asks the service himself: " << to_string(no.reason()) << '\n';
        self->close();
      });
    });
  });
}

int main() {
  hawser::system sys1, sys2, sys3; // In one program the lines come in order; three would do.
  hawser::node alices{sys1, {.name = "alice"}};
  hawser::node bobs{sys2, {.name = "bob", .grants = {{"alice", {"*"}}}}};
  hawser::node files{sys3, {.grants = {{"alice", {"https://alice.example"}}, {"bob", {"*"}}}}};
  const auto url = [](hawser::node& of) {
    return "hawser://127.0.0.1:" + std::to_string(*of.listen("127.0.0.1", 0)) + "/it";
  };
  const auto at_files = url(files);
  const auto at_bob = url(bobs);
  files.publish("it", sys3.open("https://files.example/", service));
  bobs.publish(
    "it", sys2.open("https://bob.example/", [&](auto* self) { bob(self, bobs.open(at_files)); }));
  sys1.open("https://alice.example/",
            [&](auto* self) { alice(self, alices.open(at_files), alices.open(at_bob)); });
  sys2.await_all_closed();
  sys1.close_all();
  sys3.close_all();
}
