// Runs as many worlds as asked, each from its own seed, on all processors. The first that violates
// an invariant is reported with its seed and the command that repeats it.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "invariants.hpp"

namespace {

using namespace hawser::simulation;

struct options {
  std::uint64_t first = 0;
  std::uint64_t seeds = 2000;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool trace = false;
};

struct outcome {
  std::atomic<std::uint64_t> next;
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> moves{0};
  std::mutex lock;
  std::vector<std::pair<std::uint64_t, std::string>> failures;
};

std::uint64_t run_one(std::uint64_t seed, bool trace) {
  world w{seed, mix_of(seed)};
  w.keep_log = trace;
  try {
    for (unsigned i = 0; i < w.how.steps; ++i) {
      w.step();
      check_after_step(w);
    }
    w.settle();
    check_after_step(w);
    check_at_rest(w);
  } catch (...) {
    for (const auto& line : w.log)
      std::cout << line << '\n';
    for (unsigned i = 0; trace && i < w.size(); ++i)
      if (w.alive(i))
        for (const auto& each : w.at(i).routes->waypoints())
          std::cout << "node " << i << "  " << to_string(each) << '\n';
    for (unsigned i = 0; trace && i < w.size(); ++i)
      for (unsigned k = 0; w.alive(i) && k < w.at(i).contexts.size(); ++k) {
        auto& page = w.page(i, k);
        for (const auto& each : page.ports) {
          const auto seen = page.scope->registry().observe(each.port);
          for (unsigned side = 0; side < 2; ++side) {
            const auto at = seen.sight(side);
            std::cout << "node " << i << " context " << k << " holds " << to_string(each.name)
                      << "  side " << side << " " << to_string(at.state) << " posted "
                      << at.inbound.posted_messages << " taken " << at.inbound.taken_messages
                      << '\n';
          }
        }
      }
    throw;
  }
  return w.moves;
}

void work(const options& chosen, outcome& all) {
  for (;;) {
    const auto seed = all.next.fetch_add(1);
    if (seed >= chosen.first + chosen.seeds)
      return;
    try {
      all.moves += run_one(seed, chosen.trace);
    } catch (const std::exception& failed) {
      const std::scoped_lock guard{all.lock};
      all.failures.emplace_back(seed, failed.what());
    }
    const auto done = ++all.done;
    if (done % 1000 == 0) {
      const std::scoped_lock guard{all.lock};
      std::cerr << "simulated " << done << " of " << chosen.seeds << " worlds, "
                << all.failures.size() << " violations\n";
    }
  }
}

} // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app{"Simulates worlds of nodes that move ports between each other."};
  app.add_option("--first", chosen.first, "the first seed");
  app.add_option("--seeds", chosen.seeds, "how many, one world each")->check(CLI::PositiveNumber);
  app.add_option("--jobs", chosen.jobs, "threads")->check(CLI::PositiveNumber);
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
              << "\n  repeat it: ./dev sim --first " << all.failures[i].first
              << " --seeds 1 --trace\n";
  std::cout << chosen.seeds << " worlds, " << all.moves << " moves, " << all.failures.size()
            << " violations\n";
  return all.failures.empty() ? 0 : 1;
}
