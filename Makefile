# Two commands do everything: `make run` and `make test`. They need Python 3.11 or newer and nothing else.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
INSTALLED_DEV := $(VENV)/installed-dev
CHROMIUM := $(or $(ARLEDGER_CHROMIUM),/usr/bin/chromium)
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Without bytecode every start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint style types tests chromium fmt lock messages openapi

run: $(INSTALLED)
	@$(BIN)/python -m arledger.local run

# The types are checked beside everything else: that keeps one core busy for a minute while another waits.
test: $(INSTALLED_DEV) chromium
	@$(MAKE) --no-print-directory -j 2 types tests

tests: style
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: style types

types: $(INSTALLED_DEV)
	$(BIN)/mypy

# A key of the right length, so that Django's own checks of a deployment speak of the settings alone.
style: $(INSTALLED_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	ARLEDGER_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') ARLEDGER_HTTPS=1 \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/python -m tools.messages --check
	$(BIN)/python -m tools.openapi --check
	$(BIN)/python -m tools.client --check
	$(BIN)/djlint --lint --quiet templates

fmt: $(INSTALLED_DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Keeps what is pinned where the .in files still allow it; `make lock UPGRADE=--upgrade` takes newer parts.
lock: $(INSTALLED_DEV)
	$(BIN)/$(LOCK) $(UPGRADE) requirements.in -o requirements.txt
	$(BIN)/$(LOCK) $(UPGRADE) requirements-dev.in -o requirements-dev.txt

openapi: $(INSTALLED_DEV)
	$(BIN)/python -m tools.openapi --update

messages: $(INSTALLED_DEV)
	$(BIN)/python -m tools.messages --update
	$(BIN)/python -m tools.messages --compile

chromium:
	@test -x "$(CHROMIUM)" || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null || { \
			echo "The browser tests need Chromium at $(CHROMIUM): install it, or name one in ARLEDGER_CHROMIUM." >&2; \
			exit 1; }; \
		apt-get update -q && apt-get install -q -y --no-install-recommends chromium; }

$(INSTALLED): requirements.txt | $(BIN)/python
	@echo "Installing the parts …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt | $(BIN)/python
	@echo "Installing the parts and the tools …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(INSTALLED)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
