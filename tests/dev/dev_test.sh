#!/usr/bin/env bash
# usage: dev_test.sh ROOT CASE
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/script_test.sh"
copy_dev

# A machine on which every package is installed.
all_packages_installed() {
  stand_in dpkg-query 'for name in "$@"; do [[ $name == -* ]] || echo "$name 9:9.9 ii "; done'
}

# fake_caf NUMBER: a prefix whose headers claim that version.
fake_caf() {
  mkdir -p "$scratch/caf/include/caf"
  echo "#define CAF_VERSION $1" >"$scratch/caf/include/caf/config.hpp"
  export HAWSER_CAF_ROOT="$scratch/caf"
}

help_names_every_command() {
  expect 0 "$dev" help
  for name in run test asan tsan fuzz sim soak bench check setup clean help; do
    expect_line "^  $name "
  done
}

an_unknown_command_is_refused() {
  expect 2 "$dev" sail
  expect_line 'no command called sail'
  expect_line '^next: '
}

an_unknown_example_is_refused_with_the_names_that_exist() {
  mkdir -p "$scratch/tree/examples/topologies"
  touch "$scratch/tree/examples/topologies/ring.toml" "$scratch/tree/examples/01_hello.cpp"
  expect 2 "$dev" run rong
  expect_line 'called rong'
  expect_line 'ring.*01_hello'
}

an_unknown_check_is_refused() {
  expect 2 "$dev" check spelling
  expect_line 'no check called spelling'
}

sim_refuses_what_it_does_not_know() {
  expect 2 "$dev" sim --seeds many
  expect_line 'a number after --seeds, not many'
  expect 2 "$dev" sim --jobs
  expect_line 'a number after --jobs, not nothing'
  expect 2 "$dev" sim --kind friendly
  expect_line 'no kind of world called friendly'
  expect 2 "$dev" sim 2000
  expect_line 'sim does not know 2000'
  expect_line '^next: '
}

soak_refuses_what_it_does_not_know() {
  expect 2 "$dev" soak long
  expect_line 'a number of minutes, not long'
  expect 2 "$dev" soak 1 --seed
  expect_line 'soak does not know'
}

bench_refuses_what_it_cannot_draw() {
  expect 2 "$dev" bench --chart --from nowhere.json
  expect_line 'no report called nowhere.json'
  expect 2 "$dev" bench --from="$dev"
  expect_line '--from is for --chart'
  expect 2 "$dev" bench --out
  expect_line 'the name of a file after --out'
  expect_line '^next: '
}

the_packages_of_a_chart_are_wanted_for_a_chart_only() {
  stand_in dpkg-query 'for name in "$@"; do [[ $name == -* || $name == *matplotlib* ]] || echo "$name 9:9.9 ii "; done'
  stand_in apt-get 'exit 1'
  fake_caf 1807
  stand_in cmake 'exit 1'
  expect 1 "$dev" bench
  ! grep -q matplotlib "$scratch/output" || fail "the chart's package was wanted without a chart"
  expect 1 "$dev" bench --chart
  expect_line 'python3-matplotlib'
}

CAF_0_17_is_refused() {
  all_packages_installed
  fake_caf 1706
  expect 1 "$dev" setup
  expect_line 'names CAF 0\.17\.6, and hawser needs 0\.18\.7 up to 1\.1'
  expect_line '^next: '
}

CAF_1_2_is_refused() {
  all_packages_installed
  fake_caf 10200
  expect 1 "$dev" setup
  expect_line 'names CAF 1\.2\.0'
}

a_prefix_without_CAF_is_refused() {
  all_packages_installed
  export HAWSER_CAF_ROOT="$scratch"
  expect 1 "$dev" setup
  expect_line 'where there is no CAF'
  export HAWSER_CAF_ROOT="$scratch/nowhere"
  expect 1 "$dev" setup
  expect_line 'which does not exist'
}

# A PATH with what ./dev itself calls, and nothing that is named.
path_without() {
  local tool
  for tool in bash basename cat cut date df awk dirname env flock git grep head id ls mkdir mktemp mv nproc printf realpath rm sed sha256sum sort tail tar touch tr uname apt-get apt-cache dpkg-query cmake ninja c++ sudo; do
    [[ " $* " == *" $tool "* ]] || ! command -v "$tool" >/dev/null || [[ -e $scratch/bin/$tool ]] || ln -s "$(command -v "$tool")" "$scratch/bin/$tool"
  done
  export PATH="$scratch/bin"
}

