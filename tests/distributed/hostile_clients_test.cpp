// Whoever connects to a listening node and means no good ends a connection of his own and nothing
// else.

#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "hawser/link.hpp"
#include "hawser/value_encoder.hpp"
#include "raw_peer.hpp"
#include "two_nodes.hpp"

namespace hawser::test {
namespace {

/// A node with a healthy peer, which goes on whatever happens beside it.
class attacked {
public:
  explicit attacked(const node_options& options = {}) : node_("b", options) {
    node_->publish("echo", node_.system().open("https://b.example/", [](browsing_context* self) {
      self->on_message([](message_event& ev) {
        const auto port = ev.ports().at(0);
        port.on_message(
          [port](message_event& said) { static_cast<void>(port.post_message(said.data())); });
      });
    }));
    REQUIRE(healthy_->connect(node_.address()));
    page_.emplace(healthy_.system(), "https://a.example/");
    auto [port1, port2] = page_->make_channel();
    near_ = port1;
    static_cast<void>(healthy_->open(node_.address() + "/echo").post_message(1, "*", {port2}));
    CHECK(echo(1) == 1);
  }

  std::uint16_t port() const { return node_.port(); }

  /// Over a channel that has been there all the time.
  value echo(const value& what) {
    static_cast<void>(near_.post_message(what));
    const auto back = page_->receive(near_, patience);
    return back ? back->data : value{back.error().what()};
  }

  /// The same, when nobody is left but the healthy peer.
  std::string said_of(const raw_socket& client) {
    CHECK(node_->peers().size() == 1);
    return log_of(client);
  }

  /// What is in the log about this client, and that the healthy peer has not noticed.
  std::string log_of(const raw_socket& client) {
    CHECK(echo("still there?") == value{"still there?"});
    std::string found;
    for (const auto& line : node_.log())
      if (line.find(client.address() + " ") != std::string::npos)
        found += line;
    return found;
  }

