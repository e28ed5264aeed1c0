# CAF: the one named by HAWSER_CAF_ROOT, or 0.18.7 built once and kept outside the build folder.

caf_version=0.18.7
caf_package=actor-framework=0.18.7-1~exp1
caf_build_mb=700 # Free space the build needs, installation included.

caf_common=(
  -G Ninja -DCMAKE_CXX_STANDARD=20 -DCMAKE_INSTALL_LIBDIR=lib "-DCMAKE_INSTALL_RPATH=\$ORIGIN"
  -DCAF_ENABLE_TESTING=OFF -DCAF_ENABLE_EXAMPLES=OFF -DCAF_ENABLE_TOOLS=OFF)
caf_release=(-DCMAKE_BUILD_TYPE=RelWithDebInfo)
caf_tsan=(-DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g -fno-omit-frame-pointer -fsanitize=thread")

caf_prefix=""
caf_key=""    # What the CAF in use is; a build folder made for another one is configured anew.
caf_suffix="" # Keeps the build folders of a CAF named by HAWSER_CAF_ROOT apart.

require_compiler() {
  local cxx
  read -ra cxx <<<"${CXX:-c++}"
  command -v "${cxx[0]}" >/dev/null || die "there is no C++ compiler called ${cxx[0]}." "install g++, or set CXX to a compiler that exists."
  cxx_identity="${cxx[*]} $("${cxx[@]}" --version | head -n 1)"
}

# find_caf VARIANT: sets caf_prefix and caf_key; true when that CAF is there and whole.
find_caf() {
  if [[ -n ${HAWSER_CAF_ROOT:-} ]]; then
    use_named_caf
    return
  fi
  require_compiler
  local -n flags=caf_$1
  caf_key=$(printf '%s\n' "$caf_version" "$1" "$cxx_identity" "${caf_common[@]}" "${flags[@]}" | sha256sum | cut -c1-10)
  caf_prefix="$cache/caf-$caf_version-$1-$caf_key"
  # The stamp is written last, into a prefix that only then gets its name.
  [[ -f $caf_prefix/hawser-stamp && $(<"$caf_prefix/hawser-stamp") == "$caf_key" \
    && -f $caf_prefix/lib/libcaf_core.so && -f $caf_prefix/include/caf/config.hpp ]]
}

use_named_caf() {
  local next="set HAWSER_CAF_ROOT to the prefix of CAF 0.18.7 up to 1.1, or unset it and ./dev builds CAF $caf_version."
  caf_prefix=$(realpath -e -- "$HAWSER_CAF_ROOT" 2>/dev/null) || die "HAWSER_CAF_ROOT names $HAWSER_CAF_ROOT, which does not exist." "$next"
  # Major, minor and patch in one number: 1706 is 0.17.6. CAF 1.x keeps it in a generated header.
  local number version
  number=$(sed -n 's/^#define CAF_VERSION \([0-9]\{1,\}\).*/\1/p' "$caf_prefix"/include/caf/{config,detail/build_config}.hpp 2>/dev/null | head -n 1 || true)
  [[ -n $number ]] || die "HAWSER_CAF_ROOT names $caf_prefix, where there is no CAF." "$next"
  version="$((number / 10000)).$((number / 100 % 100)).$((number % 100))"
  if [[ $number -lt 1807 || $number -ge 10200 ]]; then
    die "HAWSER_CAF_ROOT names CAF $version, and hawser needs 0.18.7 up to 1.1." "$next"
  fi
  caf_key="$version-$(printf '%s' "$caf_prefix" | sha256sum | cut -c1-6)"
  caf_suffix="-caf-$caf_key"
}

# build_caf VARIANT: in a folder of its own that is moved into place when everything succeeded.
build_caf() {
  local variant=$1 work="$cache/building-$1" log="$logs/caf-$1.log"
  local -n flags=caf_$variant
  lock_file "$cache/lock"
  # Another ./dev may have built it while this one waited.
  if find_caf "$variant"; then
    skip_step
    unlock
    return
  fi
  : >"$log"
  # Whatever lies here was left by a run that did not come to its end; the lock says it is over.
  rm -rf "$work" "$caf_prefix"
  require_disk_space
  step "building CAF $caf_version, $variant (about 3 minutes, once)"
  fetch_caf_source "$log"
  mkdir -p "$work/source"
  tar -xzf "$cache/caf-$caf_version.tar.gz" -C "$work/source" --strip-components=1
  run_logged "$log" cmake -S "$work/source" -B "$work/build" "${caf_common[@]}" "${flags[@]}" \
    && run_logged "$log" ninja -C "$work/build" \
    && run_logged "$log" cmake --install "$work/build" --prefix "$work/prefix" \
    || die "CAF could not be built (log: $log)." "see the end of the log, repair it, and run the same command again."
  printf '%s\n' "$caf_key" >"$work/prefix/hawser-stamp"
  mv "$work/prefix" "$caf_prefix"
  rm -rf "$work"
  unlock
}

require_disk_space() {
  local free_mb
  free_mb=$(df -Pk "$cache" | awk 'NR == 2 { print int($4 / 1024) }')
  [[ $free_mb -ge $caf_build_mb ]] || die "$cache has $free_mb MB free, and building CAF needs $caf_build_mb MB." \
    "free some space, or set HAWSER_CACHE to a folder that has more."
}

# The archive is kept, so that the second variant and a later compiler need no mirror.
fetch_caf_source() {
  local archive="$cache/caf-$caf_version.tar.gz"
  [[ ! -f $archive ]] || return 0
  apt_log=$1
  command -v apt-get >/dev/null || die "this machine has no apt-get to fetch CAF $caf_version with." "set HAWSER_CAF_ROOT to the prefix of CAF 0.18.7 up to 1.1."
  use_own_source deb-src experimental "CAF $caf_version"
  as_user source --download-only --tar-only "$caf_package" || no_mirror "CAF $caf_version"
  mv "$cache"/apt/actor-framework_*.orig.tar.gz "$archive"
}
