#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "problems.hpp"

namespace hawser::tool {

/// Parts of a dotted key; TOPOLOGY.md knows none of more than two.
inline constexpr std::uint32_t key_parts_max = 8;

/// Where in a TOML text a key has more parts than that, if anywhere. The parser bounds how deeply
/// values nest but not how long keys are, and has no stack for those of a hostile file.
std::optional<place> find_deep_key(std::string_view toml) noexcept;

} // namespace hawser::tool
