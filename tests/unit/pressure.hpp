#pragma once

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "hawser/event.hpp"
#include "test_context.hpp"

namespace hawser::test {

/// A message that counts the same each time.
inline value parcel() {
  return std::string(1000, 'x');
}

inline std::uint64_t parcel_bytes() {
  static const auto bytes = [] {
    test_context context;
    const auto [port1, port2] = context->make_channel();
    port1.post_message(parcel());
    return port1.buffered_amount();
  }();
  return bytes;
}

/// A channel whose receiving side takes as many messages as it is told.
struct pressure_test {
  test_context a{"a"};
  test_context b{"b"};
  message_port near;
  message_port far;
  int lows = 0;

  pressure_test() {
    const auto made = connect(a, b);
    near = made.port1;
    far = made.port2;
  }

  void post(int count) {
    for (int i = 0; i < count; ++i)
      REQUIRE_FALSE(near.post_message(parcel()));
  }

  void take(int count) {
    for (int i = 0; i < count; ++i) {
      auto got = b->receive(far);
      REQUIRE(got);
      REQUIRE(*got);
    }
  }

  void count_lows(std::uint64_t parcels) {
    near.buffered_amount_low_threshold(parcels * parcel_bytes());
    near.on_buffered_amount_low([this] { ++lows; });
  }
};

} // namespace hawser::test
