# Every verb of the project. On a fresh machine `make drill` and `make test` need Python 3.11+ and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup drill test quick faults check format lint types contracts fix schema samples benchmarks package clean

help: ## list the verbs
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make .venv and install the program into it
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with make PYTHON=..." >&2; exit 2; }
	@echo "Setting up .venv (once; a minute or two)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null \
	  && $(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[dev]' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

drill: setup ## run the sample company's quarterly exercise on a simulated AWS and render its reports
	@$(BIN)/dro demo

test: setup ## run every test, in random order (make test SEED=... runs one again); the slowest are shown
	$(BIN)/python -m pytest -n 2 --dist loadgroup --durations=20 $(if $(SEED),--randomly-seed=$(SEED))

quick: setup ## run what needs no server: under a minute
	$(BIN)/python -m pytest -n 2 -m "not slow" tests/unit tests/contract --ignore tests/contract/restorers

check: format lint types contracts test ## all that must hold before a change lands

format: setup
	$(BIN)/ruff format --check .
lint: setup
	$(BIN)/ruff check .
types: setup
	$(BIN)/mypy
contracts: setup
	$(BIN)/lint-imports

fix: setup ## format, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: setup ## write drills/*.schema.json anew
	$(BIN)/dro schema --write drills

samples: setup ## write the golden reports in reports/samples anew
	$(BIN)/python -m tests.support.golden.write

faults: setup ## kill a drill at every write to its ledger (about a quarter of an hour)
	DRO_FAULTS=full $(BIN)/python -m pytest -n 2 --dist load tests/faults

benchmarks: setup ## print the figures (not part of the tests)
	$(BIN)/python -m tests.benchmarks

package: setup ## build the wheel and the source archive
	$(BIN)/python -m build --outdir dist .

clean: ## remove .venv, the ledger and generated reports
	rm -rf $(VENV) .dro dist reports/generated/*.html reports/generated/*.md reports/generated/*.json
