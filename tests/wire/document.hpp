#pragma once

#include <map>
#include <string>

namespace hawser::test {

/// Which of the tables of `runtime/WIRE.md`.
enum class examples_of { values, foreign_values, frames, links };

/// What their rows say: an expression, the line of a frame, or who says what, and the bytes.
std::multimap<std::string, std::string> examples(examples_of what);

} // namespace hawser::test
