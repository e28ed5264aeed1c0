// What a link does with bytes that no honest peer sends.

#include <random>

#include <catch2/catch_test_macros.hpp>

#include "hawser/link.hpp"
#include "link_pair.hpp"
#include "samples.hpp"

namespace hawser::test {
namespace {

using lines = std::vector<std::string>;

constexpr std::string_view preface = "48 41 57 53 45 52 0d 0a ";

/// An acceptor that has got these bytes, whole or one at a time.
lines after(std::string_view hex, std::size_t at_a_time = 1) {
  link_side peer{link::side::acceptor, facts_of(2, "b")};
  const auto bytes = from_hex(hex);
  for (std::size_t at = 0; at < bytes.size(); at += at_a_time)
    peer.feed(std::span{bytes}.subspan(at, std::min(at_a_time, bytes.size() - at)));
  CHECK(peer.line.over());
  return peer.seen;
}

std::string text(std::string_view from) {
  return to_hex(std::as_bytes(std::span{from.data(), from.size()}));
}

std::string after_preface(std::string_view hex) {
  return std::string{preface} + std::string{hex};
}

std::vector<std::byte> record(std::uint8_t kind, const std::vector<std::byte>& body) {
  std::vector<std::byte> made;
  made.reserve(body.size() + 5);
  made.push_back(std::byte{kind});
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    made.push_back(static_cast<std::byte>(body.size() >> shift));
  for (const auto each : body)
    made.push_back(each);
  return made;
}

TEST_CASE("a peer that speaks something else is told nothing", "[link][refusal]") {
  const auto answer = [](std::string_view what) {
    link_side peer{link::side::initiator, facts_of(1, "a")};
    peer.output();
    peer.feed(std::as_bytes(std::span{what.data(), what.size()}));
    CHECK_FALSE(peer.line.has_output());
    return peer.seen;
  };
  CHECK(answer("HTTP/1.1 400 Bad Request\r\n\r\n")
        == lines{"ended not hawser: the peer speaks HTTP, it is no hawser node"});
  CHECK(answer("H").empty());
  CHECK(answer("\x16\x03\x01")
        == lines{"ended not hawser: the peer speaks TLS, for which this node has no certificate"});
  CHECK(answer("SSH-2.0-OpenSSH\r\n")
        == lines{"ended not hawser: the peer does not speak hawser's protocol"});
  CHECK(answer("HAWSER\n\n")
        == lines{"ended not hawser: the peer does not speak hawser's protocol"});
}

TEST_CASE("a peer of another version is told so, in words that fit both sides", "[link][refusal]") {
  link_side peer{link::side::acceptor, facts_of(2, "b")};
  peer.feed(from_hex(after_preface("01 00 00 00 06 00 02 00 09 ff ff")));
  const std::string sentence =
    "the initiator speaks versions 2 to 9 of the link protocol, the acceptor version 1";
  CHECK(peer.seen == lines{"ended version: " + sentence});
  CHECK(to_hex(peer.output()) == after_preface("07 00 00 00 52 04 ") + text(sentence));
}

TEST_CASE("records come in their order or end the link", "[link][refusal]") {
  const auto rule = [](std::string_view why) { return lines{"ended rule: " + std::string{why}}; };
  const auto early = rule("a record of frames or signs of life before the handshake is done");
  CHECK(after(after_preface("03 00 00 00 00")) == early);
  CHECK(after(after_preface("04 00 00 00 00")) == early);
  CHECK(after(after_preface("05 00 00 00 08")) == early);
  CHECK(after(after_preface("06 00 00 00 08")) == early);
  CHECK(after(after_preface("02 00 00 00 08")) == rule("a start out of place"));
  CHECK(after(after_preface("00 00 00 00 00"))
        == lines{"ended malformed: a record of no known kind"});
  CHECK(after(after_preface("09 00 00 00 00"))
        == lines{"ended malformed: a record of no known kind"});
  CHECK(after(after_preface("08 00 00 00 08")) == rule("a ready out of place"));
  CHECK(after(after_preface("01 00 00 40 01"))
        == lines{"ended limit: a record of 16385 bytes, where 16384 may be"});
  CHECK(after(after_preface("01 ff ff ff ff"))
        == lines{"ended limit: a record of 4294967295 bytes, where 16384 may be"});
}

TEST_CASE("a hello that says too little or nonsense ends the link", "[link][refusal]") {
  const auto hello = [](std::string_view rest) {
    const std::string id = "00 01 00 01 0000000000000001 0000000000000002 0000000000000000 ";
    const auto body = from_hex(id + std::string{rest});
    return after(std::string{preface} + to_hex(record(1, body)), body.size() + 13);
  };
  CHECK(after(after_preface("01 00 00 00 00"))
        == lines{"ended malformed: a hello without versions"});
  CHECK(after(after_preface("01 00 00 00 04 00 01 00 01"))
        == lines{"ended malformed: a hello that ends too early"});
  CHECK(hello("").at(0).starts_with("ended malformed: a hello that does not decode: "));
  CHECK(hello("01 a0") == lines{"ended malformed: a hello that leaves something out"});
  // {name: "", contact: ""}, {name: "a\n", contact: ""}
  CHECK(hello("01 a2 64 6e616d65 60 67 636f6e74616374 60")
        == lines{"ended malformed: a hello without a name"});
  CHECK(hello("01 a2 64 6e616d65 62 610a 67 636f6e74616374 60")
        == lines{"ended malformed: a hello without a name"});
}

/// An acceptor that is open, with what the initiator has sent so far.
struct opened : link_pair {
  explicit opened(link_limits bounds = {}) : link_pair(bounds) { carry(); }

