#include "hawser/value_decoder.hpp"

#include <utility>

#include "decoding.hpp"

namespace hawser {
namespace {

result<value> taken_from(detail::decoding& state) {
  value made;
  if (auto err = state.take(made))
    return err;
  return made;
}

} // namespace

value_decoder::value_decoder(wire_options options)
  : state_(std::make_unique<detail::decoding>(options)) {}

value_decoder::value_decoder(value_decoder&&) noexcept = default;

value_decoder& value_decoder::operator=(value_decoder&&) noexcept = default;

value_decoder::~value_decoder() = default;

error value_decoder::feed(std::span<const std::byte> bytes) {
  state_->feed(bytes, detail::decoding::rest::may_follow);
  return state_->trouble();
}

bool value_decoder::complete() const noexcept {
  return state_->complete();
}

std::uint64_t value_decoder::position() const noexcept {
  return state_->position();
}

result<value> value_decoder::take() {
  auto made = taken_from(*state_);
  state_->reset(state_->options().transferred_ports);
  return made;
}

result<value> decode(std::span<const std::byte> from, const wire_options& options) {
  detail::decoding state{options};
  state.feed(from, detail::decoding::rest::none);
  return taken_from(state);
}

} // namespace hawser
