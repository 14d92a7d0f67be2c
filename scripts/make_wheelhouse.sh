#!/usr/bin/env bash
# For machines without a network: dist/wheelhouse holds every package (pinned, with hashes), our own wheel, and install.sh.
# Made on a machine like the target: same system, processor and Python.
set -euo pipefail
out=dist/wheelhouse
rm -rf "$out"
mkdir -p "$out"
.venv/bin/python -m hatchling build -t wheel -d "$out" >/dev/null
.venv/bin/python -m pip --version >/dev/null 2>&1 || .tools/bin/uv pip install -q --python .venv/bin/python pip
.venv/bin/python -m pip download -q --disable-pip-version-check --require-hashes --only-binary :all: \
  -r requirements/databases.txt -d "$out"
cp requirements/databases.txt "$out/requirements.txt"
cat >"$out/install.sh" <<'SH'
#!/usr/bin/env bash
# Installs Bequest into ./venv (or the folder given) from this folder alone: nothing is fetched.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-venv}
"${PYTHON:-python3}" -m venv "$target"
"$target/bin/pip" install -q --disable-pip-version-check --no-index --find-links "$here" --require-hashes -r "$here/requirements.txt"
"$target/bin/pip" install -q --disable-pip-version-check --no-index --no-deps "$here"/bequest-*.whl
"$target/bin/bequest" version
SH
chmod +x "$out/install.sh"
(cd "$out" && sha256sum ./*.whl requirements.txt install.sh >SHA256SUMS)
echo "wheelhouse: $out ($(ls "$out"/*.whl | wc -l) packages, $(du -sh "$out" | cut -f1)); on the other machine: bash install.sh"
