// Nodes with certificates: who is let in, and what is said to who is not.

#include <openssl/ssl.h>

#include <catch2/catch_test_macros.hpp>

#include "certificates.hpp"
#include "raw_peer.hpp"
#include "two_nodes.hpp"

namespace hawser::test {
namespace {

node_options with(const tls_files& files) {
  node_options options;
  options.tls = files;
  return options;
}

/// A folder with an authority.
struct trusted : certificate_folder {
  trusted() { make_authority("authority"); }
};

std::string outcome_of(const result<std::string>& outcome) {
  return outcome ? "connected with " + *outcome : outcome.error().what();
}

// The log of a node that listens, as soon as there is a line.
std::string first_line(const test_node& of) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto log = of.log();
    if (!log.empty())
      return log.front();
    if (std::chrono::steady_clock::now() > deadline)
      return "(nothing)";
    std::this_thread::yield();
  }
}

// Both sides say why, each in one line: `a` connects to `b`. Their addresses are left out.
void check_refusal(const node_options& of_a, const node_options& of_b, const std::string& a_says,
                   const std::string& b_says) {
  test_node a{"a", of_a};
  test_node b{"b", of_b};
  const auto text = outcome_of(a->connect(b.address()));
  CHECK(text == "cannot connect to " + b.address() + ": " + a_says);
  CHECK(a.log() == lines{"[warning] [node] node_unreachable: " + text});
  const auto line = first_line(b);
  const std::string_view front = "[warning] [node] node_disconnected: a connection from 127.0.0.1:";
  CHECK(line.starts_with(front));
  const std::string_view middle = " came to nothing: ";
  const auto at = line.find(middle);
  REQUIRE(at != std::string::npos);
  CHECK(line.substr(at + middle.size()) == b_says);
  CHECK(a->peers().empty());
  CHECK(b->peers().empty());
}

TEST_CASE("two nodes with certificates of one authority talk, also much", "[distributed][tls]") {
  const trusted folder;
  test_node a{"a", with(folder.make_certificate("a"))};
  test_node b{"b", with(folder.make_certificate("b"))};
  b->publish("echo", b.system().open("https://b.example/", [](browsing_context* self) {
    self->on_message([](message_event& ev) {
      const auto port = ev.ports().at(0);
      port.on_message(
        [port](message_event& said) { static_cast<void>(port.post_message(said.data())); });
    });
  }));
  REQUIRE(outcome_of(a->connect(b.address())) == "connected with b");
  scoped_context page{a.system(), "https://a.example/"};
  auto [port1, port2] = page.make_channel();
  static_cast<void>(a->open(b.address() + "/echo").post_message(1, "*", {port2}));
  const std::string large(3000000, 'x');
  static_cast<void>(port1.post_message("small"));
  static_cast<void>(port1.post_message(large));
  const auto small_back = page.receive(port1, patience);
  REQUIRE(small_back);
  CHECK(small_back->data == value{"small"});
  const auto large_back = page.receive(port1, patience);
  REQUIRE(large_back);
  CHECK((large_back->data == value{large}));
}

TEST_CASE("what two nodes with certificates say cannot be read on the way", "[distributed][tls]") {
  const trusted folder;
  notebook heard;
  const raw_server server{[&heard](const raw_socket& from) { heard.add(from.read(100)); }};
  auto options = with(folder.make_certificate("a"));
  options.contact = "hawser://secret.example:1";
  test_node a{"a", options};
  CHECK_FALSE(a->connect(server.url()));
  const auto bytes = heard.await(1).at(0);
  CHECK(bytes.front() == '\x16');
  CHECK(bytes.find("HAWSER") == std::string::npos);
  CHECK(bytes.find("secret") == std::string::npos);
}

