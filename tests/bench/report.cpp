#include "report.hpp"

#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <thread>

#include <caf/config.hpp>
#include <nlohmann/json.hpp>

namespace bench {
namespace {

// The macros come from CMake, except CAF's.
std::string caf_version() {
  return std::to_string(CAF_VERSION / 10000) + "." + std::to_string(CAF_VERSION / 100 % 100) + "."
         + std::to_string(CAF_VERSION % 100);
}

std::string with_digits(double number, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << number;
  return text.str();
}

// Three or four significant digits and a decimal prefix.
std::string short_number(double number) {
  if (number >= 1e6)
    return with_digits(number / 1e6, 2) + " M";
  if (number >= 1e4)
    return with_digits(number / 1e3, 0) + " k";
  return with_digits(number, 0);
}

std::string shown(const measurement& of, double number) {
  return of.is_ratio() ? with_digits(number, 2) : short_number(number);
}

// Aligned columns, two blanks apart.
void print_columns(std::ostream& out, const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], line[i].size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i)
      out << std::left << std::setw(static_cast<int>(widths[i] + 2)) << line[i];
    out << line.back() << '\n';
  }
}

nlohmann::json side_to_json(const samples& runs) {
  const auto [low, high] = range_of(runs);
  return {{"median", median(runs)}, {"min", low}, {"max", high}, {"runs", runs}};
}

nlohmann::json row_to_json(const measurement& row) {
  nlohmann::json made{
    {"kind", row.is_ratio() ? "ratio" : "figure"},
    {"what", row.what},
    {"unit", row.is_ratio() ? "ratio" : row.unit},
    {"count", row.count},
  };
  if (row.is_ratio())
    made["of"] = row.of == ratio_of::rates ? "rates" : "costs";
  if (row.goal)
    made["target"] = {
      {row.goal->bound == bound::at_least ? "at_least" : "at_most", row.goal->value}};
  if (!row.absent.empty()) {
    made["absent"] = row.absent;
    return made;
  }
  const auto [low, high] = row.spread();
  made["value"] = row.value();
  made["min"] = low;
  made["max"] = high;
  made["repetitions"] = row.subject.size();
  if (row.goal)
    made["met"] = row.met();
  made["hawser"] = side_to_json(row.subject);
  made["hawser"]["unit"] = row.unit;
  if (row.is_ratio()) {
    made["peer"] = side_to_json(row.peer);
    made["peer"]["unit"] = row.unit;
    made["peer"]["name"] = row.peer_name;
  }
  return made;
}

std::string shown_target(const measurement& row) {
  if (!row.goal)
    return "";
  std::ostringstream text;
  text << (row.goal->bound == bound::at_least ? ">= " : "<= ") << row.goal->value;
  return text.str();
}

std::vector<std::string> line_of(const measurement& row) {
  const auto unit = row.is_ratio() ? "x " + row.unit : row.unit;
  if (!row.absent.empty())
    return {row.name, row.what, "-", shown_target(row), "", "-", unit, "-", row.absent};
  const auto [low, high] = row.spread();
  return {row.name,
          row.what,
          shown(row, row.value()),
          shown_target(row),
          row.goal ? (row.met() ? "yes" : "no") : "",
          shown(row, low) + " - " + shown(row, high),
          unit,
          short_number(median(row.subject)),
          row.is_ratio() ? short_number(median(row.peer)) + " " + row.peer_name : "-"};
}

void print_verdict(std::ostream& out, const std::vector<measurement>& rows) {
  std::size_t goals = 0;
  std::size_t met = 0;
  for (const auto& row : rows)
    if (row.goal && row.absent.empty()) {
      ++goals;
      met += row.met() ? 1 : 0;
    }
  if (goals > 0)
    out << "\n" << met << " of " << goals << " targets met\n";
}

} // namespace

void print_table(std::ostream& out, const std::vector<measurement>& rows, const effort& how) {
  out << "hawser " HAWSER_BENCH_VERSION ", CAF " << caf_version() << ", " HAWSER_BENCH_COMPILER ", "
      << HAWSER_BENCH_FLAGS << ", " << std::thread::hardware_concurrency() << " cores, "
      << how.repetitions << " repetitions" << (how.quick ? ", quick: too short to be quoted" : "")
      << "\n\n";
  std::vector<std::vector<std::string>> lines{
    {"row", "what", "measured", "target", "met", "spread", "unit", "hawser", "peer"}};
  for (const auto& row : rows)
    lines.push_back(line_of(row));
  print_columns(out, lines);
  print_verdict(out, rows);
}

nlohmann::json to_json(const std::vector<measurement>& rows, const effort& how) {
  nlohmann::json made{
    {"hawser", HAWSER_BENCH_VERSION},
    {"caf", caf_version()},
    {"caf_build_type", HAWSER_BENCH_CAF_BUILD_TYPE},
    {"compiler", HAWSER_BENCH_COMPILER},
    {"build_type", HAWSER_BENCH_BUILD_TYPE},
    {"flags", HAWSER_BENCH_FLAGS},
    {"cores", std::thread::hardware_concurrency()},
    {"repetitions", how.repetitions},
    {"quick", how.quick},
  };
  auto& all = made["rows"] = nlohmann::json::object();
  for (const auto& row : rows)
    all[row.name] = row_to_json(row);
  return made;
}

} // namespace bench
