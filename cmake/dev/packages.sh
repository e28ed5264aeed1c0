# The Debian packages hawser is built with, installed only when one is missing.

base_packages=(
  build-essential g++ cmake ninja-build git pkg-config python3 util-linux
  libidn2-dev libssl-dev libspdlog-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libbenchmark-dev graphviz)
check_packages=(clang-format-14 clang-tidy-14)
chart_packages=(python3-matplotlib)
fuzz_packages=(clang-14 libclang-rt-14-dev)

missing_packages=()
catch2_missing=no

# find_missing_packages [PACKAGE...]: looks for the base packages, the given ones and Catch2 3, in one query.
find_missing_packages() {
  missing_packages=() catch2_missing=yes
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    missing_packages=() catch2_missing=no
    require_tools_without_apt
    return
  fi
  local wanted=("${base_packages[@]}" "$@") installed=" " name version status
  while read -r name version status; do
    [[ $status == ii* ]] || continue
    installed+="$name "
    # Debian 12's own catch2 is version 2, which speaks another dialect.
    version=${version#*:}
    [[ $name != catch2 || ${version%%.*} -lt 3 ]] || catch2_missing=no
  done < <(dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\n' "${wanted[@]}" catch2 2>/dev/null)
  for name in "${wanted[@]}"; do
    [[ $installed == *" $name "* ]] || missing_packages+=("$name")
  done
}

# Without apt somebody else must have put the tools there; CMake names a missing library.
require_tools_without_apt() {
  local tool missing=()
  for tool in cmake ninja git flock; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if [[ ${#missing[@]} -gt 0 || -z ${HAWSER_CAF_ROOT:-} ]]; then
    die "this machine has no apt-get, so ./dev cannot set it up${missing:+; not found: ${missing[*]}}." \
      "install a C++20 compiler, cmake 3.25, ninja, git, flock, libidn2, OpenSSL, spdlog, CLI11, toml++, nlohmann-json, Google Benchmark, Catch2 3 and CAF 0.18.7 up to 1.1, and set HAWSER_CAF_ROOT to CAF's prefix."
  fi
}

packages_missing() { [[ ${#missing_packages[@]} -gt 0 || $catch2_missing == yes ]]; }

become_root=()

# require_root WHAT: finds out how to do WHAT as root, before anything is started.
require_root() {
  if [[ $EUID -eq 0 ]]; then
    become_root=(env)
  elif ! command -v sudo >/dev/null; then
    die "$1 needs root, but you are not root and there is no sudo." "run ./dev setup as root once."
  elif sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; }; then
    become_root=(sudo env)
  else
    die "$1 needs root, but sudo does not let you." "run ./dev setup as root once."
  fi
}

apt_log="" # Set by the caller of what follows.
# apt-get closes the descriptor it reports progress on before it starts a package's script, and sudo all but the first three.
apt_get=(sh -c 'exec apt-get -o APT::Status-Fd=3 "$@" 3>&1' apt-get)
apt_options=(-q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=1 -o Acquire::http::Timeout=30)

# apt_update [OPTION...]: fails when any list cannot be fetched, which apt-get by itself only warns about.
apt_update() {
  run_logged "$apt_log" "${become_root[@]}" "${apt_get[@]}" "${apt_options[@]}" -o APT::Update::Error-Mode=any "$@" update
}

apt_install() {
  run_logged "$apt_log" "${become_root[@]}" DEBIAN_FRONTEND=noninteractive \
    "${apt_get[@]}" "${apt_options[@]}" --no-install-recommends "$@"
}

no_mirror() {
  die "no Debian mirror answers, so $1 cannot be fetched (log: $apt_log)." \
    "check the network and the apt sources of this machine, then run the same command again."
}

# install_packages: what find_missing_packages found, Catch2 last because it may come from another place.
install_packages() {
  apt_log="$logs/packages.log"
  : >"$apt_log"
  local names=("${missing_packages[@]}")
  [[ $catch2_missing == no ]] || names+=(catch2)
  require_root "installing missing packages (${names[*]})"
  if [[ ${#missing_packages[@]} -gt 0 ]]; then
    step "installing ${#missing_packages[@]} Debian packages: ${missing_packages[*]}"
    # The lists are fetched only when what they say is missing or out of date.
    if ! apt_install install "${missing_packages[@]}"; then
      apt_update || no_mirror "${missing_packages[*]}"
      apt_install install "${missing_packages[@]}" \
        || die "apt-get could not install ${missing_packages[*]} (log: $apt_log)." "see the end of the log, repair it, and run the same command again."
    fi
  fi
  [[ $catch2_missing == no ]] || install_catch2
}

install_catch2() {
  step "installing Catch2 3"
  # Before Debian 13 only backports have it.
  local options=() version
  version=$(LC_ALL=C apt-cache policy catch2 | sed -n 's/^ *Candidate: \([0-9]*:\)\{0,1\}\([0-9]*\).*/\2/p')
  if [[ ${version:-0} -lt 3 ]]; then
    lock_file "$cache/lock"
    use_own_source deb "$(. /etc/os-release && echo "$VERSION_CODENAME")-backports" "Catch2 3"
    options=("${own_source[@]}")
  fi
  apt_install "${options[@]}" install catch2 \
    || die "apt-get could not install Catch2 3 (log: $apt_log)." "see the end of the log, repair it, and run the same command again."
  [[ ${version:-0} -ge 3 ]] || unlock
}

own_source=()

# use_own_source TYPE SUITE WHAT: some things come from parts of Debian that a machine does not usually list. They are read
# through a list of our own, from the mirror this machine already uses, so that its configuration stays as it is.
use_own_source() {
  local dir="$cache/apt" mirror
  mirror=$(debian_mirror)
  if [[ -z $mirror ]]; then
    require_root "fetching the list of Debian's packages"
    apt_update || no_mirror "$3"
    mirror=$(debian_mirror)
    [[ -n $mirror ]] || die "the apt sources of this machine name no Debian mirror." \
      "add one, or build CAF 0.18.7 yourself and set HAWSER_CAF_ROOT to its prefix."
  fi
  own_source=(-o Dir::Etc::sourcelist="$dir/hawser.list" -o Dir::Etc::sourceparts=- -o Dir::State::Lists="$dir/lists")
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  printf '%s %s %s main\n' "$1" "$mirror" "$2" >"$dir/hawser.list"
  as_user update || no_mirror "$3"
}

# as_user COMMAND...: apt-get on our own list, without root.
as_user() {
  run_logged "$apt_log" env -C "$cache/apt" "${apt_get[@]}" "${apt_options[@]}" -o APT::Update::Error-Mode=any \
    "${own_source[@]}" -o Dir::Cache="$cache/apt/cache" "$@"
}

# The address of the mirror apt uses for Debian itself, with the key it trusts for it when that is a file.
debian_mirror() {
  local uri key
  while read -r uri key; do
    [[ $uri != *security* ]] || continue
    [[ $key != /* ]] || printf '[signed-by=%s] ' "$key"
    printf '%s' "$uri"
    return
  done < <(apt-get indextargets --format '$(REPO_URI) $(SIGNED_BY)' \
    'Identifier: Packages' 'Origin: Debian' 'Component: main' 2>/dev/null)
}
