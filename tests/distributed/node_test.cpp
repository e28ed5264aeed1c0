#include <cstddef>
#include <filesystem>
#include <iterator>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "two_nodes.hpp"

namespace hawser::test {
namespace {

TEST_CASE("a window of another node gets a message and a port, and answers over it",
          "[distributed]") {
  test_node a{"a"};
  test_node b{"b"};
  notebook seen;
  b->publish("frame", b.system().open("https://frame.example/", [&](browsing_context* self) {
    self->on_message([&seen, self](message_event& ev) {
      seen.add(ev.origin() + " says " + to_string(ev.data()));
      const auto port = ev.ports().at(0);
      port.post_message("Message back from the IFrame");
      self->close();
    });
  }));
  const auto where = b.address() + "/frame";
  a.system().open("https://page.example/", [&](browsing_context* self) {
    auto [port1, port2] = self->make_channel();
    port1.on_message([&seen, self](message_event& ev) {
      seen.add("page got " + to_string(ev.data()));
      self->close();
    });
    static_cast<void>(a->open(where).post_message("Hello!", "*", {port2}));
  });
  CHECK(seen.await(2)
        == lines{"https://page.example says Hello!", "page got Message back from the IFrame"});
}

// Takes what arrives at a port and, now and then, hands the port on to the next in the round.
void runner(browsing_context* self, notebook& seen, window_proxy next, int stay, int last) {
  self->on_message([self, &seen, next, stay, last](message_event& ev) {
    auto port = ev.ports().at(0);
    auto expected = std::make_shared<int>(*ev.data().as<int>());
    const auto leave_at = *expected + stay;
    port.on_message([self, &seen, next, last, port, expected, leave_at](message_event& arrived) {
      const auto number = *arrived.data().as<int>();
      seen.check(number == *expected, "number " + std::to_string(number) + " came instead of "
                                        + std::to_string(*expected));
      ++*expected;
      if (*expected == last) {
        seen.add("all are there");
        self->close();
      } else if (*expected >= leave_at && !port.detached()) {
        static_cast<void>(next.post_message(*expected, "*", {port}));
      }
    });
  });
}

TEST_CASE("a port travels round three nodes while its peer posts, and nothing is lost",
          "[distributed]") {
  constexpr int messages = 20000;
  constexpr int stay = 1000;
  notebook seen;
  test_node a{"a"};
  test_node b{"b"};
  test_node c{"c"};
  const auto at = [](test_node& each) { return each.address() + "/runner"; };
  const auto open = [&](test_node& where, test_node& next) {
    const auto target = where->open(at(next));
    where->publish(
      "runner", where.system().open("https://runner.example/", [&, target](browsing_context* self) {
        runner(self, seen, target, stay, messages);
      }));
  };
  for (auto* each : {&a, &b, &c})
    each->address();
  open(a, b);
  open(b, c);
  open(c, a);
  const auto first = a->open(at(b));
  a.system().open("https://page.example/", [&](browsing_context* self) {
    auto [port1, port2] = self->make_channel();
    static_cast<void>(first.post_message(0, "*", {port2}));
    for (int i = 0; i < messages; ++i)
      static_cast<void>(port1.post_message(i));
  });
  CHECK(seen.await(1) == lines{"all are there"});
  for (auto* each : {&a, &b, &c})
    each->system().close_all();
}

TEST_CASE("a node whose process is hardly ever run starts before its time does", "[distributed]") {
  constexpr int starts = 300;
  node_options options;
  options.links.heartbeat_ms = 1;
  std::vector<std::jthread> others;
  for (int i = 0; i < 6; ++i)
    others.emplace_back([](const std::stop_token& end) {
      while (!end.stop_requested()) {}
    });
  for (int i = 0; i < starts; ++i) {
    test_node made{"a", options};
    CHECK(made->peers().empty());
  }
}

std::ptrdiff_t open_files() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
}

TEST_CASE("a node that ends as soon as it listens leaves no socket open", "[distributed]") {
  constexpr int times = 50;
  test_node{"a"}.address(); // What is made once for all of them.
  const auto before = open_files();
  for (int i = 0; i < times; ++i)
    test_node{"a"}.address();
  CHECK(open_files() == before);
}

TEST_CASE("small messages of other channels pass a large one", "[distributed]") {
  constexpr std::size_t large = std::size_t{1} << 28;
  notebook seen;
  test_node a{"a"};
  test_node b{"b"};
  b->publish("page", b.system().open("https://frame.example/", [&](browsing_context* self) {
    self->on_message([&, self](message_event& ev) {
      const auto first = ev.ports().at(0);
      const auto second = ev.ports().at(1);
      first.on_message([&, self](message_event& arrived) {
        const auto* buffer = arrived.data().get_if<array_buffer>();
        seen.check(buffer != nullptr && buffer->size() == large, "the buffer's size");
        seen.add("large");
        self->close();
      });
      second.on_message([&](message_event& arrived) { seen.add(to_string(arrived.data())); });
    });
  }));
  const auto where = b.address() + "/page";
  a.system().open("https://page.example/", [&](browsing_context* self) {
    auto [near1, far1] = self->make_channel();
    auto [near2, far2] = self->make_channel();
    static_cast<void>(a->open(where).post_message("ports", "*", {far1, far2}));
    array_buffer buffer{large};
    seen.check(!near1.post_message(buffer, {buffer}), "the buffer can be posted");
    static_cast<void>(near2.post_message("small"));
    near1.on_close([self] { self->close(); });
  });
  CHECK(seen.await(2) == lines{"small", "large"});
}

} // namespace
} // namespace hawser::test
