# What ./dev shows: numbered steps with a live percentage on a terminal, plain lines elsewhere, one sentence on failure.

steps_done=0
steps_left=0
step_open="" # The title of the step whose line is not yet ended, on a terminal.

on_terminal() { [[ -t 2 ]]; }

say() {
  end_step_line
  printf '%s\n' "$*" >&2
}

# die SENTENCE [NEXT STEP]
die() {
  end_step_line
  printf 'dev: %s\n' "$1" >&2
  [[ -z ${2:-} ]] || printf 'next: %s\n' "$2" >&2
  exit "${exit_code:-1}"
}

# usage_error SENTENCE [NEXT STEP]: the caller asked for something that does not exist.
usage_error() { exit_code=2 die "$@"; }

# step TITLE: announces the next step.
step() {
  end_step_line
  skip_step
  steps_done=$((steps_done + 1))
  step_line="[$steps_done/$((steps_done + steps_left))] $1"
  if on_terminal; then
    step_open=$1
    printf '%s' "$step_line" >&2
  else
    printf '%s\n' "$step_line" >&2
  fi
}

# skip_step: a step that was counted in steps_left turned out not to be needed.
skip_step() { steps_left=$((steps_left > 0 ? steps_left - 1 : 0)); }

# step_progress PERCENT: how far the current step is; seen on a terminal only.
step_progress() {
  ! on_terminal || printf '\r%s %3d%%\033[K' "$step_line" "$1" >&2
}

end_step_line() {
  [[ -z $step_open ]] || printf '\n' >&2
  step_open=""
}

# Reads the output of ninja, CMake or apt-get, keeps it in the log and turns what looks like progress into a percentage.
follow() {
  local log=$1 line percent
  while IFS= read -r line || [[ -n $line ]]; do
    printf '%s\n' "$line" >>"$log"
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      percent=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    elif [[ $line =~ ^(dl|pm)status:[^:]*:([0-9]+) ]]; then
      percent=${BASH_REMATCH[2]}
    else
      continue
    fi
    step_progress "$percent"
  done
}

running=""

# run_logged LOG COMMAND...: runs it with its output in the log, and takes it along when ./dev is stopped.
run_logged() {
  local log=$1 pipe follower status=0
  shift
  mkdir -p "$(dirname "$log")"
  exec {pipe}> >(follow "$log")
  follower=$!
  "$@" </dev/null >&"$pipe" 2>&1 {pipe}>&- &
  running=$!
  exec {pipe}>&-
  wait "$running" || status=$?
  running=""
  wait "$follower" || true
  return "$status"
}

stopped() {
  trap - INT TERM HUP
  [[ -z $running ]] || kill -TERM "$running" 2>/dev/null || true
  end_step_line
  say "dev: stopped"
  exit 130
}
trap stopped INT TERM HUP

# lock_file FILE [shared]: keeps the lock until ./dev ends or unlocks; says so when another one holds it.
lock_file() {
  local file=$1 how=-x
  [[ ${2:-} != shared ]] || how=-s
  mkdir -p "$(dirname "$file")" 2>/dev/null && : 2>/dev/null >>"$file" \
    || die "cannot write to $(dirname "$file")." "give this user the right to, or choose another place (HAWSER_CACHE for the cache)."
  exec {lock_fd}>>"$file"
  if ! flock -n $how "$lock_fd"; then
    say "waiting for another ./dev ..."
    flock $how "$lock_fd"
  fi
}

unlock() { exec {lock_fd}>&-; }
