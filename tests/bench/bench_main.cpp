// hawser-bench: raw CAF and hawser side by side, in one run. README.md says what each row means.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <string>

#include <hawser/system.hpp>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "measure.hpp"
#include "report.hpp"
#include "typed_flood.hpp"

namespace bench {

void fail(std::string_view why) {
  std::cerr << "hawser-bench: " << why << std::endl;
  std::abort();
}

namespace {

struct options {
  effort how;
  std::string filter;
  std::string out;
  std::string compare;
  std::optional<lone_side> side;
};

// Before its parts, unless not all of them were asked for.
void add_mean(const mean_row& row, std::vector<measurement>& made) {
  const auto is_part = [&row](const auto& each) { return each.name.starts_with(row.name + "."); };
  const auto first = std::ranges::find_if(made, is_part);
  std::vector<measurement> parts;
  std::copy_if(first, made.end(), std::back_inserter(parts), is_part);
  if (std::ssize(parts) == std::ranges::count_if(speed_rows(), is_part))
    made.insert(first, mean_of(row, parts));
}

std::vector<measurement> measure_all(const options& chosen) {
  const std::regex wanted{chosen.filter};
  const auto matches = [&wanted](const auto& row) { return std::regex_search(row.name, wanted); };
  const auto tell = [&chosen](const std::string& row, unsigned repetition) {
    std::cerr << "\r\033[K" << row << ' ' << repetition + 1 << '/' << chosen.how.repetitions
              << std::flush;
  };
  const auto tell_nobody = [](const std::string&, unsigned) {};
  const progress report = isatty(STDERR_FILENO) != 0 ? progress{tell} : progress{tell_nobody};

  // Figures first: their processes are forked before this one has threads.
  std::vector<measurement> figures;
  for (const auto& row : figure_rows())
    if (matches(row))
      figures.push_back(measure(row, chosen.how, report));
  std::vector<measurement> made;
  hawser::system sys; // Both sides run on its CAF system.
  for (const auto& row : speed_rows())
    if (matches(row))
      made.push_back(measure(row, sys, chosen.how, report));
  for (const auto& row : mean_rows())
    if (matches(row))
      add_mean(row, made);
  made.insert(made.end(), figures.begin(), figures.end());
  if (isatty(STDERR_FILENO) != 0)
    std::cerr << "\r\033[K";
  return made;
}

int run_for_profiler(const options& chosen) {
  const std::regex wanted{chosen.filter};
  hawser::system sys;
  for (const auto& row : speed_rows())
    if (std::regex_search(row.name, wanted))
      std::cout << row.name << ": " << run_alone(row, *chosen.side, sys, chosen.how) << ' '
                << row.operation << "/s\n";
  return 0;
}

int run(const options& chosen) {
  if (chosen.side)
    return run_for_profiler(chosen);
  // Read before anything is measured, in case it cannot be.
  std::optional<earlier_run> before;
  if (!chosen.compare.empty())
    before = read_report(chosen.compare);
  const auto rows = measure_all(chosen);
  if (rows.empty()) {
    std::cerr << "hawser-bench: no row matches '" << chosen.filter << "'; there are:\n";
    for (const auto& row : speed_rows())
      std::cerr << "  " << row.name << '\n';
    for (const auto& row : figure_rows())
      std::cerr << "  " << row.name << '\n';
    return 2;
  }
  print_table(std::cout, rows, chosen.how, before);
  if (chosen.out.empty())
    return 0;
  std::ofstream file{chosen.out};
  file << to_json(rows, chosen.how).dump(2) << '\n';
  file.close();
  if (!file) {
    std::cerr << "hawser-bench: cannot write " << chosen.out << '\n';
    return 1;
  }
  return 0;
}

} // namespace
} // namespace bench

int main(int argc, char** argv) {
  bench::announce_parcel();
  bench::options chosen;
  CLI::App app{"Measures hawser beside raw CAF and Node."};
  app.add_option("--out", chosen.out, "Write the figures as JSON to this file");
  app.add_option("--filter", chosen.filter, "Only the rows this regular expression finds");
  app.add_option("--compare", chosen.compare, "Show also what an earlier report, this file, says");
  auto* repetitions = app.add_option("--repetitions", chosen.how.repetitions, "Runs per side")
                        ->check(CLI::Range(1, 1000))
                        ->capture_default_str();
  const std::map<std::string, bench::lone_side> sides{{"hawser", bench::lone_side::hawser},
                                                      {"caf", bench::lone_side::peer},
                                                      {"peer", bench::lone_side::peer}};
  app.add_option("--side", chosen.side, "Run this side alone, for a profiler; speed rows only")
    ->transform(CLI::CheckedTransformer(sides));
  app.add_flag("--quick", chosen.how.quick, "Short runs, 3 of each: shows that it works");
  CLI11_PARSE(app, argc, argv);
  if (chosen.how.quick && repetitions->count() == 0)
    chosen.how.repetitions = 3;
  try {
    return bench::run(chosen);
  } catch (const std::exception& trouble) {
    std::cerr << "hawser-bench: " << trouble.what() << '\n';
    return 1;
  }
}
