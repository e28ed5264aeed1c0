#include "measure.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include <benchmark/benchmark.h>

namespace bench {
namespace {

// Takes what Google Benchmark measured instead of printing it.
class collector : public benchmark::BenchmarkReporter {
public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const auto& run : runs) {
      if (run.error_occurred)
        throw std::runtime_error{run.error_message};
      per_second = run.counters.at("items_per_second");
    }
  }

  double per_second = 0;
};

// What takes less is done again and again: 10,000 ports move in 5 ms, and whether the receiver's
// worker was asleep when that began made it 0.7 or 2.3 million a second.
constexpr double shortest_run_s = 0.2;

// One side of a row as a registered benchmark that is run once at a time.
class side {
public:
  side(std::string name, workload& what, std::uint64_t count, const effort& how)
    : name_(std::move(name)) {
    const auto body = [&what, count](benchmark::State& state) {
      try {
        for ([[maybe_unused]] auto once : state)
          state.SetIterationTime(what.run(count).count());
        state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
      } catch (const std::exception& trouble) {
        state.SkipWithError(trouble.what());
      }
    };
    auto* made = benchmark::RegisterBenchmark(name_.c_str(), body)->UseManualTime();
    if (how.quick)
      made->Iterations(1);
    else
      made->MinTime(shortest_run_s);
  }

  double run() const {
    collector into;
    if (benchmark::RunSpecifiedBenchmarks(&into, "^" + name_ + "/") != 1)
      throw std::logic_error{name_ + " is not one benchmark"};
    return into.per_second;
  }

private:
  std::string name_;
};

double in_own_process(const std::function<double()>& compute) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0)
    throw std::runtime_error{"no pipe for a measuring process"};
  const auto child = fork();
  if (child < 0)
    throw std::runtime_error{"no measuring process could be started"};
  double answer = 0;
  if (child == 0) {
    answer = compute();
    const auto written = write(pipe_ends[1], &answer, sizeof answer);
    _exit(written == sizeof answer ? 0 : 1);
  }
  close(pipe_ends[1]);
  const auto got = read(pipe_ends[0], &answer, sizeof answer);
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (got != sizeof answer || status != 0)
    throw std::runtime_error{"a measuring process failed"};
  return answer;
}

double ratio(double subject_rate, double peer_rate, ratio_of of) {
  return of == ratio_of::rates ? subject_rate / peer_rate : peer_rate / subject_rate;
}

double geometric_mean(const samples& of) {
  double sum = 0;
  for (const auto each : of)
    sum += std::log(each);
  return std::exp(sum / static_cast<double>(of.size()));
}

measurement nothing_yet(const speed_row& row, const effort& how) {
  measurement made;
  made.name = row.name;
  made.what = row.what;
  made.unit = row.operation + "/s";
  made.count = how.quick ? row.quick_count : row.count;
  made.of = row.of;
  made.goal = target_of(row.name);
  if (row.peer)
    made.peer_name = row.peer_name;
  return made;
}

} // namespace

double median(samples of) {
  std::ranges::sort(of);
  const auto middle = of.size() / 2;
  return of.size() % 2 == 1 ? of[middle] : (of[middle - 1] + of[middle]) / 2;
}

range range_of(const samples& of) {
  const auto [low, high] = std::ranges::minmax(of);
  return {low, high};
}

double measurement::value() const {
  return is_ratio() ? ratio(median(subject), median(peer), of) : median(subject);
}

bool measurement::met() const {
  return goal->bound == bound::at_least ? value() >= goal->value : value() <= goal->value;
}

range measurement::spread() const {
  if (!is_ratio())
    return range_of(subject);
  samples ratios;
  for (std::size_t i = 0; i < subject.size(); ++i)
    ratios.push_back(ratio(subject[i], peer[i], of));
  return range_of(ratios);
}

measurement measure(const speed_row& row, hawser::system& sys, const effort& how,
                    const progress& tell) try {
  auto made = nothing_yet(row, how);
  benchmark::ClearRegisteredBenchmarks();
  // The peer first: it may be absent.
  const auto peer = row.peer ? row.peer(sys, how) : nullptr;
  const auto subject = row.subject(sys, how);
  const side own{row.name + "/hawser", *subject, made.count, how};
  own.run(); // Warm-up, as the next.
  if (peer == nullptr) {
    for (unsigned i = 0; i < how.repetitions; ++i) {
      tell(row.name, i);
      made.subject.push_back(own.run());
    }
    return made;
  }
  const side other{row.name + "/peer", *peer, made.count, how};
  other.run();
  for (unsigned i = 0; i < how.repetitions; ++i) {
    tell(row.name, i);
    if (i % 2 == 0)
      made.subject.push_back(own.run());
    made.peer.push_back(other.run());
    if (i % 2 == 1)
      made.subject.push_back(own.run());
  }
  return made;
} catch (const peer_absent& why) {
  auto made = nothing_yet(row, how);
  made.absent = why.what();
  return made;
}

double run_alone(const speed_row& row, lone_side which, hawser::system& sys, const effort& how) {
  const bool peer = which == lone_side::peer;
  if (peer && !row.peer)
    throw std::invalid_argument{row.name + " has no other side"};
  benchmark::ClearRegisteredBenchmarks();
  const auto load = peer ? row.peer(sys, how) : row.subject(sys, how);
  const side only{row.name + "/alone", *load, how.quick ? row.quick_count : row.count, how};
  samples runs;
  for (unsigned i = 0; i < how.repetitions; ++i)
    runs.push_back(only.run());
  return median(runs);
}

measurement measure(const figure_row& row, const effort& how, const progress& tell) {
  measurement made;
  made.name = row.name;
  made.what = row.what;
  made.unit = row.unit;
  made.count = how.quick ? row.quick_count : row.count;
  made.goal = target_of(row.name);
  for (unsigned i = 0; i < how.repetitions; ++i) {
    tell(row.name, i);
    made.subject.push_back(in_own_process([&] { return row.figure(made.count); }));
  }
  return made;
}

measurement mean_of(const mean_row& row, const std::vector<measurement>& parts) {
  auto made = parts.front();
  made.name = row.name;
  made.what = row.what;
  made.goal = target_of(row.name);
  made.count = 0;
  for (const auto& part : parts) {
    made.count += part.count;
    if (!part.absent.empty()) {
      made.absent = part.absent;
      return made;
    }
  }
  for (std::size_t i = 0; i < made.subject.size(); ++i) {
    samples subjects;
    samples peers;
    for (const auto& part : parts) {
      subjects.push_back(part.subject[i]);
      peers.push_back(part.peer[i]);
    }
    made.subject[i] = geometric_mean(subjects);
    made.peer[i] = geometric_mean(peers);
  }
  return made;
}

} // namespace bench
