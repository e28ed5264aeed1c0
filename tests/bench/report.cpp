#include "report.hpp"

#include <fstream>
#include <stdexcept>
#include <thread>

#include <caf/config.hpp>
#include <nlohmann/json.hpp>

namespace bench {
namespace {

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

} // namespace

// The macros come from CMake, except CAF's.
std::string caf_version() {
  return std::to_string(CAF_VERSION / 10000) + "." + std::to_string(CAF_VERSION / 100 % 100) + "."
         + std::to_string(CAF_VERSION % 100);
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

earlier_run read_report(const std::string& file) {
  std::ifstream in{file};
  if (!in)
    throw std::runtime_error{"cannot read " + file};
  try {
    const auto report = nlohmann::json::parse(in);
    earlier_run made{file, report.at("quick").get<bool>(), {}};
    for (const auto& [name, row] : report.at("rows").items())
      if (row.contains("value"))
        made.values.emplace(name, row["value"].get<double>());
    return made;
  } catch (const nlohmann::json::exception& trouble) {
    throw std::runtime_error{file + " is no report of hawser-bench: " + trouble.what()};
  }
}

} // namespace bench
