// The links of runtime/WIRE.md are what two links say to each other.

#include <catch2/catch_test_macros.hpp>

#include "document.hpp"
#include "frame_samples.hpp"
#include "link_pair.hpp"
#include "samples.hpp"

namespace hawser::test {
namespace {

node_facts shown(std::uint8_t last, std::string name, std::string contact) {
  return {{0x0011223344556677, 0x8899aabbccddee00 | last}, std::move(name), std::move(contact), {}};
}

TEST_CASE("two links say what the document shows, and no more", "[link][document]") {
  link_limits bounds;
  bounds.piece_bytes_max = 32;
  link_side a{link::side::initiator, shown(1, "a", "hawser://127.0.0.1:4000"), bounds};
  link_side b{link::side::acceptor, shown(2, "b", ""), bounds};
  b.newest = 6;
  std::multimap<std::string, std::string> said;
  const auto say = [&said](const char* what, link_side& from, link_side& to, std::uint64_t now_ms) {
    const auto bytes = from.output(1);
    said.emplace(what, to_hex(bytes));
    to.feed(bytes, now_ms);
  };
  say("a: preface, hello", a, b, 0);
  say("b: preface, hello", b, a, 0);
  say("a: start 7", a, b, 0);
  say("b: ready 7", b, a, 0);
  const auto* gone = &frame_samples().front().content;
  for (const auto& each : frame_samples())
    if (each.line == "ee02 -> ee01 GONE")
      gone = &each.content;
  a.line.send(*gone);
  bounds.piece_bytes_max = 64;
  link_side whole{link::side::initiator, shown(1, "a", ""), bounds};
  whole.feed(from_hex(said.find("b: preface, hello")->second));
  whole.output();
  whole.feed(from_hex(said.find("b: ready 7")->second));
  whole.line.send(*gone);
  said.emplace("a: batch of one frame", to_hex(whole.output(1)));
  say("a: piece", a, b, 0);
  say("a: last piece", a, b, 0);
  CHECK(b.frames.size() == 1);
  a.line.tick(1000);
  say("a: ping", a, b, 1000);
  say("b: pong", b, a, 1000);
  b.line.end(link_end::closed, "node b has ended");
  say("b: bye", b, a, 1000);
  CHECK(a.seen.back() == "ended by peer closed: node b has ended");
  const auto in_document = examples(examples_of::links);
  CHECK(in_document.size() == said.size());
  for (const auto& [what, hex] : said) {
    INFO("| `" << what << "` | `" << hex << "` |");
    const auto row = in_document.find(what);
    CHECK((row != in_document.end() && row->second == hex));
  }
}

} // namespace
} // namespace hawser::test
