#!/usr/bin/env bash
# usage: checks_test.sh ROOT CASE
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/script_test.sh"

layering="$root/cmake/checks/layering"

plant() {
  mkdir -p "$scratch/$(dirname "$1")"
  printf '%s\n' "$2" >"$scratch/$1"
}

layering_passes_on_the_tree() { expect 0 "$layering" "$root"; }

layering_catches_CAF_in_the_core() {
  plant runtime/src/bad.cpp '#include <caf/actor.hpp>'
  expect 1 "$layering" "$scratch"
  expect_line '^runtime/src/bad.cpp:1:'
  plant runtime/src/bad.cpp 'caf::actor a;'
  expect 1 "$layering" "$scratch"
}

layering_catches_a_clock_in_the_core() {
  plant runtime/include/hawser/bad.hpp 'auto t = std::chrono::steady_clock::now();'
  expect 1 "$layering" "$scratch"
  expect_line 'reads no clock'
}

layering_catches_a_thread_in_the_core() {
  plant runtime/src/bad.cpp '  std::thread worker{run};'
  expect 1 "$layering" "$scratch"
  expect_line 'starts no thread'
}

layering_allows_comments_and_thread_ids() {
  plant runtime/src/good.cpp '// CAF calls it caf::actor; std::thread is not used.
std::thread::id owner;'
  expect 0 "$layering" "$scratch"
}

layering_allows_libidn2_in_hosts_of_origins_only() {
  plant runtime/src/origin_host.cpp '#include <idn2.h>'
  expect 0 "$layering" "$scratch"
  plant runtime/src/origin.cpp '#include <idn2.h>'
  expect 1 "$layering" "$scratch"
  expect_line '^runtime/src/origin.cpp:1:'
}

layering_catches_the_command_line_in_actors() {
  plant actors/src/bad.cpp '#include <CLI/CLI.hpp>'
  expect 1 "$layering" "$scratch"
}

format_catches_a_badly_formatted_file() {
  if ! command -v clang-format-14 >/dev/null; then
    stand_in clang-format-14 'exit 1'
  fi
  cp "$root/.clang-format" "$scratch"
  plant runtime/src/bad.cpp 'int   x ;'
  git -C "$scratch" init -q
  git -C "$scratch" add runtime
  expect 1 "$root/cmake/checks/format" "$scratch"
  expect_line 'to repair'
}

run_case
