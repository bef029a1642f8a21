# Every target works in a fresh clone with Python 3.11, make and git: those that need `make setup` run it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
LOCK    = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
export PYTHONPATH := operator:tests:tools

.DEFAULT_GOAL := help
.PHONY: help setup demo unit test faults userland mutants check bench fuzz generate screenshots isos agent lock hostsim clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## make the virtual environment with all dependencies, pinned by hash

$(STAMP): requirements/test.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## create and delete a machine on a real API server and a simulated host; ARGS="--console" serves the console, ARGS="--agent pwsh" runs the real agent
	$(BIN)/python -m e2e.demo $(ARGS)

unit: $(STAMP) ## run the unit tests on all processors: no servers, no builds; ARGS="tests/unit/core" runs some
	$(BIN)/python -m pytest -m unit -n logical $(or $(ARGS),tests/unit)

# Two at once, each with an API server of its own: they wait more than they compute. The files stay in order, the slow ones first.
test: unit ## run the unit, integration and e2e tests
	$(BIN)/python -m pytest -m "not unit" -n 2 --dist loadfile --no-loadscope-reorder

faults: $(STAMP) ## inject one fault at each place of the operator's work, and compare; ARGS="--only machine/api/get.secrets/1/429" runs one, ARGS="--help"
	$(BIN)/python -m faults $(ARGS)

userland: $(STAMP) ## provision machines of real distributions with the Linux guest, and boot them three times; needs root; ARGS='--only "Debian 13, ifupdown"' runs some
	$(BIN)/python -m userland $(ARGS)

mutants: $(STAMP) ## put small faults into the pure packages and list those that no unit test notices; ARGS="core.retry" restricts, ARGS="--strict" judges
	$(BIN)/python -m mutants $(ARGS)

check: $(STAMP) ## check lint, types, import contracts, dead code, generated files fresh, chart lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/vulture operator tools tests agent/guest/linux/iso/guest
	$(BIN)/python tools/generate.py --check
	$(BIN)/python tools/vendor.py --check
	$(BIN)/python tools/chart.py lint

bench: $(STAMP) ## run the benchmarks, each against its limit; ARGS="validation" runs one
	$(BIN)/python -m bench $(ARGS)

fuzz: $(STAMP) ## test what takes foreign text with random input for SECONDS=60; ARGS="decoder" runs one target
	$(BIN)/python -m fuzz $(or $(SECONDS),60) $(ARGS)

generate: $(STAMP) ## write crds/, the chart's copies and the reference pages from the models and the schema
	$(BIN)/python tools/generate.py

screenshots: $(STAMP) ## take docs/images/console-*.png in the console's end-to-end tests
	CONSOLE_SCREENSHOTS=1 $(BIN)/python -m pytest tests/e2e/test_console*.py

isos: $(STAMP) ## build dist/isos/linux.iso and windows.iso, reproducibly
	$(BIN)/python tools/isos.py

agent: $(STAMP) ## build dist/agent/: the files of the agent and the script that installs them on hosts
	$(BIN)/python tools/agent.py

hostsim: $(STAMP) ## run a simulated Hyper-V host; ARGS="--help" lists its options
	$(BIN)/python -m hostsim $(ARGS)

lock: $(STAMP) ## resolve all dependencies again and write requirements/*.lock
	$(LOCK) --upgrade --extra gateway --extra test pyproject.toml -o requirements/test.lock
	$(LOCK) --upgrade --constraint requirements/test.lock --extra gateway --extra kerberos pyproject.toml -o requirements/runtime.lock
	$(LOCK) --upgrade --constraint requirements/test.lock requirements/build.in -o requirements/build.lock

clean: ## remove everything that the other targets created in the checkout
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .mutants
