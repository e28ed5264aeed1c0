#pragma once

#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "measure.hpp"

namespace bench {

/// What a report of an earlier run says.
struct earlier_run {
  std::string file;
  bool quick = false;
  std::map<std::string, double> values; ///< By row; rows that were absent then are missing.
};

/// Throws `std::runtime_error` for a file that cannot be read or is no report.
earlier_run read_report(const std::string& file);

/// One line per row: what, measured, its target and whether it is met, spread and the medians of
/// both sides; with an earlier run also what was measured then and how it has changed.
void print_table(std::ostream& out, const std::vector<measurement>& rows, const effort& how,
                 const std::optional<earlier_run>& before = {});

/// "0.18.7".
std::string caf_version();

/// The same for programs, with what it was measured on and every single run.
nlohmann::json to_json(const std::vector<measurement>& rows, const effort& how);

} // namespace bench
