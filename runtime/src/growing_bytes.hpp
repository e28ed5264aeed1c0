#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace hawser::detail {

/// Bytes that are appended to. Unlike a vector it clears nothing, and where it grows the system may
/// move pages instead of bytes: half the time of large buffers between nodes went into memory that
/// was touched for the first time only to be copied to the next.
class growing_bytes {
public:
  growing_bytes() noexcept = default;

  growing_bytes(const growing_bytes& other) { append(other.bytes()); }

  growing_bytes(growing_bytes&& other) noexcept
    : room_(std::move(other.room_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

  growing_bytes& operator=(growing_bytes other) noexcept {
    std::swap(room_, other.room_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  ~growing_bytes() = default;

  /// Throws `std::bad_alloc`; then nothing has changed.
  void append(std::span<const std::byte> bytes) {
    if (bytes.empty())
      return;
    if (capacity_ - size_ < bytes.size())
      grow(bytes.size());
    std::memcpy(room_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  std::span<const std::byte> bytes() const noexcept { return {room_.get(), size_}; }

  std::size_t size() const noexcept { return size_; }

  /// Keeps the memory.
  void clear() noexcept { size_ = 0; }

  /// Gives back what is spare, if it is worth the trouble: for bytes that are to be kept, to which
  /// no more will be appended. Of large ones the system takes pages back and moves none.
  void settle() noexcept {
    if (capacity_ - size_ <= size_ / spare_share)
      return;
    if (size_ == 0) {
      room_.reset();
      capacity_ = 0;
    } else if (void* const moved = std::realloc(room_.get(), size_); moved != nullptr) {
      static_cast<void>(room_.release());
      room_.reset(static_cast<std::byte*>(moved));
      capacity_ = size_;
    }
  }

  /// What is kept may keep such a part of it beside it.
  static constexpr std::size_t spare_share = 8;

private:
  struct release {
    void operator()(std::byte* room) const noexcept { std::free(room); }
  };

  void grow(std::size_t more) {
    const auto capacity = std::max(size_ + more, 2 * capacity_);
    void* const moved = std::realloc(room_.get(), capacity);
    if (moved == nullptr)
      throw std::bad_alloc{};
    static_cast<void>(room_.release());
    room_.reset(static_cast<std::byte*>(moved));
    capacity_ = capacity;
  }

  std::unique_ptr<std::byte, release> room_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace hawser::detail
