#include <algorithm>
#include <functional>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "printing.hpp"
#include "samples.hpp"
#include "shape.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

std::vector<std::byte> encoded(const value& from, const wire_options& options = {}) {
  std::vector<std::byte> bytes;
  const auto trouble = encode(from, bytes, options);
  INFO(trouble.what());
  CHECK_FALSE(trouble);
  return bytes;
}

// In pieces of that many bytes, each in memory of its own that is gone after the call.
error feed_in_pieces(value_decoder& decoder, std::span<const std::byte> bytes, std::size_t size) {
  while (!bytes.empty()) {
    const auto now = bytes.first(std::min(size, bytes.size()));
    const std::vector<std::byte> piece(now.begin(), now.end());
    if (auto trouble = decoder.feed(piece))
      return trouble;
    bytes = bytes.subspan(now.size());
  }
  return {};
}

} // namespace

TEST_CASE("every sample is read in pieces of any size", "[wire][stream]") {
  for (const auto& one : samples()) {
    INFO(one.expression);
    const wire_options options{.scope = one.scope, .transferred_ports = 2};
    const auto bytes = encoded(one.content, options);
    value_decoder decoder{options};
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
      REQUIRE_FALSE(feed_in_pieces(decoder, bytes, size));
      CHECK(decoder.complete());
      CHECK(decoder.position() == bytes.size());
      const auto made = decoder.take();
      REQUIRE(made);
      CHECK(same(*made, one.content));
    }
  }
}

TEST_CASE("every sample that is cut off is incomplete", "[wire][stream]") {
  for (const auto& one : samples()) {
    INFO(one.expression);
    const wire_options options{.scope = one.scope, .transferred_ports = 2};
    const auto bytes = encoded(one.content, options);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto part = std::span{bytes}.first(size);
      const auto made = decode(part, options);
      REQUIRE_FALSE(made);
      CHECK(made.error() == errc::data_decode_error);
      value_decoder decoder{options};
      REQUIRE_FALSE(decoder.feed(part));
      CHECK_FALSE(decoder.complete());
      CHECK(decoder.take().error().what()
            == "byte " + std::to_string(size) + ": the bytes end in the middle of the value");
    }
  }
}

