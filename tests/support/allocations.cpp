#include "allocations.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::uint64_t> made = 0;
std::atomic<std::size_t> allocated = 0;
std::atomic<std::size_t> aligned = 0;
std::atomic<std::size_t> most = 0;

} // namespace

namespace hawser::test {

std::uint64_t allocations_made() noexcept {
  return made;
}

std::size_t bytes_allocated() noexcept {
  return allocated;
}

std::size_t aligned_bytes_allocated() noexcept {
  return aligned;
}

void forget_most_allocated() noexcept {
  most = allocated.load();
}

std::size_t most_bytes_allocated() noexcept {
  return most;
}

} // namespace hawser::test

void* operator new(std::size_t size) {
  void* room = std::malloc(size);
  if (room == nullptr)
    throw std::bad_alloc{};
  ++made;
  const auto now = allocated += malloc_usable_size(room);
  for (auto before = most.load(); before < now && !most.compare_exchange_weak(before, now);) {}
  return room;
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  // The size stands before it: what may be used of such a room is up to twice as much.
  const auto step = std::max(static_cast<std::size_t>(alignment), sizeof(std::size_t));
  auto* room = static_cast<char*>(std::aligned_alloc(step, (size + 2 * step - 1) / step * step));
  if (room == nullptr)
    throw std::bad_alloc{};
  ++made;
  aligned += size;
  ::new (room) std::size_t{size};
  return room + step;
}

void operator delete(void* room) noexcept {
  allocated -= malloc_usable_size(room);
  std::free(room);
}

void operator delete(void* room, std::size_t) noexcept {
  operator delete(room);
}

void operator delete(void* given, std::align_val_t alignment) noexcept {
  if (given == nullptr)
    return;
  const auto step = std::max(static_cast<std::size_t>(alignment), sizeof(std::size_t));
  auto* room = static_cast<char*>(given) - step;
  aligned -= *reinterpret_cast<const std::size_t*>(room);
  std::free(room);
}

void operator delete(void* room, std::size_t, std::align_val_t alignment) noexcept {
  operator delete(room, alignment);
}
