// What decoding costs at most: memory in proportion to the bytes there are, whatever they claim.

#include <functional>

#include <catch2/catch_test_macros.hpp>

#include "allocations.hpp"
#include "hawser/frame_codec.hpp"
#include "hawser/value_decoder.hpp"
#include "hawser/value_encoder.hpp"
#include "printing.hpp"
#include "samples.hpp"

using namespace hawser;
using namespace hawser::test;

namespace {

// The most that was allocated at one time. Where small parts lie is allocated 2 MiB at a time, and
// kept.
template <class Run>
std::size_t memory_of(Run run) {
  const auto before = bytes_allocated();
  const auto small_before = aligned_bytes_allocated();
  forget_most_allocated();
  run();
  return most_bytes_allocated() - before + aligned_bytes_allocated() - small_before;
}

std::vector<std::byte> repeated(std::string_view start, std::string_view part, std::size_t count) {
  auto made = from_hex(start);
  const auto one = from_hex(part);
  made.reserve(made.size() + one.size() * count);
  for (std::size_t i = 0; i < count; ++i)
    made.insert(made.end(), one.begin(), one.end());
  return made;
}

} // namespace

TEST_CASE("bytes that claim much allocate no more than bytes that are much", "[wire][memory]") {
  const std::vector<std::byte> inputs[] = {
    from_hex("01 9a ffffffff"),
    from_hex("01 ba ffffffff 60"),
    from_hex("01 5b 00ffffffffffffff 00"),
    from_hex("01 7b 00ffffffffffffff 00"),
    from_hex("01 d9 0102 9a 7fffffff 00"),
    // A resizable buffer of two bytes that may grow to 2^62.
    from_hex("01 d8 1b 83 6b 4172726179427566666572 42 0700 1b 4000000000000000"),
    repeated("01", "9a ffffffff", 900),
    repeated("01", "9a 00000300", 900),
    repeated("01", "98 20", 900),
    repeated("01", "bf 60", 900),
    repeated("01 9f", "80", 10'000),
    repeated("01 9f", "a0", 10'000),
    repeated("01 9f", "d8 1c 80", 10'000),
    repeated("01 9f", "40", 10'000),
    repeated("01 9f", "d8 40 40", 10'000),
    repeated("01 9f", "c1 00", 10'000),
    repeated("01 9f", "d8 1b 81 65 4572726f72", 10'000),
    repeated("01 9f", "5f 40 ff", 10'000),
    repeated("01 5f", "40", 10'000),
  };
  // What the library allocates is counted.
  CHECK(memory_of([&] { static_cast<void>(decode(repeated("01 98 ff", "00", 255))); })
        > 255 * sizeof(value));
  constexpr std::size_t bytes_per_byte_max = 400; // A buffer of no bytes is the worst.
  constexpr std::size_t bytes_at_least = 16'384 + (2 << 20);
  for (const auto& input : inputs) {
    INFO(to_hex(std::span{input}.first(std::min<std::size_t>(input.size(), 20))));
    const auto most = bytes_at_least + input.size() * bytes_per_byte_max;
    CHECK(memory_of([&] { static_cast<void>(decode(input)); }) <= most);
    CHECK(memory_of([&] {
            value_decoder decoder;
            for (const auto byte : input)
              if (decoder.feed({&byte, 1}))
                break;
            static_cast<void>(decoder.take());
          })
          <= most);
  }
}

TEST_CASE("frames that claim much allocate no more than frames that are much",
          "[wire][frame][memory]") {
  const std::string zeros(64, '0');
  const auto start = "01" + zeros + "00 00 00 00";
  // A port of no tallies, as far as its runs.
  const auto port = "01" + std::string(32, '1') + std::string(96, '0');
  const std::vector<std::byte> inputs[] = {
    from_hex(start + "00 ffffffffffffffff7f 00"),
    from_hex(start + "ffffffffffffffff7f 00"),
    from_hex(start + "80 20 00"),
    repeated(start + "80 20", std::string(32, '0'), 4096),
    repeated(start + "80 20", std::string(32, '0'), 4095),
    repeated(start + port + "80 80 01", "7f 7f", 16'384),
    repeated(start + port + "80 80 01", "7f 7f", 16'000),
    from_hex("05" + zeros + zeros + "00" + zeros + "ffffffffffffffff7f 00"),
  };
  constexpr std::size_t bytes_per_byte_max = 16; // A detached port is the worst.
  constexpr std::size_t bytes_at_least = 1024;
  for (const auto& input : inputs)
    static_cast<void>(decode_frame(input)); // There is memory for small parts from here on.
  for (const auto& input : inputs) {
    INFO(to_hex(std::span{input}.first(std::min<std::size_t>(input.size(), 80))));
    CHECK(memory_of([&] { static_cast<void>(decode_frame(input)); })
          <= bytes_at_least + input.size() * bytes_per_byte_max);
  }
  // They are read as far as that.
  CHECK(memory_of([&] { static_cast<void>(decode_frame(inputs[3])); })
        >= 4096 * sizeof(port_descriptor));
  CHECK(memory_of([&] { static_cast<void>(decode_frame(inputs[5])); })
        >= 16'384 * sizeof(flow_tally));
}

TEST_CASE("the limit on memory holds what it says", "[wire][memory]") {
  const auto input = repeated("01 9f", "d8 40 40", 100'000);
  const wire_options options{.limits = {.decoded_bytes_max = 1'000'000}};
  CHECK(memory_of([&] { CHECK_FALSE(decode(input, options)); }) <= 2'000'000 + (2 << 20));
}

TEST_CASE("names that were chosen to be slow to find are refused", "[wire][memory]") {
  constexpr std::size_t count = 200;
  object slow;
  for (std::uint64_t number = 0; slow.size() < count; ++number)
    if (const auto key = std::to_string(number); std::hash<std::string_view>{}(key) % 512 == 7)
      slow.set(key, 1);
  std::vector<std::byte> bytes;
  REQUIRE_FALSE(encode(slow, bytes));
  const auto made = decode(bytes);
  REQUIRE_FALSE(made);
  CHECK(made.error().what().ends_with("members whose names were chosen to be slow to find"));
  object usual;
  for (std::size_t number = 0; number < 100'000; ++number)
    usual.set(std::to_string(number), 1);
  bytes.clear();
  REQUIRE_FALSE(encode(usual, bytes));
  CHECK(decode(bytes));
}

TEST_CASE("a circle that is refused leaves nothing behind", "[wire][memory]") {
  // A platform object that holds an array of the array and the object.
  const auto input =
    from_hex("01 d81c d81b 83 6e 506c6174666f726d4f626a656374 61 61 d81c 82 d81d 01 d81d 00");
  const wire_options options{.scope = wire_scope::message};
  const auto made = decode(input, options);
  REQUIRE_FALSE(made);
  CHECK(made.error().what().ends_with("a circle through a platform object"));
  constexpr std::size_t times = 50'000;
  CHECK(bytes_left_by(times, [&] { static_cast<void>(decode(input, options)); })
        < static_cast<std::int64_t>(times) * 16); // Less than the smallest part of a value.
}