  lines log() const { return node_.log(); }

private:
  test_node node_;
  test_node healthy_{"a"};
  std::optional<scoped_context> page_;
  message_port near_;
};

std::string nothing_came_of(const raw_socket& client, const std::string& why) {
  return "[warning] [node] node_disconnected: a connection from " + client.address()
         + " came to nothing: " + why;
}

std::string_view as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Goes through the handshake as a node named "m".
link shaken_hands(const raw_socket& client) {
  link line{link::side::initiator, {{7, 7}, "m", {}, {}}, 0};
  const auto say = [&] {
    std::vector<std::byte> bytes;
    line.take_output(bytes, 1U << 20U);
    client.send(as_text(bytes));
  };
  say();
  while (!line.open()) {
    const auto next = client.read(1);
    REQUIRE(next.size() == 1);
    line.receive(std::as_bytes(std::span{next}), 0);
    while (const auto event = line.next_event())
      if (std::holds_alternative<link_event::introduced>(event->what)) {
        line.accept(0);
        say();
      }
  }
  return line;
}

// Sends that and nothing more; what the log has to say when the connection is over.
void check_refused(const node_options& options, const std::string& bytes, const std::string& why) {
  attacked target{options};
  const raw_socket client{raw_socket::connect_to(target.port())};
  client.send(bytes);
  client.read_to_end();
  CHECK(target.said_of(client) == nothing_came_of(client, why));
}

TEST_CASE("a client that sends anything at all is shown the door", "[distributed][hostile]") {
  std::mt19937 random{1};
  std::string bytes(100000, ' ');
  std::ranges::generate(bytes, [&random] { return static_cast<char>(random()); });
  check_refused({}, bytes, "the peer does not speak hawser's protocol (not hawser)");
  check_refused({}, "GET / HTTP/1.1\r\n\r\n",
                "the peer does not speak hawser's protocol (not hawser)");
}

TEST_CASE("a client that stops in the middle of the handshake is shown the door",
          "[distributed][hostile]") {
  node_options options;
  options.links.handshake_ms_max = 300;
  check_refused(options, "", "nothing was heard within 300 ms (handshake)");
  check_refused(options, "HAWS", "the handshake was not done within 300 ms (handshake)");
  check_refused(options, std::string("HAWSER\r\n\x01\0\0\0\x20\0\x01", 15),
                "the handshake was not done within 300 ms (handshake)");
}

TEST_CASE("a client whose records are too long or out of place is shown the door",
          "[distributed][hostile]") {
  check_refused({}, "HAWSER\r\n\x01\xff\xff\xff\xff",
                "a record of 4294967295 bytes, where 16384 may be (limit)");
  check_refused({}, std::string("HAWSER\r\n\x03\0\0\0\0", 13),
                "a record of frames or signs of life before the handshake is done (rule)");
}

TEST_CASE("a peer that sends garbage for frames loses its connection and nobody else's",
          "[distributed][hostile]") {
  attacked target;
  for (const std::string& garbage :
       {std::string("\x03\0\0\0\x05\0\0\0\x01\xff", 10), std::string("\x09\0\0\0\0", 5),
        std::string("\x03\x7f\xff\xff\xff", 5)}) {
    const raw_socket client{raw_socket::connect_to(target.port())};
    shaken_hands(client);
    client.send(garbage);
    CHECK(client.read_to_end().find("(") == std::string::npos);
    const auto said = target.said_of(client);
    CHECK(said.starts_with("[warning] [node] node_disconnected: the connection with node m at "
                           + client.address() + " has ended: "));
  }
}

TEST_CASE("a client cannot take the place of a node that is connected", "[distributed][hostile]") {
  attacked target;
  const raw_socket first{raw_socket::connect_to(target.port())};
  shaken_hands(first);
  const raw_socket second{raw_socket::connect_to(target.port())};
  link line{link::side::initiator, {{7, 7}, "n", {}, {}}, 0};
  std::vector<std::byte> hello;
  line.take_output(hello, 1U << 20U);
  second.send(as_text(hello));
  const auto answer = second.read_to_end();
  const std::string why = "node 'n' claims to be another node that is connected";
  CHECK(answer.ends_with(why));
  CHECK(target.log_of(second) == nothing_came_of(second, why + " (refused)"));
}

// How often the log says it, and how many lines it says were left out.
std::pair<int, int> told_about_m(const lines& log) {
  const std::string left_out = "[warning] [node] lines_left_out: ";
  std::pair<int, int> told{0, 0};
  for (const auto& line : log)
    if (line.find("frame_ignored: node m sent ") != std::string::npos)
      ++told.first;
    else if (line.starts_with(left_out) && line.ends_with("about node m"))
      told.second += std::stoi(line.substr(left_out.size()));
  return told;
}

TEST_CASE("a peer cannot fill the log, which says how much it left out", "[distributed][hostile]") {
  constexpr int frames = 1000;
  attacked target;
  const auto sum = [&target] {
    const auto [told, left_out] = told_about_m(target.log());
    return told + left_out;
  };
  {
    const raw_socket client{raw_socket::connect_to(target.port())};
    auto line = shaken_hands(client);
    std::vector<std::byte> data;
    REQUIRE_FALSE(encode(value{}, data));
    window_frame stray;
    stray.target = {1, 2};
    stray.facts.origin = "hawser://m";
    stray.message.data = encoded_data::copy_of(data);
    for (int i = 0; i < frames; ++i)
      line.send(stray);
    std::vector<std::byte> bytes;
    line.take_output(bytes, std::size_t{1} << 24U);
    client.send(as_text(bytes));
    const auto first = [&target] { return told_about_m(target.log()).first; };
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (first() < 10 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (sum() != frames && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  CHECK(sum() == frames);
  CHECK(told_about_m(target.log()).first < 40); // Ten and one for each second.
}

TEST_CASE("no more strangers are let in at a time than may be", "[distributed][hostile]") {
  node_options options;
  options.strangers_max = 2;
  attacked target{options};
  const raw_socket first{raw_socket::connect_to(target.port())};
  const raw_socket second{raw_socket::connect_to(target.port())};
  const raw_socket third{raw_socket::connect_to(target.port())};
  third.read_to_end();
  CHECK(target.said_of(third)
        == "[warning] [node] connection_refused: a connection from " + third.address()
             + " was refused: 2 are in the handshake already");
}

} // namespace
} // namespace hawser::test
