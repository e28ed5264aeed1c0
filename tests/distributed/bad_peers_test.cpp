// Whatever is at the other end of a connection that a node makes: one sentence with the address, in
// the result and in the log, and never later than the deadline.

#include <algorithm>
#include <random>

#include <dlfcn.h>
#include <netdb.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <catch2/catch_test_macros.hpp>

#include "raw_peer.hpp"
#include "two_nodes.hpp"

namespace {

hawser::test::gate lookup;
hawser::test::gate looked_up;

} // namespace

// Stands before the C library's: the host `slow.invalid` is looked up for as long as a test likes.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  if (node != nullptr && std::string_view{node} == "slow.invalid") {
    lookup.pass();
    looked_up.open();
    return EAI_NONAME;
  }
  using function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto original = reinterpret_cast<function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return original(node, service, hints, found);
}

namespace hawser::test {
namespace {

// A handshake that has not come far by then is given up.
node_options hasty() {
  node_options options;
  options.links.handshake_ms_max = 300;
  return options;
}

std::string outcome_of(const result<std::string>& outcome) {
  return outcome ? "connected with " + *outcome : outcome.error().what();
}

// What becomes of connecting with the server, without the part that is the same every time.
std::string outcome_at(const std::string& url, errc expected = errc::not_found_error) {
  test_node a{"a", hasty()};
  const auto outcome = a->connect(url);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error() == expected);
  const auto text = outcome.error().what();
  CHECK(a.log() == lines{"[warning] [node] node_unreachable: " + text});
  const auto front = "cannot connect to " + url + ": ";
  CHECK(text.starts_with(front));
  return text.substr(std::min(text.size(), front.size()));
}

TEST_CASE("a host that does not exist is named", "[distributed][bad-peer]") {
  CHECK(outcome_at("hawser://nowhere.invalid:4000").find("host") != std::string::npos);
}

TEST_CASE("a name that cannot be looked up in time holds nobody up", "[distributed][bad-peer]") {
  CHECK(outcome_at("hawser://slow.invalid:4000", errc::timeout_error)
        == "to look up the host's name takes longer than 300 ms");
  // The node and its system have ended meanwhile.
  lookup.open();
  CHECK(looked_up.pass());
}

TEST_CASE("a port where nobody listens refuses", "[distributed][bad-peer]") {
  CHECK(outcome_at("hawser://127.0.0.1:" + std::to_string(free_port())) == "Connection refused");
}

TEST_CASE("a node says which address it cannot listen on", "[distributed][bad-peer]") {
  const raw_server taken{[](const raw_socket&) {}};
  test_node a{"a"};
  const auto in_use = a->listen("127.0.0.1", taken.port());
  REQUIRE_FALSE(in_use);
  CHECK(in_use.error().what() == "cannot listen on " + taken.url() + ": Address already in use");
  const auto no_host = a->listen("nowhere.invalid", 4000, exposure::anybody);
  REQUIRE_FALSE(no_host);
  CHECK(no_host.error().what().starts_with("cannot listen on hawser://nowhere.invalid:4000: "));
  const auto exposed = a->listen("0.0.0.0", 0);
  REQUIRE_FALSE(exposed);
  CHECK(exposed.error().what()
        == "without TLS a node listens on the loopback only, not on '0.0.0.0', unless "
           "exposure::anybody allows it");
}

TEST_CASE("an address that does not parse is shown with what is wrong", "[distributed][bad-peer]") {
  test_node a{"a"};
  const auto wrong = [&a](const std::string& url) {
    const auto outcome = a->connect(url);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error() == errc::syntax_error);
    CHECK(a->keep_connected(url).what() == outcome.error().what());
    CHECK_THROWS_AS(a->open(url), std::invalid_argument);
    const auto front = "'" + url + "' is no address of a node: ";
    const std::string_view back = " (hawser://host:port/name)";
    const auto text = outcome.error().what();
    REQUIRE(text.starts_with(front));
    REQUIRE(text.ends_with(back));
    return text.substr(front.size(), text.size() - front.size() - back.size());
  };
  const std::string port = "the port is no number from 1 to 65535";
  CHECK(wrong("") == "it does not begin with hawser://");
  CHECK(wrong("http://127.0.0.1:80") == "it does not begin with hawser://");
  CHECK(wrong("hawser:127.0.0.1:80") == "it does not begin with hawser://");
  CHECK(wrong("hawser://") == "there is no port");
  CHECK(wrong("hawser://127.0.0.1") == "there is no port");
  CHECK(wrong("hawser://127.0.0.1/name:80") == "there is no port");
  CHECK(wrong("hawser://[::1]") == "there is no port");
  CHECK(wrong("hawser://127.0.0.1:") == port);
  CHECK(wrong("hawser://127.0.0.1:0") == port);
  CHECK(wrong("hawser://127.0.0.1:65536") == port);
  CHECK(wrong("hawser://127.0.0.1:-1") == port);
  CHECK(wrong("hawser://127.0.0.1:80x") == port);
  CHECK(wrong("hawser://:80") == "there is no host");
  CHECK(wrong("hawser://[]:80") == "there is no host");
  CHECK(wrong("hawser://::1:80") == "an IPv6 address must stand in brackets");
  CHECK(a.log().empty());
}

