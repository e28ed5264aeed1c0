// The examples of runtime/WIRE.md are what the code does.

#include <set>

#include <catch2/catch_test_macros.hpp>

#include "document.hpp"
#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "printing.hpp"
#include "samples.hpp"
#include "shape.hpp"

using namespace hawser;
using namespace hawser::test;

TEST_CASE("every sample is encoded as the document shows", "[wire][document]") {
  const auto shown = examples(examples_of::values);
  for (const auto& one : samples()) {
    INFO(one.expression);
    std::vector<std::byte> bytes;
    CHECK(encode(one.content, bytes, {.scope = one.scope}) == errc::none);
    const auto example = shown.find(std::string{one.expression});
    CHECK(example != shown.end());
    if (example != shown.end())
      CHECK(example->second == to_hex(bytes));
  }
}

TEST_CASE("every example of the document is decoded to what it shows", "[wire][document]") {
  const auto shown = examples(examples_of::values);
  CHECK(shown.size() == samples().size());
  for (const auto& [expression, hex] : shown) {
    INFO(expression);
    const auto* meant = find_sample(expression);
    REQUIRE(meant != nullptr);
    const auto made = decode(from_hex(hex), {.scope = meant->scope, .transferred_ports = 2});
    INFO((made ? "" : made.error().what()));
    REQUIRE(made);
    CHECK(same(*made, meant->content));
  }
}

TEST_CASE("every foreign form of the document is read as the sample it names", "[wire][document]") {
  const auto shown = examples(examples_of::foreign_values);
  CHECK(shown.size() > 10);
  for (const auto& [expression, hex] : shown) {
    INFO(expression);
    const auto* meant = find_sample(expression);
    REQUIRE(meant != nullptr);
    const auto made = decode(from_hex(hex));
    INFO((made ? "" : made.error().what()));
    REQUIRE(made);
    CHECK(*made == meant->content);
    std::vector<std::byte> own;
    REQUIRE(encode(*made, own) == errc::none);
    CHECK(to_hex(own) != hex);
  }
}

TEST_CASE("the samples have every type that can be encoded", "[wire][document]") {
  std::set<value_type> types;
  for (const auto& one : samples())
    types.insert(one.content.type());
  for (auto number = 0; number <= static_cast<int>(value_type::platform_object); ++number) {
    const auto type = static_cast<value_type>(number);
    const bool stays = type == value_type::reference || type == value_type::shared_array_buffer
                       || type == value_type::port;
    INFO(to_string(type));
    CHECK(types.contains(type) != stays);
  }
}
