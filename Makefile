# Everything below needs Python 3.11 or newer and make; the rest is fetched into .venv.

PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= var
export PORT DATA_DIR
export PIP_DISABLE_PIP_VERSION_CHECK = 1

BIN := .venv/bin
WITH_SERVICES := $(BIN)/python tests/services.py

.PHONY: help run test domains lint services bench soak requirements clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 24

run: .venv/run ## a demo world on http://localhost:$PORT, its data in $DATA_DIR
	$(BIN)/python -m tests.outside manage.py live --demo

test: lint services ## lint, then all tests on a PostgreSQL and a Redis of their own
	$(WITH_SERVICES) $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

domains: services ## the tests of each product as a company has it that has no other, and a server of each
	@for domain in dispatch bookings shifts chat fleet; do \
		echo "$$domain alone:"; \
		DOMAINS=$$domain $(WITH_SERVICES) $(BIN)/pytest -q -n 4 --dist loadfile --no-loadscope-reorder \
			tests/$$domain tests/races/test_*$${domain%s}*.py tests/flows/test_*$${domain%s}*.py || exit 1; \
	done
	$(WITH_SERVICES) $(BIN)/pytest -q tests/flows/test_domains.py

lint: .venv/dev ## style, layers, types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy

services: .venv/dev
	@$(WITH_SERVICES) --check 2>/dev/null || $(BIN)/pip install --quiet -r requirements-services.txt

bench: services ## the benchmarks
	SERVICES_DURABLE=1 $(WITH_SERVICES) $(BIN)/python -m bench

soak: services ## the long tests under load, and properties tried twenty times as often
	$(WITH_SERVICES) $(BIN)/pytest -m "soak or hypothesis" --hypothesis-profile thorough

requirements: .venv/dev ## pin the newest versions that the .in files allow
	CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --upgrade requirements.in
	CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --upgrade requirements-dev.in

clean: ## remove all that make made, except the data of `make run`
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -r {} +

.venv/run: requirements.txt | $(BIN)/pip
	$(BIN)/pip install --quiet -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/run
	$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@

# Debian and Ubuntu keep a part of venv in a package of its own.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or newer is needed.")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq -y python3-venv; } || \
		{ echo "Please install python3-venv, then try again." >&2; exit 1; }
	$(PYTHON) -m venv .venv
