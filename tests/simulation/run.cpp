#include "run.hpp"

#include <array>
#include <memory>

#include "invariants.hpp"

namespace hawser::simulation {
namespace {

constexpr std::array<std::pair<std::string_view, kind>, 5> kinds{{
  {"honest", kind::honest},
  {"former_holder", kind::former_holder},
  {"holder", kind::holder},
  {"lying", kind::lying},
  {"silent", kind::silent},
}};

// With a node that keeps no rules, and nothing else that could be to blame.
mix hostile_mix_of(std::uint64_t seed) {
  auto chosen = mix_of(seed);
  chosen.nodes = 3 + chosen.nodes % 3;
  chosen.crash = 0;
  chosen.cut = 0;
  chosen.inside_out = false;
  chosen.bounds.window_max = {64, std::uint64_t{1} << 21};
  chosen.bounds.window_initial.messages =
    std::min<std::uint64_t>(chosen.bounds.window_initial.messages, 64);
  chosen.bounds.waypoints_per_node_max = 100;
  chosen.bounds.brought_max = {1000, std::uint64_t{1} << 28};
  return chosen;
}

mix lying_mix_of(std::uint64_t seed, kind which) {
  auto chosen = mix_of(seed);
  chosen.lie = 0.02;
  chosen.piece_bytes = 0; // The network lies frame by frame.
  chosen.counted = which == kind::lying;
  return chosen;
}

mix mix_for(kind which, std::uint64_t seed) {
  switch (which) {
    case kind::honest:
      return mix_of(seed);
    case kind::former_holder:
    case kind::holder:
      return hostile_mix_of(seed);
    case kind::lying:
    case kind::silent:
      return lying_mix_of(seed, which);
  }
  return {};
}

void step(world& w, unsigned times) {
  for (unsigned i = 0; i < times; ++i) {
    w.step();
    check_after_step(w);
  }
}

// Every channel still works: what is posted through each end arrives.
void post_once_more(world& w) {
  for (unsigned i = 0; i < w.size(); ++i)
    for (unsigned k = 0; w.alive(i) && k < w.at(i).contexts.size(); ++k) {
      auto& page = w.page(i, k);
      const auto held = page.ports;
      for (const auto& each : held)
        static_cast<void>(w.post(page, each.name));
    }
  w.settle();
}

void come_to_rest(world& w) {
  w.settle();
  post_once_more(w);
  check_after_step(w);
  check_at_rest(w);
}

void run_hostile(world& w, outlaw& foe) {
  step(w, w.how.steps / 2);
  foe.turn_bad();
  for (unsigned i = 0; i < w.how.steps; ++i) {
    if (w.random() % 2 == 0)
      foe.attack();
    step(w, 1);
  }
  come_to_rest(w);
}

} // namespace

std::string to_string(end_name which) {
  return std::to_string(which.channel) + "." + std::to_string(which.side);
}

std::optional<kind> kind_named(std::string_view name) {
  for (const auto& [known, which] : kinds)
    if (known == name)
      return which;
  return std::nullopt;
}

std::string_view to_string(kind which) {
  return kinds.at(static_cast<std::size_t>(which)).first;
}

kind kind_of_seed(std::uint64_t seed) {
  constexpr kind each[] = {kind::honest, kind::honest, kind::former_holder, kind::honest,
                           kind::honest, kind::holder, kind::honest,        kind::lying,
                           kind::honest, kind::silent};
  return each[seed % std::size(each)];
}

tally run(kind which, std::uint64_t seed, const std::function<void(world&)>& begin,
          const std::function<void(world&)>& failed) {
  world w{seed, mix_for(which, seed)};
  if (begin)
    begin(w);
  const bool hostile = which == kind::former_holder || which == kind::holder;
  std::unique_ptr<outlaw> foe;
  if (hostile)
    foe = std::make_unique<outlaw>(w, w.how.nodes - 1,
                                   which == kind::holder ? outlaw::form::holder
                                                         : outlaw::form::former_holder);
  try {
    if (foe) {
      run_hostile(w, *foe);
    } else {
      step(w, w.how.steps);
      w.settle();
      w.break_distrusted();
      come_to_rest(w);
    }
  } catch (...) {
    if (failed)
      failed(w);
    throw;
  }
  return {w.moves, foe ? foe->forged : 0, w.tampered};
}

} // namespace hawser::simulation
