#include "hawser/value_encoder.hpp"

#include <utility>

#include "encoding.hpp"

namespace hawser {

value_encoder::value_encoder(wire_options options)
  : state_(std::make_unique<detail::encoding>(options)) {}

value_encoder::value_encoder(value_encoder&&) noexcept = default;

value_encoder& value_encoder::operator=(value_encoder&&) noexcept = default;

value_encoder::~value_encoder() = default;

error value_encoder::encode(const value& from, wire_sink& to) {
  return state_->run(from, to);
}

error encode(const value& from, std::vector<std::byte>& to, const wire_options& options) {
  const auto before = to.size();
  detail::encoding state{options};
  vector_sink sink{to};
  auto trouble = state.run(from, sink);
  if (trouble)
    to.resize(before);
  return trouble;
}

} // namespace hawser
