# How we work on Anlan. `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types web fmt bench docs clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/.installed: requirements/dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -type f -print 2>/dev/null) \
	$(shell find src/anlan -name '*.html' 2>/dev/null)
src/anlan/static/dist/manifest.json: web/node_modules/.installed $(WEB_SOURCES)
	cd web && npm run build --silent
	@touch $@

CATALOGUES := $(shell find src/anlan -name '*.po' 2>/dev/null)
.venv/.messages: .venv/.installed $(CATALOGUES)
	$(PY) -m anlan.config.compile_messages
	@touch $@

# Its parts run as a user who may not write beside the source: each would compile it at each start.
.venv/.compiled: .venv/.installed $(shell find src -name '*.py' 2>/dev/null)
	$(PY) -m compileall -q src
	@touch $@

setup: .venv/.installed src/anlan/static/dist/manifest.json .venv/.messages .venv/.compiled ## make .venv and build web/

demo: setup ## run the product with its demo city
	$(BIN)/anlan demo

# The checks beside each other, each one's words in one piece.
test: setup ## everything that must pass
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target types web lint
	$(PY) -m pytest -n 3 --dist loadgroup --max-worker-restart 3

lint: .venv/.installed ## style, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/.installed ## mypy, strict on the pure and shared parts
	$(BIN)/mypy

web: web/node_modules/.installed ## types, style and tests of web/
	cd web && npm run check --silent && npm test --silent

fmt: .venv/.installed ## format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## benchmarks; each prints a ratio
	$(PY) benchmarks/registry.py

docs: .venv/.installed ## regenerate the generated pages of docs/
	$(PY) -m tools.generate_docs

clean: ## remove what can be made again
	rm -rf .venv web/node_modules src/anlan/static/dist build dist
