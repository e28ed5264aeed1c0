#pragma once

#include <iosfwd>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "measure.hpp"

namespace bench {

/// One line per row: what, measured, spread and the medians of both sides.
void print_table(std::ostream& out, const std::vector<measurement>& rows, const effort& how);

/// The same for programs, with what it was measured on and every single run.
nlohmann::json to_json(const std::vector<measurement>& rows, const effort& how);

} // namespace bench
