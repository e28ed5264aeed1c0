# What the script tests share. Each case is a function named after it, with words joined by "_".

root=$1
case_name=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
  printf 'FAILED: %s\n' "$1" >&2
  [[ ! -f $scratch/output ]] || sed 's/^/  | /' "$scratch/output" >&2
  exit 1
}

# expect STATUS COMMAND...: runs it and keeps what it says.
expect() {
  local wanted=$1 status=0
  shift
  "$@" >"$scratch/output" 2>&1 </dev/null || status=$?
  [[ $status -eq $wanted ]] || fail "exit code $status instead of $wanted: $*"
}

expect_line() { grep -qE -- "$1" "$scratch/output" || fail "no line matches: $1"; }

# A copy of ./dev in which nothing is built yet and nothing is shared with this machine's user.
copy_dev() {
  mkdir -p "$scratch/tree/cmake" "$scratch/bin"
  cp -r "$root/dev" "$root/CMakePresets.json" "$scratch/tree"
  cp -r "$root/cmake/dev" "$root/cmake/checks" "$scratch/tree/cmake"
  dev="$scratch/tree/dev"
  export HAWSER_CACHE="$scratch/cache"
  unset HAWSER_CAF_ROOT CXX
}

# stand_in NAME BODY: a command of that name that is found before the machine's own.
stand_in() {
  printf '#!/bin/bash\n%s\n' "$2" >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
  [[ $PATH == "$scratch/bin:"* ]] || export PATH="$scratch/bin:$PATH"
}

run_case() {
  local name=${case_name//[ .\/-]/_}
  declare -F "$name" >/dev/null || fail "there is no case called $case_name"
  "$name"
}
