# One screen of commands. A fresh machine needs python3 (3.11 or later, with venv) and make; the first command makes .venv.
.DEFAULT_GOAL := help
.PHONY: help run test peers mutate check fix lock clean bench chaos
BIN := .venv/bin
READY := .venv/.ready
JOBS ?= 2
SCENARIOS ?= ../shared/scenarios

help:  ## this list
	@sed -nE 's/^([a-z]+):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: $(READY)  ## Temporal, its UI, a worker and a sample issue that climbs within a minute; Ctrl-C stops it
	$(BIN)/escalon up --sample

test: $(READY)  ## the whole suite, in JOBS=2 processes; ARGS="tests/records -k journal" for a part of it
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

peers: $(READY)  ## peers' cases on the simulated clock; SCENARIOS=dir for another folder; docs/conventions.md
	@$(BIN)/python -m tests.peers "$(SCENARIOS)"

mutate: $(READY)  ## break the rules on purpose and see that a test notices; ARGS="--sample 0" for every mutant
	$(BIN)/python -m scripts.mutate --jobs $(JOBS) $(ARGS)

check: $(READY)  ## format, lint, types, who may import whom, house rules: the gate before a commit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/structure

bench: $(READY)  ## cost beside a naive workflow, lateness of pages, replay beside csv; ARGS="--only lateness --json"
	@$(BIN)/python -m bench $(ARGS)

chaos: $(READY)  ## break every part at random, 200 runs, and see that no issue is lost; ARGS="--runs 20 --seed 1"
	@$(BIN)/python -m chaos $(ARGS)

fix: $(READY)  ## format, and mend what ruff can mend
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

lock: $(READY)  ## remake the lock files from pyproject.toml; UPGRADE=1 for the newest of everything
	scripts/lock.sh $(if $(UPGRADE),--upgrade)

clean:  ## remove .venv and all caches; the state folder stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml requirements/dev.txt requirements/bootstrap.txt scripts/bootstrap.sh
	scripts/bootstrap.sh dev
	@touch $@
