#!/bin/sh
# Makes .venv from the hashed lock files. Needs python3 (3.11 or later) with venv; exits with 2 where one is missing.
#
#   scripts/bootstrap.sh [dev|run]     dev (default): all that `make test` needs; run: only what the service needs
#
# PYTHON=/path/to/python picks the interpreter. A uv on PATH is used where there is one; else a pinned uv is installed.
set -eu
cd "$(dirname "$0")/.."
lock="requirements/${1:-dev}.txt"
venv=.venv

missing() {
    printf 'escalon: %s\n' "$@" >&2
    exit 2
}

[ -f "$lock" ] || missing "there is no lock file $lock; use: scripts/bootstrap.sh dev, or: scripts/bootstrap.sh run"

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python=
if [ -n "${PYTHON:-}" ]; then
    is_recent "$PYTHON" || missing "PYTHON=$PYTHON is not a Python 3.11 or later."
    python=$PYTHON
else
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if is_recent "$name"; then
            python=$name
            break
        fi
    done
fi
if [ -z "$python" ]; then
    found=$(python3 --version 2>&1) || found="no python3 on PATH"
    missing "Python 3.11 or later is needed; found: $found." \
        "Debian 12 or later, Ubuntu 24.04 or later: apt install python3 python3-venv" \
        "An interpreter elsewhere is used with: make PYTHON=/path/to/python3 ..."
fi
# Debian's python3 has venv but not the ensurepip that puts pip into one; a uv on PATH does without pip.
needs='venv, ensurepip'
if command -v uv >/dev/null 2>&1; then needs=venv; fi
if ! "$python" -c "import $needs" 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    missing "$python ($version) cannot make virtual environments: part of its venv module is missing." \
        "Debian, Ubuntu: apt install python3-venv    (or python$version-venv where $version is not the system's own Python)"
fi

if ! is_recent "$venv/bin/python"; then
    rm -rf "$venv"
    "$python" -m venv --without-pip "$venv"
fi
if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    uv=$venv/bootstrap/bin/uv
    # Beside the environment's own packages: `uv pip sync` removes what the lock does not name, uv itself included.
    if [ ! -x "$uv" ] || ! cmp -s requirements/bootstrap.txt "$venv/bootstrap/installed.txt"; then
        rm -rf "$venv/bootstrap"
        "$python" -m venv "$venv/bootstrap"
        "$venv/bootstrap/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
            --requirement requirements/bootstrap.txt
        cp requirements/bootstrap.txt "$venv/bootstrap/installed.txt"
    fi
fi
# Bytecode is compiled here, once: without it every start of a process costs seconds of CPU.
"$uv" pip sync --quiet --python "$venv/bin/python" --require-hashes --compile-bytecode "$lock"
"$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
