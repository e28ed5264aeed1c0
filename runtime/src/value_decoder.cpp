#include "hawser/value_decoder.hpp"

#include <utility>

#include "decoding.hpp"

namespace hawser {

value_decoder::value_decoder(wire_options options)
  : state_(std::make_unique<detail::decoding>(options)) {}

value_decoder::value_decoder(value_decoder&&) noexcept = default;

value_decoder& value_decoder::operator=(value_decoder&&) noexcept = default;

value_decoder::~value_decoder() = default;

error value_decoder::feed(std::span<const std::byte> bytes) {
  return state_->feed(bytes, detail::decoding::rest::may_follow);
}

bool value_decoder::complete() const noexcept {
  return state_->complete();
}

std::uint64_t value_decoder::position() const noexcept {
  return state_->position();
}

result<value> value_decoder::take() {
  auto made = state_->take();
  state_->reset(state_->options());
  return made;
}

result<value> decode(std::span<const std::byte> from, const wire_options& options) {
  detail::decoding state{options};
  static_cast<void>(state.feed(from, detail::decoding::rest::none));
  return state.take();
}

} // namespace hawser
