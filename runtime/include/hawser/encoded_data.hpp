#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace hawser {

namespace detail {

class encoded_data_sources;

/// What handles share. Bytes that are its own lie behind it.
struct encoded_block {
  enum class holding : std::uint8_t { own, grown, gathered, trouble };

  std::span<const std::byte> content; ///< None if it is gathered.
  std::atomic<std::uint32_t> refs{1};
  holding what = holding::own;
};

void destroy(encoded_block* block) noexcept;

} // namespace detail

/// The data of a message in the wire format of values, or why it could not be encoded; or nothing.
/// A handle to what never changes: copies share it, any thread may read it, the last one frees it.
/// A router that passes it on does not look into it.
class encoded_data {
public:
  encoded_data() noexcept = default;

  /// Data of its own, in one block of memory.
  static encoded_data copy_of(std::span<const std::byte> bytes);

  /// Its receiver gets `messageerror`. `why` is not empty.
  static encoded_data unencodable(std::string_view why);

  encoded_data(const encoded_data& other) noexcept : block_(other.block_) {
    if (block_ != nullptr)
      block_->refs.fetch_add(1, std::memory_order_relaxed);
  }

  encoded_data(encoded_data&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}

  encoded_data& operator=(encoded_data other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }

  ~encoded_data() { reset(); }

  void reset() noexcept {
    // Whoever has the only handle need not count: most are never shared.
    if (auto* last = std::exchange(block_, nullptr);
        last != nullptr
        && (last->refs.load(std::memory_order_acquire) == 1
            || last->refs.fetch_sub(1, std::memory_order_acq_rel) == 1))
      detail::destroy(last);
  }

  /// Is there data, or a reason why not?
  explicit operator bool() const noexcept { return block_ != nullptr; }

  /// Bytes of data; 0 if it could not be encoded.
  std::size_t size() const noexcept {
    if (!has_bytes())
      return 0;
    return gathered() ? gathered_size() : block_->content.size();
  }

  /// The data, in order. Most is in one piece; what could not be encoded has none.
  std::span<const std::span<const std::byte>> pieces() const noexcept {
    if (!has_bytes())
      return {};
    return gathered() ? gathered_pieces() : std::span{&block_->content, 1};
  }

  /// A copy of all of it.
  std::vector<std::byte> joined() const;

  /// Why it could not be encoded; empty if it could.
  std::string_view trouble() const noexcept {
    if (block_ == nullptr || block_->what != detail::encoded_block::holding::trouble)
      return {};
    return {reinterpret_cast<const char*>(block_->content.data()), block_->content.size()};
  }

private:
  friend class detail::encoded_data_sources;

  explicit encoded_data(detail::encoded_block* block) noexcept : block_(block) {}

  static encoded_data behind(std::span<const std::byte> content,
                             detail::encoded_block::holding what);

  bool has_bytes() const noexcept {
    return block_ != nullptr && block_->what != detail::encoded_block::holding::trouble;
  }

  bool gathered() const noexcept {
    return block_->what == detail::encoded_block::holding::gathered;
  }

  std::size_t gathered_size() const noexcept;
  std::span<const std::span<const std::byte>> gathered_pieces() const noexcept;

  detail::encoded_block* block_ = nullptr;
};

} // namespace hawser