TEST_CASE("a certificate that is not valid now is refused", "[distributed][tls]") {
  const trusted folder;
  const auto good = folder.make_certificate("b");
  const auto old = folder.make_certificate(
    "a", {.alternative_names = "DNS:a", .begins_s = -7200, .ends_s = -3600});
  check_refusal(with(old), with(good),
                "the peer does not accept this node's certificate or TLS: certificate expired",
                "the peer's certificate is not accepted: certificate has expired (refused)");
  const auto good_a = folder.make_certificate("a");
  const auto old_b = folder.make_certificate(
    "b", {.alternative_names = "DNS:b", .begins_s = -7200, .ends_s = -3600});
  check_refusal(
    with(good_a), with(old_b), "the peer's certificate is not accepted: certificate has expired",
    "the peer does not accept this node's certificate or TLS: certificate expired (refused)");
  const auto early =
    folder.make_certificate("b", {.alternative_names = "DNS:b", .begins_s = 3600, .ends_s = 7200});
  check_refusal(
    with(good_a), with(early),
    "the peer's certificate is not accepted: certificate is not yet valid",
    "the peer does not accept this node's certificate or TLS: bad certificate (refused)");
}

TEST_CASE("a certificate of another authority is refused", "[distributed][tls]") {
  const trusted folder;
  folder.make_authority("other");
  const auto good = folder.make_certificate("b");
  auto strange = folder.make_certificate("a", {.authority = "other", .alternative_names = "DNS:a"});
  strange.authorities = folder.file("authority.pem");
  check_refusal(
    with(strange), with(good),
    "the peer does not accept this node's certificate or TLS: unknown CA",
    "the peer's certificate is not accepted: unable to get local issuer certificate (refused)");
}

TEST_CASE("a node without TLS is told by one with TLS, and the other way round",
          "[distributed][tls]") {
  const trusted folder;
  check_refusal({}, with(folder.make_certificate("b")),
                "the other side says: the acceptor uses TLS, and the initiator does not",
                "the acceptor uses TLS, and the initiator does not (refused)");
  check_refusal(with(folder.make_certificate("a")), {},
                "the connection was closed in the middle of the TLS handshake",
                "the peer speaks TLS, for which this node has no certificate (not hawser)");
}

TEST_CASE("a node with TLS tells other servers from nodes too", "[distributed][tls]") {
  const trusted folder;
  auto options = with(folder.make_certificate("a"));
  options.links.handshake_ms_max = 300;
  const auto outcome_at = [&options](const raw_server& server) {
    test_node a{"a", options};
    const auto text = outcome_of(a->connect(server.url()));
    const auto front = "cannot connect to " + server.url() + ": ";
    CHECK(text.starts_with(front));
    return text.substr(std::min(text.size(), front.size()));
  };
  const raw_server http{[](const raw_socket& from) { from.send("garbage"); }};
  CHECK(outcome_at(http) == "the peer does not speak TLS");
  const raw_server silent{[](const raw_socket& from) { from.read_to_end(); }};
  CHECK(outcome_at(silent) == "nothing was heard within 300 ms");
  const raw_server broken{[](const raw_socket& from) {
    from.send({"\x16\x03\x03\0\x04\xff\xff\xff\xff", 9});
    from.read_to_end();
  }};
  CHECK(outcome_at(broken).starts_with("the peer's TLS went wrong: "));
}

