#include "hawser/array_buffer.hpp"

#include <utility>

namespace hawser {

array_buffer::array_buffer(std::size_t size) : array_buffer(std::vector<std::byte>(size)) {}

array_buffer::array_buffer(std::vector<std::byte> content)
  : block_(std::make_shared<block>(block{std::move(content), false})) {}

array_buffer array_buffer::copy_of(std::span<const std::byte> content) {
  return array_buffer{std::vector<std::byte>(content.begin(), content.end())};
}

std::vector<std::byte> array_buffer::detach() noexcept {
  block_->detached = true;
  return std::exchange(block_->content, {});
}

} // namespace hawser
