#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hawser/value.hpp"
#include "hawser/wire_limits.hpp"

namespace hawser::test {

/// A value with the expression a script would write for it, where it can.
struct sample {
  std::string_view expression;
  value content;
  wire_scope scope = wire_scope::value;
};

/// Every type, in every form it has on the wire. `runtime/WIRE.md` shows each of them.
const std::vector<sample>& samples();

/// Null if there is none of that name.
const sample* find_sample(std::string_view expression);

/// `0a ff`.
std::string to_hex(std::span<const std::byte> bytes);

/// The other way round; blanks are passed over.
std::vector<std::byte> from_hex(std::string_view text);

} // namespace hawser::test
