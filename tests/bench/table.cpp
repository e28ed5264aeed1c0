#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <thread>
#include <utility>

#include "report.hpp"

namespace bench {
namespace {

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

// Two columns behind the target: what was measured then, and what is measured now over that.
void add_earlier(std::vector<std::vector<std::string>>& lines, const std::vector<measurement>& rows,
                 const earlier_run& before) {
  constexpr auto behind_the_target = 5;
  const auto add = [](std::vector<std::string>& line, std::string then, std::string change) {
    line.insert(line.begin() + behind_the_target, {std::move(then), std::move(change)});
  };
  add(lines.front(), "earlier", "change");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto then = before.values.find(rows[i].name);
    if (then == before.values.end())
      add(lines[i + 1], "-", "-");
    else
      add(lines[i + 1], shown(rows[i], then->second),
          rows[i].absent.empty() ? "x " + with_digits(rows[i].value() / then->second, 2) : "-");
  }
}

} // namespace

void print_table(std::ostream& out, const std::vector<measurement>& rows, const effort& how,
                 const std::optional<earlier_run>& before) {
  out << "hawser " HAWSER_BENCH_VERSION ", CAF " << caf_version() << ", " HAWSER_BENCH_COMPILER ", "
      << HAWSER_BENCH_FLAGS << ", " << std::thread::hardware_concurrency() << " cores, "
      << how.repetitions << " repetitions" << (how.quick ? ", quick: too short to be quoted" : "")
      << "\n\n";
  std::vector<std::vector<std::string>> lines{
    {"row", "what", "measured", "target", "met", "spread", "unit", "hawser", "peer"}};
  for (const auto& row : rows)
    lines.push_back(line_of(row));
  if (before) {
    add_earlier(lines, rows, *before);
    out << "earlier: " << before->file << (before->quick ? ", quick: too short to be quoted" : "")
        << "\n\n";
  }
  print_columns(out, lines);
  print_verdict(out, rows);
}

} // namespace bench