missing_packages_without_root_and_sudo_are_named() {
  stand_in dpkg-query 'exit 1'
  path_without sudo
  # Bash sets EUID itself; the test runs as whoever runs the tests.
  sed -i 's/\$EUID -eq 0/$EUID -eq -1/' "$scratch/tree/cmake/dev/packages.sh"
  expect 1 "$dev" setup
  expect_line 'installing missing packages \(.*cmake.*catch2\) needs root, but you are not root and there is no sudo'
  expect_line '^next: '
}

a_machine_without_apt_get_is_told_what_to_install() {
  path_without apt-get dpkg-query
  expect 1 "$dev" setup
  expect_line 'has no apt-get'
  expect_line '^next: .*HAWSER_CAF_ROOT'
}

a_missing_compiler_is_named() {
  all_packages_installed
  CXX=no-such-compiler expect 1 "$dev" setup
  expect_line 'no C\+\+ compiler called no-such-compiler'
}

an_unreachable_mirror_is_named() {
  all_packages_installed
  stand_in apt-get 'if [[ $1 == indextargets ]]; then echo "http://127.0.0.1:9/nowhere x"; else echo "Err: cannot connect"; exit 100; fi'
  expect 1 "$dev" setup
  expect_line 'no Debian mirror answers'
  expect_line '^next: '
  [[ -z $(ls -d "$HAWSER_CACHE"/caf-* 2>/dev/null) ]] || fail "something in the cache claims to be CAF"
}

too_little_disk_is_named() {
  all_packages_installed
  stand_in df 'printf "Filesystem 1024-blocks Used Available Capacity Mounted on\ntmpfs 20480 0 20480 0%% /x\n"'
  expect 1 "$dev" setup
  expect_line 'has 20 MB free, and building CAF needs [0-9]+ MB'
  expect_line '^next: '
}

# Stands for a CAF whose archive is there and whose build fails or succeeds as a stand-in of ninja says.
archive_of_caf() {
  mkdir -p "$scratch/actor-framework" "$HAWSER_CACHE"
  touch "$scratch/actor-framework/CMakeLists.txt"
  tar -czf "$HAWSER_CACHE/caf-0.18.7.tar.gz" -C "$scratch" actor-framework
}

a_half_built_CAF_is_not_trusted() {
  all_packages_installed
  archive_of_caf
  stand_in cmake 'exit 0'
  stand_in ninja 'echo "[1/2] half"; exit 1'
  expect 1 "$dev" setup
  expect_line 'CAF could not be built'
  [[ -z $(ls -d "$HAWSER_CACHE"/caf-*-release-* 2>/dev/null) ]] || fail "the failed build left a prefix"
  # A prefix that something else left there, without the stamp, is not taken either.
  local prefix
  stand_in cmake 'case $1 in --install) mkdir -p "$4/lib" "$4/include/caf"; touch "$4/lib/libcaf_core.so" "$4/include/caf/config.hpp" ;; --preset) exit 1 ;; esac'
  stand_in ninja 'exit 0'
  expect 1 "$dev" setup
  expect_line 'configuring failed'
  prefix=$(ls -d "$HAWSER_CACHE"/caf-*-release-*)
  [[ -f $prefix/hawser-stamp ]] || fail "a finished build has no stamp"
  rm "$prefix/hawser-stamp"
  expect 1 "$dev" setup
  expect_line 'building CAF'
  expect 1 "$dev" setup
  ! grep -q 'building CAF' "$scratch/output" || fail "a finished build was made again"
}

a_second___dev_waits_for_the_first() {
  all_packages_installed
  archive_of_caf
  mkfifo "$scratch/hold"
  stand_in cmake 'case $1 in --install) mkdir -p "$4/lib" "$4/include/caf"; touch "$4/lib/libcaf_core.so" "$4/include/caf/config.hpp" ;; --preset) exit 1 ;; esac'
  stand_in ninja "echo built >>'$scratch/builds'; read -r <'$scratch/hold'; exit 0"
  "$dev" setup >"$scratch/first" 2>&1 &
  local first=$! second
  # Opening for writing waits until the first one reads, and so holds the lock.
  exec 9>"$scratch/hold"
  "$dev" setup >"$scratch/second" 2>&1 &
  second=$!
  until grep -q 'waiting for another' "$scratch/second" 2>/dev/null; do
    kill -0 "$second" 2>/dev/null || fail "the second did not wait"
  done
  echo >&9
  exec 9>&-
  wait "$first" || true
  wait "$second" || true
  [[ $(wc -l <"$scratch/builds") -eq 1 ]] || fail "CAF was built twice"
}

run_case
