#include <array>

#include <catch2/catch_test_macros.hpp>

#include "hawser/array_buffer.hpp"

namespace hawser {
namespace {

TEST_CASE("a new buffer holds zeros", "[array_buffer]") {
  const array_buffer buffer{3};
  REQUIRE(buffer.size() == 3);
  for (const auto byte : buffer.bytes())
    CHECK(byte == std::byte{0});
  CHECK(array_buffer{}.size() == 0);
  CHECK_FALSE(array_buffer{}.detached());
}

TEST_CASE("copies of a buffer refer to the same bytes", "[array_buffer]") {
  array_buffer first{2};
  const auto second = first;
  first.data()[1] = std::byte{5};
  CHECK(second.bytes()[1] == std::byte{5});
  CHECK(same_object(first, second));
  CHECK_FALSE(same_object(first, array_buffer{2}));
  CHECK(first.identity() == second.identity());
}

TEST_CASE("copying bytes makes a buffer of its own", "[array_buffer]") {
  std::array<std::byte, 2> source{std::byte{1}, std::byte{2}};
  const auto buffer = array_buffer::copy_of(source);
  source[0] = std::byte{9};
  CHECK(buffer.bytes()[0] == std::byte{1});
}

TEST_CASE("detaching takes the bytes out for every reference", "[array_buffer]") {
  array_buffer first{4};
  const auto second = first;
  first.data()[3] = std::byte{8};
  const auto* bytes = first.data();
  const auto taken = first.transfer();
  CHECK(taken.size() == 4);
  CHECK(taken.data() == bytes); // Moved, not copied.
  CHECK(second.detached());
  CHECK(second.size() == 0);
  CHECK(first.transfer().size() == 0);
}

TEST_CASE("a buffer takes over a vector without copying", "[array_buffer]") {
  std::vector<std::byte> content(1000);
  const auto* bytes = content.data();
  const array_buffer buffer{std::move(content)};
  CHECK(buffer.data() == bytes);
}

} // namespace
} // namespace hawser
