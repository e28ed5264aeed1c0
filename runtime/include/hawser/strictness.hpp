#pragma once

#include <cstdint>

namespace hawser {

/// `strict_html`: no port gets a `close` event, as browsers have it; channels end unseen.
/// Everything else that goes beyond HTML shows only to those who ask for it.
enum class strictness : std::uint8_t { extended, strict_html };

} // namespace hawser
