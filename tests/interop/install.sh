#!/usr/bin/env bash
# Sees to it that Debian's cbor2 for Python and npm's cbor-x are there.
# usage: install.sh ROOT FOLDER
set -euo pipefail

root=$1
folder=$2
logs="$folder/logs"
cache="$folder/cache"
cbor_x_version=1.6.9
mkdir -p "$logs" "$folder"

source "$root/cmake/dev/say.sh"
source "$root/cmake/dev/packages.sh"

# Two of these may run at the same time, for two builds.
exec {own_lock}>"$folder/lock"
flock "$own_lock"

wanted=()
/usr/bin/python3 -c 'import cbor2' 2>/dev/null || wanted+=(python3 python3-cbor2)
command -v node >/dev/null && command -v npm >/dev/null || wanted+=(nodejs npm)
if [[ ${#wanted[@]} -gt 0 ]]; then
  command -v apt-get >/dev/null || die "this machine has no apt-get, and ${wanted[*]} are missing." "install cbor2 for /usr/bin/python3, node and npm."
  missing_packages=("${wanted[@]}") catch2_missing=no
  install_packages
fi
/usr/bin/python3 -c 'import cbor2' || die "python3-cbor2 is installed and cannot be loaded by /usr/bin/python3." "look at what Python says above."

if [[ $(node -p "require('$folder/node_modules/cbor-x/package.json').version" 2>/dev/null) != "$cbor_x_version" ]]; then
  # Without its scripts and optional parts it is plain JavaScript.
  run_logged "$logs/npm.log" npm install --prefix "$folder" --no-audit --no-fund --no-save --ignore-scripts --omit=optional \
    "cbor-x@$cbor_x_version" \
    || die "npm could not install cbor-x $cbor_x_version (log: $logs/npm.log)." "check the network and npm's registry setting, and run the test again."
fi
echo "cbor2 and cbor-x $cbor_x_version are there"
