#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

namespace hawser::detail {

struct free_block {
  free_block* next;
};

/// Free blocks of one slab, to be given back together.
struct free_blocks {
  free_block* first = nullptr;
  free_block* last = nullptr;
  std::uint32_t count = 0;

  void push(void* room) noexcept {
    first = ::new (room) free_block{first};
    if (count++ == 0)
      last = first;
  }
};

/// Blocks of one size that lie together. One thread holds it and takes blocks; any thread gives
/// them back. When no more are free its thread leaves it, and once half of it is free again it
/// waits on a shelf for whoever wants blocks of that size.
///
/// So what is made one after the other lies side by side, in whatever order it was destroyed. While
/// threads passed free blocks on as they came, messages ended up spread over all memory there was:
/// the local flood kept a third of its speed, the one between nodes half.
class alignas(64) slab {
public:
  static constexpr std::size_t bytes = std::size_t{16} << 10; ///< Where it begins is a multiple.
  static constexpr std::size_t step = 16; ///< Blocks begin at, and are as large as, a multiple.

  explicit slab(std::size_t block_bytes) noexcept
    : block_bytes_(static_cast<std::uint32_t>(block_bytes)),
      blocks_(static_cast<std::uint32_t>((bytes - sizeof(slab)) / block_bytes)) {}

  static slab* of(void* block) noexcept {
    const auto offset = reinterpret_cast<std::uintptr_t>(block) % bytes;
    return reinterpret_cast<slab*>(static_cast<std::byte*>(block) - offset);
  }

  /// Any thread. Is the slab to be put on the shelf now?
  bool give_back(const free_blocks& some) noexcept { return add(some, from::anybody); }

  /// The holder wants no more, and has these left. Is the slab to be put on the shelf?
  bool leave(const free_blocks& rest) noexcept { return add(rest, from::holder); }

  /// For the holder: some free ones. Null if there are too few: it has been left.
  free_block* take() noexcept {
    constexpr std::uint16_t worth_taking = 16;
    for (auto seen = state_.load(std::memory_order_relaxed);;) {
      if (seen.count >= worth_taking)
        return block_at(state_.exchange({}, std::memory_order_acquire).first);
      if (carved_ < blocks_)
        return carve();
      if (state_.compare_exchange_weak(seen, {seen.first, seen.count, place::left},
                                       std::memory_order_release, std::memory_order_relaxed))
        return nullptr;
    }
  }

  /// For whoever has taken it from the shelf, and holds it now.
  void hold() noexcept {
    auto seen = state_.load(std::memory_order_relaxed);
    while (!state_.compare_exchange_weak(seen, {seen.first, seen.count, place::held},
                                         std::memory_order_acquire, std::memory_order_relaxed)) {}
    // All are free, so nobody gives any back: they are handed out in the order of their places
    // again, whatever order they came back in. After a fan-out, which mixes them up, the flood
    // between nodes was 18 % faster for it. Making large ones was slower: no two share a line.
    constexpr std::uint32_t line_sharing_max = 128;
    if (block_bytes_ <= line_sharing_max && seen.count + left_uncarved() == blocks_) {
      state_.store({}, std::memory_order_relaxed);
      carved_ = 0;
    }
  }

  slab* next_on_shelf = nullptr;

private:
  enum class place : std::uint32_t { held, left, shelved };
  enum class from : std::uint8_t { anybody, holder };

  struct state {
    std::uint16_t first = 0; ///< Free block: steps from where the slab begins, 0 for none.
    std::uint16_t count = 0;
    place where = place::held;
  };

  static_assert(std::atomic<state>::is_always_lock_free);

  free_block* block_at(std::size_t steps) noexcept {
    return reinterpret_cast<free_block*>(reinterpret_cast<std::byte*>(this) + steps * step);
  }

  // The blocks need not be read for this: their order is known.
  free_block* carve() noexcept {
    constexpr std::uint32_t at_once = 32;
    free_blocks made;
    auto* const begin = reinterpret_cast<std::byte*>(this + 1);
    const auto end = carved_ + (blocks_ - carved_ < at_once ? blocks_ - carved_ : at_once);
    for (auto i = end; i > carved_; --i)
      made.push(begin + (i - 1) * std::size_t{block_bytes_});
    carved_ = end;
    return made.first;
  }

  bool add(const free_blocks& some, from whom) noexcept {
    for (auto seen = state_.load(std::memory_order_acquire);;) {
      auto next = seen;
      if (some.count != 0) {
        const auto begin = reinterpret_cast<std::uintptr_t>(this);
        const auto first = reinterpret_cast<std::uintptr_t>(some.first);
        next.first = static_cast<std::uint16_t>((first - begin) / step);
        next.count = static_cast<std::uint16_t>(seen.count + some.count);
        some.last->next = seen.first == 0 ? nullptr : block_at(seen.first);
      }
      if (whom == from::holder)
        next.where = place::left;
      const bool enough =
        next.where == place::left && 2 * (next.count + left_uncarved()) >= blocks_;
      if (enough)
        next.where = place::shelved;
      if (state_.compare_exchange_weak(seen, next, std::memory_order_acq_rel,
                                       std::memory_order_acquire))
        return enough;
    }
  }

  std::uint32_t left_uncarved() const noexcept { return blocks_ - carved_; }

  const std::uint32_t block_bytes_;
  const std::uint32_t blocks_;
  std::uint32_t carved_ = 0; // changed by the holder; others read it once the slab is left
  alignas(64) std::atomic<state> state_{state{}};
};

} // namespace hawser::detail
