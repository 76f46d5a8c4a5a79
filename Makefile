# SPDX-License-Identifier: Apache-2.0
# One word for each thing one does here. `make run` is all a machine with Python 3.11+ and make needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROUNDS ?= 10
ARGS ?=
ASSETS := src/dothi/operations/static/dothi
FRONTEND := $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null)

.PHONY: help setup run test check faults bench pictures docs wheel clean

help: ## what one can do
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# --- make ready -------------------------------------------------------------

setup: $(VENV)/.installed $(VENV)/.assets ## install everything into .venv and build the assets; safe to repeat

$(VENV)/.installed: pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh python

$(VENV)/.assets: $(VENV)/.installed $(FRONTEND)
	@sh scripts/setup.sh assets

# --- use --------------------------------------------------------------------

run: setup ## start the demo city at http://127.0.0.1:8080 (ARGS="--port 8090" and others)
	@$(BIN)/dothi up --demo $(ARGS)

bench: setup ## measure this machine (ARGS="core --quick")
	@$(BIN)/dothi bench $(ARGS)

# --- prove ------------------------------------------------------------------

check: setup ## format, lint, types, floors, the tests of the house
	$(BIN)/ruff format --check src tests scripts
	$(BIN)/ruff check src tests scripts
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/house

test: setup ## all tests (ARGS="-k name" for some)
	$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

faults: setup ## kill -9 at random moments under load: nothing acknowledged may be lost (ROUNDS=10)
	$(BIN)/python scripts/faults.py --rounds $(ROUNDS)

# --- make -------------------------------------------------------------------

pictures: setup ## every page at both sizes, themes and languages into pictures/
	$(BIN)/python scripts/pictures.py $(ARGS)

docs: setup ## the pages that are made from the code
	$(BIN)/dothi settings > docs/settings.md

wheel: setup ## the installable wheel in dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove what can be made again; never data
	rm -rf $(VENV)/.assets build dist pictures .mypy_cache .ruff_cache .hypothesis .grimp_cache $(ASSETS) frontend/node_modules
