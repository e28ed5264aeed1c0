// Random values of all types, with parts that are shared and circles, there and back.

#include <random>

#include <catch2/catch_test_macros.hpp>

#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "hawser/value_graph.hpp"
#include "printing.hpp"
#include "samples.hpp"
#include "shape.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

class generator {
public:
  explicit generator(std::uint64_t seed) : random_(seed) {}

  value make() {
    const auto declared = 1 + below(4);
    for (std::size_t i = 0; i < declared; ++i)
      parts_.push_back(graph_.declare());
    for (const auto part : parts_)
      graph_.define(part, container(4));
    return graph_.build(graph_.reference(parts_.front()));
  }

private:
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_);
  }

  value any(std::size_t depth) {
    if (below(8) == 0)
      return graph_.reference(parts_[below(parts_.size())]);
    if (below(6) == 0 && !made_.empty())
      return made_[below(made_.size())]; // A part that is there already.
    auto made = depth > 0 && below(2) == 0 ? container(depth) : leaf();
    if (below(4) == 0)
      made_.push_back(made);
    return made;
  }

  value leaf() {
    switch (below(6)) {
      case 0:
        return static_cast<std::int32_t>(random_());
      case 1:
        return std::bit_cast<double>(random_());
      case 2:
        return text();
      case 3:
        return view();
      default:
        for (;;) {
          const auto& one = samples()[below(samples().size())];
          if (one.scope == wire_scope::value)
            return one.content;
        }
    }
  }

  std::string text() {
    std::string made;
    for (auto letters = below(40); letters > 0; --letters)
      made += below(5) == 0 ? "\xe2\x82\xac" : std::string(1, static_cast<char>('a' + below(26)));
    return made;
  }

  value view() {
    if (buffers_.empty() || below(2) == 0) {
      const auto size = below(5) * 8;
      buffers_.push_back(below(3) == 0 ? array_buffer{size, size + 8} : array_buffer{size});
    }
    const auto& buffer = buffers_[below(buffers_.size())];
    const auto kind = static_cast<view_kind>(below(13));
    const auto elements = buffer.size() / element_size(kind);
    const auto from = below(elements + 1);
    std::optional<std::size_t> length;
    if (below(2) == 0)
      length = below(elements - from + 1);
    return *array_buffer_view::make(kind, buffer, from * element_size(kind), length);
  }

  value container(std::size_t depth) {
    const auto count = below(5);
    switch (below(6)) {
      case 0: {
        array made;
        for (std::size_t i = 0; i < count; ++i)
          below(6) == 0 ? made.push_hole() : made.push_back(any(depth - 1));
        if (below(3) == 0)
          made.set(text(), any(depth - 1));
        return made;
      }
      case 1:
      case 2: {
        object made;
        for (std::size_t i = 0; i < count * (below(10) == 0 ? 10 : 1); ++i)
          made.set(text(), any(depth - 1));
        return made;
      }
      case 3: {
        map made;
        for (std::size_t i = 0; i < count; ++i)
          made.add(any(depth - 1), any(depth - 1));
        return made;
      }
      case 4: {
        set made;
        for (std::size_t i = 0; i < count; ++i)
          made.add(any(depth - 1));
        return made;
      }
      default:
        return error_object{
          .name = "RangeError", .message = text(), .stack = text(), .cause = any(depth - 1)};
    }
  }

  std::mt19937_64 random_;
  value_graph graph_;
  std::vector<value_graph::part> parts_;
  std::vector<value> made_;
  std::vector<array_buffer> buffers_;
};

} // namespace

TEST_CASE("random values come back as they went", "[wire][random]") {
  std::size_t references = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    INFO("seed " << seed);
    const auto sent = generator{seed}.make();
    std::vector<std::byte> bytes;
    REQUIRE(encode(sent, bytes) == errc::none);
    const auto received = decode(bytes);
    INFO((received ? "" : received.error().what()));
    REQUIRE(received);
    CHECK(shape_of(*received) == shape_of(sent));
    CHECK(*received == sent);
    std::vector<std::byte> again;
    REQUIRE(encode(*received, again) == errc::none);
    CHECK(again == bytes);
    references += shape_of(sent).find('#') != std::string::npos ? 1 : 0;
  }
  CHECK(references > 1000);
}
