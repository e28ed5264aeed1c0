// The frames of runtime/WIRE.md are what the code reads and writes.

#include <algorithm>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "document.hpp"
#include "frame_samples.hpp"
#include "hawser/frame_codec.hpp"
#include "printing.hpp"
#include "samples.hpp"

using namespace hawser;
using namespace hawser::test;

TEST_CASE("every frame of the document is read as its line says and written to the same bytes",
          "[wire][frame][document]") {
  const auto shown = examples(examples_of::frames);
  CHECK(shown.size() == frame_samples().size());
  for (const auto& [line, hex] : shown) {
    INFO(line);
    const auto made = decode_frame(from_hex(hex));
    INFO((made ? "" : made.error().what()));
    REQUIRE(made);
    CHECK(to_string(*made) == line);
    std::vector<std::byte> again;
    encode(*made, again);
    CHECK(to_hex(again) == hex);
  }
}

TEST_CASE("every sample of a frame is written as the document shows, and read as all it was",
          "[wire][frame][document]") {
  const auto shown = examples(examples_of::frames);
  for (const auto& one : frame_samples()) {
    INFO(one.line);
    CHECK(to_string(one.content) == one.line);
    const auto example = shown.find(std::string{one.line});
    REQUIRE(example != shown.end());
    std::vector<std::byte> bytes;
    encode(one.content, bytes);
    CHECK(to_hex(bytes) == example->second);
    const auto made = decode_frame(bytes);
    INFO((made ? "" : made.error().what()));
    REQUIRE(made);
    CHECK(all_of(*made) == all_of(one.content));
  }
}

TEST_CASE("the samples of frames have every kind", "[wire][frame][document]") {
  std::set<std::size_t> kinds;
  std::set<std::size_t> kinds_to_waypoints;
  for (const auto& one : frame_samples()) {
    kinds.insert(one.content.index());
    if (const auto* routed = std::get_if<routed_frame>(&one.content))
      kinds_to_waypoints.insert(routed->what.index());
  }
  CHECK(kinds.size() == std::variant_size_v<frame>);
  CHECK(kinds_to_waypoints.size() == std::variant_size_v<waypoint_frame>);
}
