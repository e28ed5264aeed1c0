// Runs as many worlds as asked, each from its own seed, on all processors. The first that violates
// an invariant is reported with its seed and the command that repeats it.

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "invariants.hpp"
#include "run.hpp"

namespace {

using namespace hawser::simulation;

struct options {
  std::uint64_t first = 0;
  std::uint64_t seeds = 2000;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  std::string kind = "any";
  bool trace = false;
  bool until_found = false;
};

struct outcome {
  std::atomic<std::uint64_t> next;
  std::atomic<std::uint64_t> moves{0};
  std::atomic<std::uint64_t> forged{0};
  std::atomic<std::uint64_t> lies{0};
  std::atomic<bool> found{false};
  std::uint64_t done = 0;
  std::mutex lock;
  std::vector<std::pair<std::uint64_t, std::string>> failures;
};

// What there is to see of a world that has failed.
void show(world& w) {
  for (const auto& line : w.log)
    std::cout << line << '\n';
  for (unsigned i = 0; i < w.size(); ++i)
    if (w.alive(i))
      for (const auto& each : w.at(i).routes->waypoints())
        std::cout << "node " << i << "  " << to_string(each) << '\n';
  for (unsigned i = 0; i < w.size(); ++i)
    for (unsigned k = 0; w.alive(i) && k < w.at(i).contexts.size(); ++k) {
      auto& page = w.page(i, k);
      for (const auto& each : page.ports) {
        const auto seen = page.scope->registry().observe(each.port);
        for (unsigned side = 0; side < 2; ++side) {
          const auto at = seen.sight(side);
          std::cout << "node " << i << " context " << k << " holds " << to_string(each.name)
                    << "  side " << side << " " << to_string(at.state) << " posted "
                    << at.inbound.posted_messages << " taken " << at.inbound.taken_messages << '\n';
        }
      }
    }
}

// A line that is written over on a terminal, and one now and then in a file.
void report(const outcome& all, const options& chosen, std::uint64_t done) {
  static const bool terminal = isatty(STDERR_FILENO) == 1;
  const auto every = terminal ? std::max<std::uint64_t>(1, chosen.seeds / 200) : 5000;
  if (done % every != 0 && done != chosen.seeds)
    return;
  std::cerr << (terminal ? "\r" : "") << "simulated " << done << " of " << chosen.seeds
            << " worlds, " << all.failures.size() << " violations"
            << (terminal && done != chosen.seeds ? "" : "\n") << std::flush;
}

void work(const options& chosen, outcome& all) {
  for (;;) {
    const auto seed = all.next.fetch_add(1);
    if (seed >= chosen.first + chosen.seeds || (chosen.until_found && all.found))
      return;
    const auto which = kind_named(chosen.kind).value_or(kind_of_seed(seed));
    try {
      const auto made = run(
        which, seed, [&](world& w) { w.keep_log = chosen.trace; },
        [&](world& w) {
          const std::scoped_lock guard{all.lock};
          if (chosen.trace)
            show(w);
        });
      all.moves += made.moves;
      all.forged += made.forged;
      all.lies += made.lies;
    } catch (const std::exception& failed) {
      const std::scoped_lock guard{all.lock};
      all.found = true;
      all.failures.emplace_back(seed, std::string{to_string(which)} + ": " + failed.what());
    }
    const std::scoped_lock guard{all.lock};
    report(all, chosen, ++all.done);
  }
}

} // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app{"Simulates worlds of nodes that move ports between each other."};
  app.add_option("--first", chosen.first, "the first seed");
  app.add_option("--seeds", chosen.seeds, "how many, one world each")->check(CLI::PositiveNumber);
  app.add_option("--jobs", chosen.jobs, "threads")->check(CLI::PositiveNumber);
  app.add_option("--kind", chosen.kind, "what kind of worlds; any: each seed decides")
    ->check(CLI::IsMember({"any", "honest", "former_holder", "holder", "lying", "silent"}));
  app.add_flag("--until-found", chosen.until_found, "stop at the first violation");
  app.add_flag("--trace", chosen.trace, "print every frame of a world that fails");
  CLI11_PARSE(app, argc, argv);

  outcome all;
  all.next = chosen.first;
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < chosen.jobs; ++i)
    threads.emplace_back([&] { work(chosen, all); });
  threads.clear();

  std::sort(all.failures.begin(), all.failures.end());
  constexpr std::size_t shown_max = 10;
  for (std::size_t i = 0; i < std::min(all.failures.size(), shown_max); ++i)
    std::cout << "seed " << all.failures[i].first << ": " << all.failures[i].second
              << "\n  repeat it: ./dev sim --first " << all.failures[i].first << " --seeds 1"
              << (chosen.kind == "any" ? "" : " --kind " + chosen.kind) << " --trace\n";
  std::cout << chosen.seeds << " worlds, " << all.moves << " moves, " << all.forged
            << " forged frames, " << all.lies << " frames lost, repeated or reordered, "
            << all.failures.size() << " violations\n";
  return all.failures.empty() ? 0 : 1;
}
