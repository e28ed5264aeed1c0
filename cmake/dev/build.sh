# From a preset's name to a built folder: packages, CAF, configure, build, each only when needed.

build_dir=""

# prepare PRESET [PACKAGE...]: everything up to a configured build folder, which stays locked.
prepare() {
  local preset=$1 variant=release caf_ready=yes
  shift
  [[ $preset != tsan ]] || variant=tsan
  require_build_folder
  find_missing_packages "$@"
  plan_steps "$variant"
  if packages_missing; then
    install_packages
  fi
  require_compiler
  find_caf "$variant" || build_caf "$variant"
  build_dir="$root/build/$preset$caf_suffix"
  lock_file "$build_dir.lock"
  configure "$preset"
}

# Logs and locks live in build/, so nothing can start without it.
require_build_folder() {
  mkdir -p "$logs" 2>/dev/null && [[ -w $logs ]] \
    || die "cannot write to $root/build." "give this user the right to, or remove build/ when another user made it."
}

# Counts the steps ahead, so that each can say which of how many it is.
plan_steps() {
  [[ ${#missing_packages[@]} -eq 0 ]] || steps_left=$((steps_left + 1))
  [[ $catch2_missing == no ]] || steps_left=$((steps_left + 1))
  # Without a compiler there can be no CAF built by it.
  if [[ ${#missing_packages[@]} -gt 0 && -z ${HAWSER_CAF_ROOT:-} ]] || ! find_caf "$1"; then
    steps_left=$((steps_left + 1))
  fi
  steps_left=$((steps_left + 2)) # Configure and build.
}

configure() {
  local preset=$1 key log="$logs/configure-$1.log"
  key=$(printf '%s\n' "$caf_prefix" "$caf_key" "$cxx_identity" "${CXXFLAGS:-}" | cat - "$root/CMakePresets.json" | sha256sum)
  if [[ -f $build_dir/build.ninja && -f $build_dir/configured-for && $(<"$build_dir/configured-for") == "$key" ]]; then
    skip_step
    return
  fi
  : >"$log"
  step "configuring $(basename "$build_dir")"
  run_logged "$log" env -C "$root" cmake --preset "$preset" --fresh -B "$build_dir" -DCAF_ROOT="$caf_prefix" || {
    end_step_line
    sed -n '/^CMake Error/,/^Call Stack\|^-- /p' "$log" | head -n 20 >&2
    die "configuring failed (log: $log)." "repair what CMake says above, and run the same command again."
  }
  printf '%s\n' "$key" >"$build_dir/configured-for"
}

# build [TARGET...]: quiet when there is nothing to do.
build() {
  local log="$logs/build-$(basename "$build_dir").log" plan
  : >"$log"
  if plan=$(ninja -C "$build_dir" -n "$@" 2>/dev/null) && [[ $plan == *"no work to do"* ]]; then
    return
  fi
  step "building $(basename "$build_dir")${*:+: $*}"
  run_logged "$log" ninja -C "$build_dir" "$@" || {
    end_step_line
    sed -n '/^FAILED: \|^ninja: error/,$p' "$log" | head -n 60 >&2
    die "the build failed (log: $log)." "repair what the compiler says above, and run the same command again."
  }
  end_step_line
}
