# Every verb of the project. On a fresh machine `make drill` needs Python 3.11 to 3.14 and nothing else,
# `make test` a MariaDB beside it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := --require-hashes --only-binary :all:
UPGRADE := --upgrade
# Images for containers switch it off; without it each of the many processes of the tests compiles the program anew.
export PYTHONDONTWRITEBYTECODE :=
COMPILE := $(BIN)/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --only-binary :all: --generate-hashes \
  --no-annotate --no-emit-index-url --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help setup lock newest hooks drill test mariadb quick faults lies check format lint types contracts coverage fix schema samples registry benchmarks package clean

help: ## list the verbs
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make .venv and install the program into it, as it was tested
$(READY): pyproject.toml requirements.lock requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || { echo "Python 3.11 to 3.14 is needed; name one with make PYTHON=..." >&2; exit 2; }
	@echo "Setting up $(VENV) (once; a minute or two)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) $(LOCKED) --requirement requirements-uv.lock 2>/dev/null \
	  && $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python $(LOCKED) requirements.lock \
	  || { echo "Without uv: pip does it, in another minute or two"; $(PIP) $(LOCKED) --no-deps --requirement requirements.lock; }
	@$(PIP) --no-deps --no-build-isolation --editable .
	@missing=$$($(BIN)/python -m pip check) || { echo "$$missing" >&2; echo "The lock lacks these: make lock UPGRADE=" >&2; exit 1; }
	@touch $@

lock: ## renew the locks: the newest that pyproject.toml allows (UPGRADE= keeps what may stay)
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(PIP) uv; }
	@$(COMPILE) --extra dev pyproject.toml --output-file requirements.lock
	@$(COMPILE) --group installer --output-file requirements-uv.lock

newest: ## run every test with the newest releases that pyproject.toml allows, in .newest
	@$(PYTHON) -m venv --clear .newest
	@.newest/bin/python -m pip install --quiet uv
	@.newest/bin/uv pip install --quiet --python .newest/bin/python --refresh --editable '.[dev]' && touch .newest/.ready
	@sed -n 's/^\([^ ]*==[^ ]*\).*/\1/p' requirements*.lock >.newest/locked
	@newer=$$(.newest/bin/uv pip freeze --quiet --exclude-editable --python .newest/bin/python | grep -Ev '^(pip|setuptools)=' | grep -vxFf .newest/locked); \
	  echo "Not as in the lock:" $${newer:-nothing}
	@$(MAKE) --no-print-directory test VENV=.newest

drill: setup ## run the sample company's quarterly exercise on a simulated AWS and render its reports
	@$(BIN)/dro demo

# Four at once though two cores do: whoever waits for a real server leaves a core to the others.
test: setup mariadb ## run every test, in random order (make test SEED=... runs one again); the slowest are shown
	$(BIN)/python -m pytest -n 4 --dist loadgroup --durations=20 $(BUT) $(if $(SEED),--randomly-seed=$(SEED))

mariadb:
	@PATH="$$PATH:/usr/sbin" command -v mariadbd >/dev/null || { echo "The tests need a MariaDB, and those of it will fail: \
	apt-get install --no-install-recommends mariadb-server, or brew install mariadb" >&2; }

quick: setup ## run what needs no server: under a minute
	$(BIN)/python -m pytest -n 2 -m "not slow" tests/unit tests/contract

# What `coverage` has just run is not run again.
check: BUT := $(addprefix --ignore=tests/unit/,domain runner aws/guard notify/test_marked.py notify/test_silencing.py \
  $(patsubst %,cli/test_%.py,notices silences contacts tabletop review))
check: format lint types contracts coverage test ## all that must hold before a change lands

format: setup
	$(BIN)/ruff format --check .
lint: setup
	$(BIN)/ruff check .
types: setup
	$(BIN)/mypy
contracts: setup
	$(BIN)/lint-imports
coverage: setup ## the floor of branch coverage for domain/, runner/ and the guard
	$(BIN)/coverage erase && $(BIN)/coverage run && $(BIN)/coverage combine --quiet && $(BIN)/coverage report

hooks: setup ## run format, lint, types, contracts and schemas before each commit of this clone
	$(BIN)/pre-commit install

fix: setup ## format, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: setup ## write drills/*.schema.json anew
	$(BIN)/dro schema --write drills

samples: setup ## write the golden reports, the list of calls and README's table of types anew
	$(BIN)/python -m tests.support.golden.write

registry: setup ## distil what is known of CloudFormation's resource types anew, from the installed cfn-lint
	$(BIN)/python -m tests.support.registry.write

faults: setup ## kill a drill at every write to its ledger, and 200 at random on machines with wrong clocks (half an hour)
	DRO_FAULTS=full $(BIN)/python -m pytest -n 2 --dist load tests/faults tests/resources
	DRO_FAULTS=full $(BIN)/python -m pytest -n 2 -m 'not campaign' tests/flows/test_imported.py tests/flows/test_imported_app.py \
	  tests/flows/test_exported.py tests/flows/test_built.py tests/flows/test_born.py \
	  tests/flows/test_carried.py tests/flows/test_carried_cluster.py tests/flows/test_carried_data.py \
	  tests/flows/test_born_cluster.py tests/flows/test_born_deep.py
	DRO_FAULTS=full $(BIN)/python -m pytest -n 2 --dist loadgroup -m campaign tests/flows tests/contract tests/exercises tests/unit
	$(BIN)/python -m tests.support.two_machines --kills 200

lies: setup ## drill every type while 10,000 answers of AWS are lies (about half an hour)
	$(BIN)/python -m tests.support.lying

benchmarks: setup ## print the figures (not part of the tests)
	$(BIN)/python -m tests.benchmarks

package: setup ## build the wheel and the source archive
	$(BIN)/python -m build --outdir dist .

clean: ## remove .venv, the ledger and generated reports
	rm -rf $(VENV) .newest .coverage .dro dist reports/generated/*.html reports/generated/*.md reports/generated/*.json
