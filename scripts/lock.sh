#!/bin/sh
# Remakes requirements/*.txt: exact versions with hashes, for every platform and Python from 3.11 on, and no host name.
# Arguments go to uv, so `scripts/lock.sh --upgrade` takes the newest of everything.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .venv/bootstrap/bin/uv)

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}

compile "$@" requirements/bootstrap.in --output-file requirements/bootstrap.txt
compile "$@" pyproject.toml --all-extras --group build --output-file requirements/run.txt
compile "$@" pyproject.toml --all-extras --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
