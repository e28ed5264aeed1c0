#pragma once

#include <cstddef>

namespace hawser::detail {

/// What is larger comes from the standard allocator.
inline constexpr std::size_t node_bytes_max = 384;

/// Memory for the parts of values and for channels, which are small, many, and made by one thread
/// to be destroyed by another. Each thread takes from 16 KiB at a time; what others give back of
/// them serves again for the same size, and a process keeps as much as it once needed of each size.
/// With the standard allocator a third of the time of a message between two contexts went there.
///
/// A multiple of 64 bytes begins where a cache line does. Any thread. What is larger than
/// `node_bytes_max`, and everything where a sanitizer watches, goes to the standard allocator,
/// which promises no cache lines. Throws `std::bad_alloc`.
void* allocate_node(std::size_t bytes);

/// `bytes` as when it was allocated.
void free_node(void* room, std::size_t bytes) noexcept;

/// A base for what is to lie in such memory.
struct in_node_memory {
  static void* operator new(std::size_t size) { return allocate_node(size); }
  static void operator delete(void* room, std::size_t size) noexcept { free_node(room, size); }
};

/// The same for the standard library.
template <class T>
struct node_allocator {
  using value_type = T;

  node_allocator() noexcept = default;

  template <class Other>
  node_allocator(const node_allocator<Other>&) noexcept {}

  T* allocate(std::size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    return static_cast<T*>(allocate_node(count * sizeof(slot)));
  }

  void deallocate(T* room, std::size_t count) noexcept { free_node(room, count * sizeof(slot)); }

  friend bool operator==(const node_allocator&, const node_allocator&) noexcept { return true; }

private:
  // The checks suspect every size of a pointer, which a table of the library has.
  struct slot {
    T content;
  };
};

} // namespace hawser::detail
