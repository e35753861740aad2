# `make` lists the commands. Python 3.11 or newer with pip is all that has to be there before.

PYTHON ?= python3
# Tests run in this many processes, a file in one of them; 0 is this process alone.
WORKERS ?= 2
BIN := .venv/bin
PIP := --quiet --disable-pip-version-check --no-input
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-search bench-web soak format lock client screenshots clean

# The built web app, and what it is built from.
WEB := src/spote/entrypoints/web/static/app/index.html
WEB_SOURCES := $(shell find frontend/src frontend/public frontend/tools 2>/dev/null) \
  $(wildcard frontend/*.json frontend/*.ts frontend/*.cjs frontend/*.html)
NPM := $(BIN)/python tools/build_web.py

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready-to-run $(WEB) ## Start the server on http://127.0.0.1:8000; settings come from SPOTE_* variables
	@exec $(BIN)/spote serve

test: .venv/ready-to-test $(WEB) ## Run every test; pass pytest's options as ARGS="-k words -x"
	@$(NPM) run --silent test
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile tests $(ARGS)

check: .venv/ready-to-test $(WEB) ## Check format, lint, types, imports, locks and what may not be committed
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/check_locks.py
	@$(BIN)/python tools/check_tree.py
	@$(BIN)/python -m tools.api_client --check
	@$(NPM) run --silent lint
	@$(NPM) run --silent types
	@$(NPM) run --silent size

bench: .venv/ready-to-test ## Measure speed under load, on this machine's loopback only
	@$(BIN)/python -m tests.load $(ARGS)

bench-search: .venv/ready-to-test ## Measure how well searching finds answers, by words and by meaning
	@$(BIN)/python -m tests.load.search_quality $(ARGS)

bench-web: .venv/ready-to-test $(WEB) ## Measure in Chromium how quick the web app and its editor are
	@$(BIN)/python -m tests.load.web

soak: .venv/ready-to-test ## Run the fault and property tests at full length
	@SPOTE_SOAK=1 $(BIN)/pytest -o timeout=14400 -o session_timeout=86400 tests/faults tests/properties tests/browser/editor $(ARGS)

format: .venv/ready-to-test ## Format the code and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(NPM) run --silent format

client: .venv/ready-to-test ## Write the web app's API types anew, from our OpenAPI document
	@$(BIN)/python -m tools.api_client

screenshots: .venv/ready-to-test $(WEB) ## Take the pictures in docs/images of the web app
	@$(BIN)/python -m tests.browser.screenshots

lock: .venv/ready-to-test ## Pin the dependencies of pyproject.toml anew; ARGS="--upgrade" takes newer ones
	@$(LOCK) $(ARGS) pyproject.toml -o requirements.txt
	@$(LOCK) $(ARGS) --group dev -c requirements.txt -o requirements-dev.txt
	@$(LOCK) $(ARGS) --group build -c requirements-dev.txt -o requirements-build.txt

clean: ## Remove .venv, caches and build results; notes stay
	rm -rf .venv build dist .coverage htmlcov .hypothesis .import_linter_cache .mypy_cache \
	  .pytest_cache .ruff_cache .schemathesis frontend/node_modules $(dir $(WEB))
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
	@tools/get-chromium
	@touch $@

$(WEB): $(WEB_SOURCES) | .venv/ready-to-run
	@echo "Building the web app (half a minute, when its sources have changed)"
	@$(NPM)
	@touch $@

$(BIN)/python:
	@PYTHON=$(PYTHON) tools/make-venv
