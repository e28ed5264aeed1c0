#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace hawser::detail {

// The most significant byte first, as on the wire. Compilers make one or two instructions of these.

constexpr std::uint64_t with_bytes_reversed(std::uint64_t number) noexcept {
  number = (number & 0x00ff00ff00ff00ff) << 8 | (number >> 8 & 0x00ff00ff00ff00ff);
  number = (number & 0x0000ffff0000ffff) << 16 | (number >> 16 & 0x0000ffff0000ffff);
  return number << 32 | number >> 32;
}

template <std::unsigned_integral T>
constexpr T with_bytes_reversed(T number) noexcept {
  return static_cast<T>(with_bytes_reversed(std::uint64_t{number}) >> (64 - sizeof(T) * 8));
}

template <std::unsigned_integral T>
constexpr T big_endian(T number) noexcept {
  return std::endian::native == std::endian::little ? with_bytes_reversed(number) : number;
}

template <std::unsigned_integral T>
void store_big_endian(T number, std::byte* to) noexcept {
  const auto ordered = big_endian(number);
  std::memcpy(to, &ordered, sizeof ordered);
}

template <std::unsigned_integral T>
T load_big_endian(const std::byte* from) noexcept {
  T ordered;
  std::memcpy(&ordered, from, sizeof ordered);
  return big_endian(ordered);
}

} // namespace hawser::detail
