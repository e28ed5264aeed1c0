#include "hawser/array_buffer.hpp"

#include <string>
#include <utility>

namespace hawser {

array_buffer::array_buffer(std::size_t size) : array_buffer(std::vector<std::byte>(size)) {}

array_buffer::array_buffer(std::size_t size, std::size_t size_max) : array_buffer(size) {
  HAWSER_ASSERT(size <= size_max, "an array_buffer was made larger than its size_max");
  block_->size_max = size_max;
  block_->what = kind::resizable;
}

array_buffer::array_buffer(std::vector<std::byte> content) : block_(std::make_shared<block>()) {
  block_->content = std::move(content);
}

array_buffer array_buffer::copy_of(std::span<const std::byte> content) {
  return array_buffer{std::vector<std::byte>(content.begin(), content.end())};
}

array_buffer array_buffer::immutable_copy_of(std::span<const std::byte> content) {
  auto made = copy_of(content);
  made.block_->what = kind::immutable;
  return made;
}

array_buffer array_buffer::clone() const {
  if (immutable())
    return *this;
  auto made = copy_of(bytes());
  made.block_->size_max = block_->size_max;
  made.block_->what = block_->what;
  return made;
}

error array_buffer::resize(std::size_t size) {
  if (!resizable() || detached())
    return {errc::type_error,
            detached() ? "the buffer was transferred already" : "the buffer has a fixed length"};
  if (size > block_->size_max)
    return {errc::range_error, std::to_string(size) + " bytes, the buffer's maximum is "
                                 + std::to_string(block_->size_max)};
  block_->content.resize(size);
  return {};
}

array_buffer array_buffer::transfer() {
  array_buffer made;
  transfer_into(made);
  return made;
}

void array_buffer::transfer_into(array_buffer& destination) {
  auto& to = *destination.block_;
  to.content = std::exchange(block_->content, {});
  to.size_max = std::exchange(block_->size_max, 0);
  to.what = block_->what;
  block_->detached = true;
}

void array_buffer::require_mutable() const {
  HAWSER_ASSERT(!immutable(), "an immutable array_buffer was about to be written to");
}

shared_array_buffer::shared_array_buffer(std::size_t size)
  : block_(std::make_shared<block>(size, size)) {}

shared_array_buffer::shared_array_buffer(std::size_t size, std::size_t size_max)
  : block_(std::make_shared<block>(size, size_max)) {
  HAWSER_ASSERT(size <= size_max, "a shared_array_buffer was made larger than its size_max");
  block_->growable = true;
}

error shared_array_buffer::grow(std::size_t size) const {
  if (!growable())
    return {errc::type_error, "the buffer has a fixed length"};
  auto known = block_->size.load(std::memory_order_acquire);
  do {
    if (size < known || size > size_max())
      return {errc::range_error, std::to_string(size) + " bytes, the buffer has "
                                   + std::to_string(known) + " and its maximum is "
                                   + std::to_string(size_max())};
  } while (!block_->size.compare_exchange_weak(known, size, std::memory_order_acq_rel));
  return {};
}

} // namespace hawser
