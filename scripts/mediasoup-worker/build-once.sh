#!/usr/bin/env bash
# Builds the worker to OUT_FILE unless it is there: of several at once one builds, the others wait for it.
#
#   build-once.sh PACKAGE_DIR OUT_FILE
set -euo pipefail
out=$(realpath -m "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

mkdir -p "$(dirname "$out")"
exec {lock}> "$out.lock"
if ! flock --nonblock "$lock"; then
  echo 'waiting for another build of the same worker'
  flock "$lock"
fi
[ -x "$out" ] && exit

part=$out.part
"$here/build.sh" "$1" "$part"
mv "$part" "$out"
