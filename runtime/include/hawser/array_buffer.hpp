#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "hawser/error.hpp"

namespace hawser {

/// Mutable bytes that can be transferred. HTML #transferable-objects, ECMAScript ArrayBuffer.
///
/// Copies of an `array_buffer` refer to the same bytes, as references in a script do. Inside a
/// posted message the bytes are copied at the moment of posting, or moved without a copy when the
/// buffer stands in the transfer list; moving detaches it: every reference then sees zero bytes.
/// Not synchronised: one context uses it at a time, and posting hands it over.
class array_buffer {
public:
  array_buffer() : array_buffer(std::size_t{0}) {}

  /// `size` zero bytes.
  explicit array_buffer(std::size_t size);

  /// `size` zero bytes that `resize` may make up to `size_max`. A `size` beyond that stops the
  /// process.
  array_buffer(std::size_t size, std::size_t size_max);

  /// Takes over the bytes of `content`.
  explicit array_buffer(std::vector<std::byte> content);

  /// Copies `content`.
  static array_buffer copy_of(std::span<const std::byte> content);

  /// A copy of `content` that cannot be written to, transferred or resized. Posting shares it.
  static array_buffer immutable_copy_of(std::span<const std::byte> content);

  /// A buffer of its own with the same bytes and bounds. Immutable ones share their bytes.
  array_buffer clone() const;

  std::size_t size() const noexcept { return block_->content.size(); }

  /// The most `resize` allows; `size()` for a buffer of fixed length.
  std::size_t size_max() const noexcept { return resizable() ? block_->size_max : size(); }

  bool resizable() const noexcept { return block_->what == kind::resizable; }

  bool immutable() const noexcept { return block_->what == kind::immutable; }

  /// New bytes are zero. Pointers into the buffer become invalid. `type_error` if it is not
  /// resizable or detached, `range_error` beyond `size_max()`.
  error resize(std::size_t size);

  /// Writing to an immutable buffer is a programming mistake and stops the process.
  std::byte* data() { return bytes().data(); }

  const std::byte* data() const noexcept { return block_->content.data(); }

  std::span<std::byte> bytes() {
    require_mutable();
    return block_->content;
  }

  std::span<const std::byte> bytes() const noexcept { return block_->content; }

  /// Keeps it from ever being transferred: code outside of hawser relies on where the bytes are. A
  /// post that lists it gives `type_error`. ECMAScript calls this a detach key.
  void pin() noexcept { block_->pinned = true; }

  bool pinned() const noexcept { return block_->pinned; }

  /// True once the bytes have been transferred away.
  bool detached() const noexcept { return block_->detached; }

  /// Moves the bytes to a new buffer and leaves every reference to this one detached, whatever
  /// `pin` says: the caller has looked. ECMAScript ArrayBuffer.prototype.transfer.
  array_buffer transfer();

  /// The same into a buffer that exists, and loses what it had.
  void transfer_into(array_buffer& destination);

  /// What tells one buffer from another.
  const void* identity() const noexcept { return block_.get(); }

  /// Do both refer to the same buffer? Bytes are compared with `bytes()`.
  friend bool same_object(const array_buffer& lhs, const array_buffer& rhs) noexcept {
    return lhs.block_ == rhs.block_;
  }

private:
  enum class kind : std::uint8_t { fixed, resizable, immutable };

  struct block {
    std::vector<std::byte> content;
    std::size_t size_max = 0;
    kind what = kind::fixed;
    bool pinned = false;
    bool detached = false;
  };

  void require_mutable() const;

  std::shared_ptr<block> block_;
};

/// Bytes that several contexts of one agent cluster use at once. ECMAScript SharedArrayBuffer.
///
/// Posting it never copies: the receiver has the same memory. It cannot be transferred, and a
/// context of another agent cluster gets a `messageerror` instead. Reads and writes of the bytes
/// are the users' to synchronise, with `std::atomic_ref` for example. The memory lives as long as
/// any reference to it.
class shared_array_buffer {
public:
  shared_array_buffer() : shared_array_buffer(std::size_t{0}) {}

  /// `size` zero bytes.
  explicit shared_array_buffer(std::size_t size);

  /// As many that `grow` may make up to `size_max`. The memory for all of them is taken at once, so
  /// that pointers stay valid. A `size` beyond `size_max` stops the process.
  shared_array_buffer(std::size_t size, std::size_t size_max);

  /// From any thread.
  std::size_t size() const noexcept { return block_->size.load(std::memory_order_acquire); }

  std::size_t size_max() const noexcept { return block_->content.size(); }

  bool growable() const noexcept { return block_->growable; }

  /// From any thread. `type_error` if it is not growable, `range_error` if it would shrink or pass
  /// `size_max()`.
  error grow(std::size_t size) const;

  std::span<std::byte> bytes() const noexcept { return {block_->content.data(), size()}; }

  const void* identity() const noexcept { return block_.get(); }

  /// Do both refer to the same memory?
  friend bool same_object(const shared_array_buffer& lhs, const shared_array_buffer& rhs) noexcept {
    return lhs.block_ == rhs.block_;
  }

private:
  struct block {
    block(std::size_t size_now, std::size_t size_max) : content(size_max), size(size_now) {}

    std::vector<std::byte> content;
    std::atomic<std::size_t> size;
    bool growable = false;
  };

  std::shared_ptr<block> block_;
};

} // namespace hawser
