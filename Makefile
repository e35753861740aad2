# `make` lists the commands. Python 3.11 or newer with pip is all that has to be there before.

PYTHON ?= python3
BIN := .venv/bin
PIP := --quiet --disable-pip-version-check --no-input
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run test check bench soak format lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready-to-run ## Start the server on http://127.0.0.1:8000; settings come from SPOTE_* variables
	@exec $(BIN)/spote serve

test: .venv/ready-to-test ## Run every test; pass pytest's options as ARGS="-k words -x"
	@$(BIN)/pytest tests $(ARGS)

check: .venv/ready-to-test ## Check format, lint, types, imports, locks and what may not be committed
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/check_locks.py
	@$(BIN)/python tools/check_tree.py

bench: .venv/ready-to-test ## Measure speed under load, on this machine's loopback only
	@$(BIN)/python -m tests.load $(ARGS)

soak: .venv/ready-to-test ## Run the fault and property tests at full length
	@SPOTE_SOAK=1 $(BIN)/pytest -o timeout=14400 -o session_timeout=86400 tests/faults tests/properties $(ARGS)

format: .venv/ready-to-test ## Format the code and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: .venv/ready-to-test ## Pin the dependencies of pyproject.toml anew; ARGS="--upgrade" takes newer ones
	@$(LOCK) $(ARGS) pyproject.toml -o requirements.txt
	@$(LOCK) $(ARGS) --group dev -c requirements.txt -o requirements-dev.txt
	@$(LOCK) $(ARGS) --group build -c requirements-dev.txt -o requirements-build.txt

clean: ## Remove .venv, caches and build results; notes stay
	rm -rf .venv build dist .coverage htmlcov .hypothesis .import_linter_cache .mypy_cache \
	  .pytest_cache .ruff_cache .schemathesis
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

# Wheels only, each with its known hash: nothing unpinned is fetched, nothing foreign is built.
.venv/ready-to-run: requirements.txt requirements-build.txt pyproject.toml | $(BIN)/python
	@echo "Installing into .venv (a minute, this once)"
	@tools/pip install $(PIP) --only-binary :all: --require-hashes -r requirements-build.txt
	@tools/pip install $(PIP) --only-binary :all: --require-hashes -r requirements.txt
	@tools/pip install $(PIP) --no-index --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src/spote .venv/lib || true
	@touch $@

.venv/ready-to-test: requirements-dev.txt .venv/ready-to-run
	@echo "Installing the test tools into .venv"
	@tools/pip install $(PIP) --only-binary :all: --require-hashes -r requirements-dev.txt
	@tools/get-nginx $(BIN)/nginx
	@touch $@

$(BIN)/python:
	@PYTHON=$(PYTHON) tools/make-venv
