#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace hawser {

/// Mutable bytes that can be transferred. HTML #transferable-objects, ECMAScript ArrayBuffer.
///
/// Copies of an `array_buffer` refer to the same bytes, as references in a script do. Inside a
/// posted message the bytes are copied at the moment of posting, or moved without a copy when the
/// buffer stands in the transfer list; moving detaches it: every reference then sees zero bytes.
/// Not synchronised: one context uses it at a time, and posting hands it over.
class array_buffer {
public:
  /// `size` zero bytes.
  explicit array_buffer(std::size_t size = 0);

  /// Takes over the bytes of `content`.
  explicit array_buffer(std::vector<std::byte> content);

  /// Copies `content`.
  static array_buffer copy_of(std::span<const std::byte> content);

  std::size_t size() const noexcept { return block_->content.size(); }

  std::byte* data() noexcept { return block_->content.data(); }

  const std::byte* data() const noexcept { return block_->content.data(); }

  std::span<std::byte> bytes() noexcept { return block_->content; }

  std::span<const std::byte> bytes() const noexcept { return block_->content; }

  /// True once the bytes have been transferred away.
  bool detached() const noexcept { return block_->detached; }

  /// Takes the bytes out and leaves every reference to this buffer detached.
  std::vector<std::byte> detach() noexcept;

  /// What tells one buffer from another.
  const void* identity() const noexcept { return block_.get(); }

  /// Do both refer to the same buffer? Bytes are compared with `bytes()`.
  friend bool same_object(const array_buffer& lhs, const array_buffer& rhs) noexcept {
    return lhs.block_ == rhs.block_;
  }

private:
  struct block {
    std::vector<std::byte> content;
    bool detached = false;
  };

  std::shared_ptr<block> block_;
};

} // namespace hawser
