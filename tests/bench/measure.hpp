#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rows.hpp"

namespace bench {

/// The runs of one side, in the order they were made.
using samples = std::vector<double>;

double median(samples of);

struct range {
  double low;
  double high;
};

range range_of(const samples& of);

struct measurement {
  std::string name;
  std::string what;
  std::string unit;    ///< Of the samples: "message/s".
  std::uint64_t count; ///< Operations per run.
  samples subject;
  samples peer; ///< Empty for a figure. Run `i` was made right before or after the subject's.
  std::string peer_name;
  ratio_of of = ratio_of::rates;
  std::optional<target> goal;
  std::string absent; ///< Why nothing could be measured; empty when it could.

  bool is_ratio() const noexcept { return !peer_name.empty(); }

  /// The ratio of the medians, or the median. Not to be asked of what is absent, as the next two.
  double value() const;

  /// Is the target reached? Only where there is one.
  bool met() const;

  /// The lowest and highest of the ratios of neighbouring runs, or of the runs.
  range spread() const;
};

/// Is told about each run before it starts.
using progress = std::function<void(const std::string& row, unsigned repetition)>;

/// One run of each side that is not counted, then the repetitions; the sides take turns, and in
/// being first. Google Benchmark makes the runs, the workload takes the time.
measurement measure(const speed_row& row, hawser::system& sys, const effort& how,
                    const progress& tell);

/// The geometric mean of rows, repetition by repetition; absent if one of them is.
measurement mean_of(const mean_row& row, const std::vector<measurement>& parts);

/// One side alone for a profiler to look at: nothing but its runs, one after the other. The median.
enum class lone_side { hawser, peer };
double run_alone(const speed_row& row, lone_side which, hawser::system& sys, const effort& how);

/// Each run in a process of its own. To be called before this process has any other thread.
measurement measure(const figure_row& row, const effort& how, const progress& tell);

} // namespace bench
