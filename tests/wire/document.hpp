#pragma once

#include <map>
#include <string>

namespace hawser::test {

/// Which of the tables of `runtime/WIRE.md`.
enum class examples_of { values, foreign_values, frames };

/// What their rows say: an expression, or the line of a frame, and the bytes.
std::multimap<std::string, std::string> examples(examples_of what);

} // namespace hawser::test
