#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "hawser/value.hpp"

namespace hawser {

/// Where an encoder puts its bytes. It is called with a few thousand bytes at a time, on the thread
/// that encodes, and never again after an error.
class wire_sink {
public:
  virtual ~wire_sink() = default;

  /// Does `expect` help it? To call that, an encoder looks through a large value beforehand.
  virtual bool makes_room() const noexcept { return false; }

  /// About so many bytes are to come. Called before the first of them, if they are more than a few
  /// thousand and no part of the value occurs more than once in it.
  virtual void expect(std::uint64_t bytes) { static_cast<void>(bytes); }

  /// The next bytes, to be copied: they are valid during the call only.
  virtual void write(std::span<const std::byte> bytes) = 0;

  /// The next bytes, many of them, which stay where they are as long as `owner` lives and nobody
  /// changes the buffers in it. A sink that can wait with copying keeps both.
  virtual void write_shared(std::span<const std::byte> bytes, const value& owner) {
    static_cast<void>(owner);
    write(bytes);
  }
};

/// Appends to a vector of the caller.
class vector_sink final : public wire_sink {
public:
  explicit vector_sink(std::vector<std::byte>& to) noexcept : to_(to) {}

  bool makes_room() const noexcept override { return true; }

  void expect(std::uint64_t bytes) override {
    const auto wanted = to_.size() + static_cast<std::size_t>(bytes);
    if (wanted > to_.capacity())
      to_.reserve(std::max(wanted, to_.capacity() * 2)); // Many values may come one by one.
  }

  void write(std::span<const std::byte> bytes) override {
    to_.insert(to_.end(), bytes.begin(), bytes.end());
  }

private:
  std::vector<std::byte>& to_;
};

/// Bytes in pieces, to be written with one call that gathers them: large strings, buffers and blobs
/// are not copied but kept alive.
class chunk_list final : public wire_sink {
public:
  struct chunk {
    std::span<const std::byte> bytes;
    std::vector<std::byte> copied; ///< Where they are, unless `owner` has them.
    value owner;
  };

  chunk_list() = default;
  chunk_list(chunk_list&&) = default;
  chunk_list& operator=(chunk_list&&) = default;

  void write(std::span<const std::byte> bytes) override {
    auto& made = chunks_.emplace_back();
    made.copied.assign(bytes.begin(), bytes.end());
    made.bytes = made.copied;
  }

  void write_shared(std::span<const std::byte> bytes, const value& owner) override {
    chunks_.push_back({bytes, {}, owner});
  }

  /// In order; valid until the list is written to again or destroyed.
  std::span<const chunk> chunks() const noexcept { return chunks_; }

private:
  std::vector<chunk> chunks_;
};

} // namespace hawser