  std::string after(const std::vector<std::byte>& bytes) {
    b.feed(bytes);
    return b.seen.back();
  }
};

TEST_CASE("broken frames end an open link", "[link][refusal]") {
  CHECK(opened{}.after(record(3, from_hex("00 00")))
        == "ended malformed: a batch ends within the length of a frame");
  CHECK(opened{}.after(record(3, from_hex("00 00 00 09 01")))
        == "ended malformed: a batch ends within a frame");
  CHECK(opened{}.after(record(3, from_hex("00 00 00 01 ff"))).starts_with("ended malformed: "));
  CHECK(opened{}.after(record(4, from_hex("00 00 00 01 00")))
        == "ended malformed: a piece that is none");
  CHECK(opened{}.after(record(4, from_hex("00 00 00 01 02 00")))
        == "ended malformed: a piece that is none");
  CHECK(opened{}.after(record(4, from_hex("00 00 00 01 01 ff"))).starts_with("ended malformed: "));
  CHECK(opened{}.after(record(5, from_hex("00"))) == "ended malformed: a ping that is none");
  CHECK(opened{}.after(record(6, from_hex("00"))) == "ended malformed: a pong that is none");
  CHECK(opened{}.after(record(7, {})) == "ended malformed: a farewell without a reason");
  CHECK(opened{}.after(record(1, {})) == "ended rule: a second hello");
  CHECK(opened{}.after(record(2, {})) == "ended rule: a start out of place");
  CHECK(opened{}.after(record(8, {})) == "ended rule: a ready out of place");
  CHECK(opened{}.after(from_hex("03 04 00 00 01"))
        == "ended limit: a record of 67108865 bytes, where 67108864 may be");
}

TEST_CASE("a peer that makes a link answer and does not read loses it", "[link][refusal]") {
  link_limits bounds;
  bounds.control_bytes_max = 1000;
  opened pair{bounds};
  const frame gone = routed_frame{{1, 1}, {2, 2}, gone_frame{}};
  for (unsigned i = 0; i < 30; ++i)
    pair.b.line.send(gone);
  CHECK(pair.b.line.open());
  pair.carry(); // Reading makes room again.
  for (unsigned i = 0; i < 30; ++i)
    pair.b.line.send(gone);
  CHECK(pair.b.line.open());
  pair.b.line.send(gone);
  pair.b.note();
  CHECK(pair.b.seen.back() == "ended limit: the peer does not read what it is answered");
}

TEST_CASE("frames in pieces stay within their bounds", "[link][refusal]") {
  link_limits bounds;
  bounds.pieces_at_once_max = 2;
  bounds.incomplete_bytes_max = 3;
  opened at_once{bounds};
  at_once.after(record(4, from_hex("00 00 00 01 00 aa")));
  at_once.after(record(4, from_hex("00 00 00 02 00 aa")));
  CHECK(at_once.b.line.open());
  CHECK(at_once.after(record(4, from_hex("00 00 00 03 00 aa")))
        == "ended limit: more frames in pieces than may be at a time");
  opened in_all{bounds};
  in_all.after(record(4, from_hex("00 00 00 01 00 aa aa")));
  in_all.after(record(4, from_hex("00 00 00 02 00 aa")));
  CHECK(in_all.b.line.open());
  CHECK(in_all.after(record(4, from_hex("00 00 00 02 00 aa")))
        == "ended limit: frames in pieces that are larger than they may be");
}

TEST_CASE("a session that cannot be is refused by either side", "[link][refusal]") {
  link_pair both;
  both.b.newest = ~link_session{0};
  both.carry();
  CHECK(both.a.seen.back() == "ended rule: a session that cannot be");
  CHECK_FALSE(both.b.line.open());

  link_pair other;
  other.b.newest = 5;
  other.b.feed(other.a.output());
  other.b.feed(from_hex("02 00 00 00 08 00 00 00 00 00 00 00 05"));
  CHECK(other.b.seen.back() == "ended rule: a session that cannot be");
}

TEST_CASE("however often a peer asks without reading, one answer waits", "[link][refusal]") {
  opened both;
  std::vector<std::byte> pings;
  for (unsigned i = 0; i < 10000; ++i) {
    const auto next = record(5, from_hex("00 00 00 00 00 00 00 2a"));
    pings.insert(pings.end(), next.begin(), next.end());
  }
  both.b.feed(pings);
  CHECK(both.b.line.open());
  CHECK(to_hex(both.b.output()) == "06 00 00 00 08 00 00 00 00 00 00 00 2a");
}

TEST_CASE("a farewell is shown without what could upset a log", "[link][refusal]") {
  opened both;
  CHECK(both.after(record(7, from_hex("05 6f 6b 0a 1b 80 7f 2e")))
        == "ended by peer refused: ok????.");
}

TEST_CASE("whatever bytes come, a link ends or waits for more", "[link][refusal]") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    std::mt19937 random{seed};
    opened both;
    // Mostly sound heads, so that bodies are looked at.
    std::vector<std::byte> bytes;
    for (unsigned i = 0; i < 8; ++i) {
      std::vector<std::byte> body(random() % 40);
      for (auto& each : body)
        each = static_cast<std::byte>(random() % 3 == 0 ? random() : random() % 4);
      const auto next = record(static_cast<std::uint8_t>(3 + random() % 4), body);
      bytes.insert(bytes.end(), next.begin(), next.end());
    }
    const std::size_t cut = 1 + random() % 20;
    for (std::size_t at = 0; at < bytes.size(); at += cut)
      both.b.feed(std::span{bytes}.subspan(at, std::min(cut, bytes.size() - at)));
    INFO("seed " << seed);
    CHECK((both.b.line.open() || both.b.seen.back().starts_with("ended ")));
  }
}

} // namespace
} // namespace hawser::test