/// A client that speaks TLS, and shows what certificate it likes, if any.
std::string tls_client(std::uint16_t port, const tls_files* files, const std::string& says) {
  const raw_socket socket{raw_socket::connect_to(port)};
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (files != nullptr) {
    SSL_CTX_use_certificate_chain_file(context, files->certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context, files->key.c_str(), SSL_FILETYPE_PEM);
  }
  SSL* session = SSL_new(context);
  SSL_set_fd(session, socket.get());
  std::string answer;
  if (SSL_connect(session) == 1) {
    if (!says.empty())
      SSL_write(session, says.data(), static_cast<int>(says.size()));
    char buffer[1024];
    for (int count = 0; (count = SSL_read(session, buffer, sizeof buffer)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(count));
  }
  SSL_free(session);
  SSL_CTX_free(context);
  return answer;
}

TEST_CASE("who shows no certificate is refused", "[distributed][tls]") {
  const trusted folder;
  test_node b{"b", with(folder.make_certificate("b"))};
  b.address();
  CHECK(tls_client(b.port(), nullptr, "HAWSER\r\n").empty());
  CHECK(first_line(b).ends_with(" came to nothing: the peer has shown no certificate (refused)"));
}

/// The first words of a node of that name.
std::string hello_of(const std::string& name) {
  link line{link::side::initiator, {{7, 7}, name, {}, {}}, 0};
  std::vector<std::byte> bytes;
  line.take_output(bytes, 1U << 20U);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_CASE("a node must be one of those whom its certificate names", "[distributed][tls]") {
  const trusted folder;
  using request = certificate_folder::request;
  // What the log says when somebody claims to be `c` with such a certificate.
  const auto claims_c = [&folder](const request& of) {
    test_node b{"b", with(folder.make_certificate("b"))};
    b.address();
    const auto files = folder.make_certificate("c", of);
    const auto answer = tls_client(b.port(), &files, hello_of("c"));
    const auto line = first_line(b);
    const std::string_view middle = " came to nothing: ";
    const auto at = line.find(middle);
    const auto why = at == std::string::npos ? line : line.substr(at + middle.size());
    CHECK(answer.ends_with(why.substr(0, why.find(" (refused)")))); // It is told.
    return why;
  };
  CHECK(claims_c({.alternative_names = "DNS:a"})
        == "a node is not 'c' whose certificate is for 'a' (refused)");
  CHECK(claims_c({.alternative_names = "DNS:a,URI:hawser://d"})
        == "a node is not 'c' whose certificate is for 'a', 'd' (refused)");
  CHECK(claims_c({.common_name = "c", .alternative_names = "DNS:a"})
        == "a node is not 'c' whose certificate is for 'a' (refused)");
  CHECK(claims_c({.common_name = "c", .alternative_names = "email:c@c.example"})
        == "a node is not 'c' whose certificate is for nobody (refused)");
  CHECK(claims_c({.alternative_names = "DNS:*"})
        == "a node is not 'c' whose certificate is for nobody (refused)");
  CHECK(claims_c({.alternative_names = "URI:https://c"})
        == "a node is not 'c' whose certificate is for nobody (refused)");
}

TEST_CASE("a certificate may name a node in each of three ways", "[distributed][tls]") {
  const trusted folder;
  using request = certificate_folder::request;
  test_node b{"b", with(folder.make_certificate("b"))};
  for (const auto& way :
       {request{.alternative_names = "DNS:x,DNS:a"}, request{.alternative_names = "URI:hawser://a"},
        request{.common_name = "a"}}) {
    test_node a{"a", with(folder.make_certificate("a", way))};
    CHECK(outcome_of(a->connect(b.address())) == "connected with b");
  }
}

TEST_CASE("files for TLS that cannot be used are named when the node is made",
          "[distributed][tls]") {
  const trusted folder;
  const auto good = folder.make_certificate("a");
  test_system sys;
  const auto trouble = [&sys](const tls_files& files) {
    try {
      const node made{*sys, {.name = "a", .tls = files}};
    } catch (const std::invalid_argument& why) {
      return std::string{why.what()};
    }
    return std::string{"none"};
  };
  CHECK(trouble(good) == "none");
  const auto missing = folder.file("missing.pem");
  auto files = good;
  files.certificate = missing;
  CHECK(trouble(files)
        == "the certificate '" + missing + "' cannot be used: No such file or directory");
  files = good;
  files.key = missing;
  CHECK(trouble(files) == "the key '" + missing + "' cannot be used: No such file or directory");
  files = good;
  files.authorities = missing;
  CHECK(trouble(files)
        == "the list of authorities '" + missing + "' cannot be used: No such file or directory");
  files = good;
  files.certificate = folder.write("empty.pem", "");
  CHECK(trouble(files)
        == "the certificate '" + files.certificate + "' cannot be used: no start line");
  files = good;
  files.key = folder.make_certificate("b").key;
  CHECK(trouble(files) == "the key '" + files.key + "' cannot be used: key values mismatch");
  CHECK(trouble(folder.make_certificate("b"))
        == "the certificate '" + folder.file("b.pem") + "' is for 'b', not for a node 'a'");
}

} // namespace
} // namespace hawser::test