TEST_CASE("a node's name is one that can stand anywhere", "[distributed][bad-peer]") {
  test_system sys;
  for (const std::string name : {"two words", "new\nline", "na\xc3\xafve", "a/b"})
    CHECK_THROWS_AS((node{*sys, {.name = name}}), std::invalid_argument);
}

TEST_CASE("a server that speaks HTTP is told from a node", "[distributed][bad-peer]") {
  const raw_server server{[](const raw_socket& from) {
    from.read(8);
    from.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  }};
  CHECK(outcome_at(server.url()) == "the peer speaks HTTP, it is no hawser node");
}

TEST_CASE("a server that sends anything at all is told from a node", "[distributed][bad-peer]") {
  const raw_server server{[](const raw_socket& from) {
    std::mt19937 random{1};
    std::string bytes(1U << 20U, ' ');
    std::ranges::generate(bytes, [&random] { return static_cast<char>(random()); });
    from.send(bytes);
  }};
  CHECK(outcome_at(server.url()) == "the peer does not speak hawser's protocol");
}

TEST_CASE("CAF's own protocol is told from hawser's, on either side", "[distributed][bad-peer]") {
  init_global_meta_objects();
  caf::io::middleman::init_global_meta_objects();
  caf::actor_system_config settings;
  settings.load<caf::io::middleman>();
  caf::actor_system other{settings};
  const auto actor =
    other.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; });
  const auto port = other.middleman().publish(actor, 0, "127.0.0.1");
  REQUIRE(port);
  CHECK(outcome_at("hawser://127.0.0.1:" + std::to_string(*port))
        == "the peer does not speak hawser's protocol");

  test_node a{"a", hasty()};
  a.address();
  CHECK_FALSE(other.middleman().remote_actor("127.0.0.1", a.port()));
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("a server that never speaks is given up in time", "[distributed][bad-peer]") {
  const raw_server server{[](const raw_socket& from) { from.read_to_end(); }};
  CHECK(outcome_at(server.url(), errc::timeout_error) == "nothing was heard within 300 ms");
}

TEST_CASE("a server that neither speaks nor ever closes keeps no node", "[distributed][bad-peer]") {
  gate over;
  const raw_server server{[&over](const raw_socket& from) {
    over.pass();
    from.read_to_end();
  }};
  CHECK(outcome_at(server.url(), errc::timeout_error) == "nothing was heard within 300 ms");
  over.open(); // The node is gone by now.
}

TEST_CASE("a server that stops in the middle of the handshake is given up in time",
          "[distributed][bad-peer]") {
  const std::string_view half{"HAWSER\r\n\x01\0\0", 11};
  const raw_server silent{[half](const raw_socket& from) {
    from.send(half);
    from.read_to_end();
  }};
  CHECK(outcome_at(silent.url(), errc::timeout_error)
        == "the handshake was not done within 300 ms");
  const raw_server gone{[half](const raw_socket& from) {
    from.read(9);
    from.send(half);
  }};
  CHECK(outcome_at(gone.url()) == "the connection was closed in the middle of the handshake");
}

