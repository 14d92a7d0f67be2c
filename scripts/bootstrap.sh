#!/usr/bin/env bash
# Sets up .venv from requirements/<core|databases|dev>.txt, .venv-docs from docs.txt, or .venv-bench from dev.txt and the peers
# of bench.txt (pinned, with hashes). Needs Python >= 3.11 and a package index only.
set -euo pipefail
group=${1:-core}
python=${PYTHON:-python3}
uv_version=0.13.9
started=$SECONDS

"$python" - <<'PY' || { echo "bequest needs Python 3.11 or newer: set PYTHON=/path/to/python3.11" >&2; exit 2; }
import sys
sys.exit(sys.version_info < (3, 11))
PY

make_venv() {  # Debian keeps venv in a package of its own
  if "$python" -m venv "$1" >/dev/null 2>&1; then return; fi
  rm -rf "$1"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "set-up: installing python3-venv"
    apt-get -o DPkg::Lock::Timeout=400 update -qq && apt-get -o DPkg::Lock::Timeout=400 install -y -qq python3-venv >/dev/null
    "$python" -m venv "$1" && return
  fi
  echo "Python's venv is missing. On Debian or Ubuntu: sudo apt install python3-venv, then run this again." >&2
  exit 2
}

if [ ! -x .tools/bin/uv ] || ! .tools/bin/uv --version | grep -q "$uv_version"; then
  echo "set-up: tools"
  make_venv .tools
  .tools/bin/pip install -q --disable-pip-version-check "uv==$uv_version"
fi
if [ "$group" = docs ]; then
  [ -x .venv-docs/bin/python ] || make_venv .venv-docs
  echo "set-up: libraries (docs)"
  VIRTUAL_ENV=$PWD/.venv-docs .tools/bin/uv pip install -q --require-hashes -r requirements/docs.txt
  touch .venv-docs/.ok
  exit 0
fi
if [ "$group" = bench ]; then
  [ -x .venv-bench/bin/python ] || make_venv .venv-bench
  echo "set-up: libraries (bench)"
  export VIRTUAL_ENV=$PWD/.venv-bench
  for list in dev bench; do .tools/bin/uv pip install -q --require-hashes -r "requirements/$list.txt"; done
  .tools/bin/uv pip install -q --no-deps -e .
  touch .venv-bench/.ok
  exit 0
fi
[ -x .venv/bin/python ] || make_venv .venv
echo "set-up: libraries ($group)"
export VIRTUAL_ENV=$PWD/.venv
.tools/bin/uv pip install -q --require-hashes -r "requirements/$group.txt"
.tools/bin/uv pip install -q --no-deps -e .
echo "set-up: compiling kernels (once, half a minute)"
.venv/bin/python scripts/compile_kernels.py
if [ "$group" = dev ]; then touch .venv/.dev; fi
if [ "$group" != core ]; then touch .venv/.databases; fi
touch .venv/.core
echo "set-up: done in $((SECONDS - started)) s"