TEST_CASE("a long array, a long text and a large buffer arrive in pieces", "[wire][stream]") {
  array numbers;
  for (int i = 0; i < 10'000; ++i)
    numbers.push_back(i % 3 == 0 ? value{i * 0.1} : value{i * 77});
  object members;
  for (int i = 0; i < 1000; ++i)
    members.set("member number " + std::to_string(i), i);
  const value all = array{numbers, members, std::string(50'000, 'x'), array_buffer{50'000}};
  const auto bytes = encoded(all);
  for (const std::size_t size : {1, 2, 3, 7, 8, 9, 10, 1000, 4096, 100'000}) {
    value_decoder decoder;
    REQUIRE_FALSE(feed_in_pieces(decoder, bytes, size));
    const auto made = decoder.take();
    REQUIRE(made);
    CHECK(*made == all);
  }
}

TEST_CASE("after an error a decoder repeats it, and take makes it new", "[wire][stream]") {
  value_decoder decoder;
  const auto bad = from_hex("01 82 01 fc");
  const auto trouble = decoder.feed(bad);
  CHECK(trouble.what() == "byte 3: a byte that begins no item");
  CHECK(decoder.feed(from_hex("01")).what() == trouble.what());
  CHECK_FALSE(decoder.complete());
  CHECK(decoder.take().error().what() == trouble.what());
  REQUIRE_FALSE(decoder.feed(from_hex("01 07")));
  CHECK(*decoder.take() == 7);
}

TEST_CASE("bytes behind a value are an error, in the same piece and in the next",
          "[wire][stream]") {
  CHECK(decode(from_hex("01 07 07")).error().what() == "byte 2: there are bytes behind the value");
  value_decoder decoder;
  REQUIRE_FALSE(decoder.feed(from_hex("01 07")));
  CHECK(decoder.complete());
  CHECK(decoder.feed(from_hex("07")).what() == "byte 2: there are bytes behind the value");
}

TEST_CASE("a chunk list has the bytes of the vector and copies nothing large", "[wire][stream]") {
  const array_buffer buffer{100'000};
  const blob large{std::string(30'000, 'b')};
  const value all =
    object{{"name", "x"}, {"buffer", buffer}, {"blob", large}, {"text", std::string(20'000, 't')}};
  chunk_list chunks;
  value_encoder encoder;
  REQUIRE_FALSE(encoder.encode(all, chunks));
  std::vector<std::byte> joined;
  bool kept = false;
  std::size_t copied = 0;
  for (const auto& chunk : chunks.chunks()) {
    joined.insert(joined.end(), chunk.bytes.begin(), chunk.bytes.end());
    copied += chunk.copied.size();
    kept |= chunk.bytes.data() == buffer.data();
  }
  CHECK(kept);
  CHECK(copied < 200);
  CHECK(joined == encoded(all));
}

TEST_CASE("chunks outlive the value they came from", "[wire][stream]") {
  chunk_list chunks;
  std::vector<std::byte> meant;
  {
    const value all = array{std::string(20'000, 't'), array_buffer{20'000}};
    value_encoder encoder;
    REQUIRE_FALSE(encoder.encode(all, chunks));
    meant = encoded(all);
  }
  std::vector<std::byte> joined;
  for (const auto& chunk : chunks.chunks())
    joined.insert(joined.end(), chunk.bytes.begin(), chunk.bytes.end());
  CHECK(joined == meant);
}

namespace {

// Keeps what it is told instead of bytes.
class told_sink final : public wire_sink {
public:
  explicit told_sink(bool listens = true) : listens_(listens) {}

  bool makes_room() const noexcept override { return listens_; }

  void expect(std::uint64_t bytes) override {
    CHECK(written == 0);
    CHECK(expected == 0);
    expected = bytes;
  }

  void write(std::span<const std::byte> bytes) override { written += bytes.size(); }

  std::uint64_t expected = 0;
  std::uint64_t written = 0;

private:
  bool listens_;
};

told_sink told(const value& from, const wire_options& options = {}) {
  told_sink made;
  value_encoder encoder{options};
  CHECK_FALSE(encoder.encode(from, made));
  return made;
}

value many(std::size_t count, const std::function<value(std::size_t)>& make) {
  array made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(make(i));
  return made;
}

} // namespace

TEST_CASE("a sink is told about how many bytes a large value has", "[wire][stream]") {
  const std::vector<value> all{
    many(10'000, [](std::size_t) { return 0.1; }),
    many(10'000, [](std::size_t i) { return static_cast<int>(i) << 16; }),
    many(1'000, [](std::size_t i) { return std::string(i, 't'); }),
    many(1'000,
         [](std::size_t i) {
           return object{{"number", i}, {"x", array{"some text"}}};
         }),
    many(1'000,
         [](std::size_t i) {
           return map{{"key", set{static_cast<double>(i) / 3}}};
         }),
    array{array_buffer{100'000}},
    std::string(100'000, 't'),
  };
  for (const auto& each : all) {
    const auto [expected, written] = [&] {
      const auto made = told(each);
      return std::pair{made.expected, made.written};
    }();
    CAPTURE(expected, written);
    CHECK(expected >= written);
    CHECK(expected < written * 2);
  }
}

TEST_CASE("a sink that makes no room is told nothing", "[wire][stream]") {
  told_sink deaf{false};
  value_encoder encoder;
  REQUIRE_FALSE(encoder.encode(many(10'000, [](std::size_t) { return 0.1; }), deaf));
  CHECK(deaf.expected == 0);
  CHECK(deaf.written > 90'000);
}

TEST_CASE("a sink is told nothing of small values, nor where parts occur twice", "[wire][stream]") {
  CHECK(told(array{1, "two"}).expected == 0);
  const value shared = array{1, 2, 3};
  CHECK(told(many(100'000, [&](std::size_t) { return value{shared}; })).expected == 0);
}

TEST_CASE("values that are appended to one vector let it grow by doubling", "[wire][stream]") {
  const value part = many(2'000, [](std::size_t) { return 0.1; });
  std::vector<std::byte> all;
  std::size_t growths = 0;
  for (int i = 0; i < 200; ++i) {
    const auto before = all.capacity();
    REQUIRE_FALSE(encode(part, all));
    growths += all.capacity() != before ? 1 : 0;
  }
  CHECK(growths < 12);
}