TEST_CASE("a node of another version is told from one of this", "[distributed][bad-peer]") {
  const std::string sentence =
    "the initiator speaks version 1 of the link protocol, the acceptor versions 2 to 9";
  notebook heard;
  const raw_server newer{[&heard](const raw_socket& from) {
    const auto hello = from.read(8 + 5);
    from.read(static_cast<unsigned char>(hello.back()));
    from.send({"HAWSER\r\n\x01\0\0\0\x06\0\x02\0\x09??", 19});
    heard.add(from.read_to_end());
  }};
  CHECK(outcome_at(newer.url()) == sentence);
  const auto farewell = heard.await(1).at(0);
  CHECK(farewell.substr(0, 6) == std::string("\x07\0\0\0\x52\x04", 6));
  CHECK(farewell.substr(6) == sentence);

  // It may be the other side that minds.
  const raw_server minding{[](const raw_socket& from) {
    from.read(8);
    from.send({"HAWSER\r\n\x07\0\0\0\x09\x04I do not", 22});
    from.read_to_end();
  }};
  CHECK(outcome_at(minding.url()) == "the other side says: I do not");
}

TEST_CASE("a node cannot be connected to itself", "[distributed][bad-peer]") {
  test_node a{"a"};
  CHECK(outcome_of(a->connect(a.address()))
        == "cannot connect to " + a.address()
             + ": the other side says: a node was to be connected to itself");
  CHECK(a->peers().empty());
}

TEST_CASE("two nodes that dial each other at the same time are connected once",
          "[distributed][bad-peer]") {
  for (unsigned round = 0; round < 10; ++round) {
    test_node a{"a"};
    test_node b{"b"};
    const auto to_a = a.address();
    const auto to_b = b.address();
    std::string a_got;
    std::thread other{[&] { a_got = outcome_of(a->connect(to_b)); }};
    const auto b_got = outcome_of(b->connect(to_a));
    other.join();
    CHECK(a_got == "connected with b");
    CHECK(b_got == "connected with a");
    CHECK(a->peers().size() == 1);
    CHECK(b->peers().size() == 1);
  }
}

TEST_CASE("a second connection of two nodes gives way to the first, whatever it is called",
          "[distributed][bad-peer]") {
  test_node a{"a"};
  test_node b{"b"};
  const auto url = b.address();
  CHECK(outcome_of(a->connect(url)) == "connected with b");
  CHECK(outcome_of(a->connect(url)) == "connected with b");
  CHECK(outcome_of(a->connect("hawser://localhost:" + std::to_string(b.port())))
        == "connected with b");
  CHECK(outcome_of(b->connect(a.address())) == "connected with a");
  CHECK(a->peers().size() == 1);
  CHECK(b->peers().size() == 1);
}

// Posts a port to a window that cannot be found; what becomes of it, and of the proxy.
lines lost_at(test_node& a, const std::string& url) {
  notebook seen;
  a.system().open("https://page.example/", [&](browsing_context* self) {
    auto [port1, port2] = self->make_channel();
    auto window = a->open(url);
    port1.on_message([&seen](message_event&) { seen.add("a message?"); });
    port1.on_close([&seen, self, window](close_event& ev) {
      seen.add("closed " + std::string{to_string(ev.reason())});
      seen.add(window.closed() ? "window closed" : "window open");
      self->close();
    });
    static_cast<void>(window.post_message("Hello!", "*", {port2}));
  });
  return seen.await(2);
}

TEST_CASE("what was posted to a window that cannot be found ends with the reason",
          "[distributed][bad-peer]") {
  test_node a{"a", hasty()};
  test_node b{"b"};
  const auto nobody = "hawser://127.0.0.1:" + std::to_string(free_port());
  CHECK(lost_at(a, nobody + "/frame") == lines{"closed node_lost", "window closed"});
  const raw_server server{[](const raw_socket& from) { from.send("HTTP/1.1 400\r\n\r\n"); }};
  CHECK(lost_at(a, server.url() + "/frame") == lines{"closed node_lost", "window closed"});
  CHECK(lost_at(a, b.address() + "/frame") == lines{"closed refused", "window closed"});
  CHECK(a.log()
        == lines{"[warning] [node] node_unreachable: cannot connect to " + nobody
                   + ": Connection refused",
                 "[warning] [node] node_unreachable: cannot connect to " + server.url()
                   + ": the peer speaks HTTP, it is no hawser node",
                 "[warning] [node] window_not_found: node b has published no window 'frame'"});
}

} // namespace
} // namespace hawser::test
