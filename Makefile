# One centre by `make run`, all tests by `make test`. `make help` lists the rest.
#
# Needs Debian 12 (or newer) with make and Python 3.11; root or sudo only to install what is missing.

SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
CENTRE ?= examples/demo.toml
# More options for `acd up`: make run UP="--bind 192.0.2.7 --sip-port 5060"
UP ?=
# Only some rows of `make chaos`: make chaos ROWS="engine-killed clock-jumps"
ROWS ?=
SOAK ?=
# Only some of it: make bench BENCH="hand-over arrival"
BENCH ?=

LOCKED := $(VENV)/.locked
INSTALLED := $(VENV)/.installed

.PHONY: help setup asterisk chromium curl prometheus systemd run test check chaos soak soak-queueing
.PHONY: bench bench-load bench-core bench-recovery wheel install-check compose-check screenshots docs lock audit prompts clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: asterisk chromium curl prometheus systemd ## everything that running and testing need; quick when nothing changed

# setpriv: when make is killed, `acd up` is told to stop.
run: asterisk ## a demo centre, until Ctrl-C
	@setpriv --pdeathsig TERM $(BIN)/python -m acd up $(CENTRE) $(UP)

# In two processes: with more of them on two processors, tests that listen and time are late. tests/conftest.py says how they share the tests.
# What has to be fetched is fetched while the code is looked at.
test: $(INSTALLED) ## all tests, those with a real Asterisk and real phones too (minutes)
	@$(MAKE) --no-print-directory lint & $(MAKE) --no-print-directory setup; said=$$?; wait $$! && exit $$said
	@$(BIN)/python -m pytest -n 2

check: $(INSTALLED) lint ## format, lint, types, import rules, and the tests of the core (two or three minutes)
	@$(BIN)/python -m pytest -n 2 tests/unit tests/scenarios tests/property tests/mutants tests/simulation tests/test_tidy.py

chaos: asterisk ## every failure caused on a real Asterisk, database and phones, one line each (under twenty minutes)
	@$(BIN)/python -m tests.chaos $(ROWS)

# Only some of it, or fewer: make soak SOAK="cuts events --calls 10000"
soak: $(INSTALLED) ## the engine with every fault on a clock that never waits: an hour on one processor
	@$(BIN)/python -m tests.faults.soak $(SOAK)

soak-queueing: $(INSTALLED) ## the engine against queueing formulas: five to ten minutes on two processors
	@$(BIN)/python -m tests.simulation.soak

wheel: $(INSTALLED) ## dist/asterisk_acd-VERSION-py3-none-any.whl, which ops/install puts on a machine
	@rm -rf build && $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/asterisk_acd-*.whl

install-check: asterisk ## install, upgrade, go back, uninstall on a clean Debian with its own systemd (minutes; root)
	@command -v mmdebstrap > /dev/null || $(SUDO) apt-get install -y -q --no-install-recommends mmdebstrap
	@$(SUDO) $(BIN)/python -m tests.install

compose-check: $(INSTALLED) ## the compose file on a Docker of its own, calls through it, kills (under a quarter of an hour; root)
	@command -v mmdebstrap > /dev/null || $(SUDO) apt-get install -y -q --no-install-recommends mmdebstrap
	@$(SUDO) $(BIN)/python -m tests.containers

.PHONY: lint
lint: $(INSTALLED)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy & $(BIN)/pyright; said=$$?; wait $$! && exit $$said

bench: asterisk ## beside app_queue and a bare loop on one Asterisk, the same phones for all (ten minutes)
	@$(BIN)/python -m bench --json docs/bench/calls.json --picture docs/bench/calls.svg $(BENCH)

bench-load: asterisk ## how many calls a second the engine can take, beside the bare loop (a quarter of an hour)
	@$(BIN)/python -m bench load --json docs/bench/load.json

bench-core: $(INSTALLED) ## how long the core takes for a step, in small centres and in large ones (minutes)
	@$(BIN)/python -m bench.core --json docs/bench/core.json --picture docs/bench/core.svg

bench-recovery: $(INSTALLED) ## from the start of a killed engine's successor to its first offer, a thousand waiting (minutes)
	@$(BIN)/python -m bench.recovery --json docs/bench/recovery.json

screenshots: $(INSTALLED) chromium ## pictures of every page into docs/screenshots, light and dark (a minute or two)
	@$(BIN)/python -m tests.browser.screenshots

docs: $(INSTALLED) ## docs/ as a site, in build/docs/index.html; a link that leads nowhere is an error
	@$(BIN)/python -m tools.reference docs
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going docs build/docs

lock: $(VENV)/.pip-tools ## renew requirements*.txt from pyproject.toml
	@$(BIN)/pip-compile $(LOCK_OPTIONS) --extra postgres -o requirements.txt pyproject.toml
	@$(BIN)/pip-compile $(LOCK_OPTIONS) --extra postgres --extra dev --all-build-deps -o requirements-dev.txt pyproject.toml

audit: $(VENV)/.pip-audit ## are weaknesses known of a locked package? (asks PyPI for each)
	@$(VENV)/audit/bin/pip-audit --strict --progress-spinner off --require-hashes --disable-pip -r requirements-dev.txt

LOCK_OPTIONS := --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --no-header

prompts: $(INSTALLED) ## speak prompts/en/ anew (after a change in feature_codes/prompts.py)
	@command -v espeak-ng sox > /dev/null || $(SUDO) apt-get install -y -q espeak-ng sox
	@$(BIN)/python prompts/make.py

clean: ## forget the virtual environment, the demo's state and all caches; the private Asterisk stays
	rm -rf $(VENV) .state .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

# --- what the machine must have

asterisk: $(INSTALLED)
	@$(BIN)/python -m acd.runtime.up.tree

# Only tests need it: those that open the portal's pages.
# libatomic1: Playwright's own Node.js wants it.
CHROMIUM := chromium-headless-shell libatomic1

chromium:
	@dpkg -s $(CHROMIUM) > /dev/null 2>&1 || { echo "Installing chromium"; $(SUDO) apt-get update -q && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(CHROMIUM); }

# Only tests need it: those of the commands in the docs.
curl:
	@command -v curl > /dev/null || { echo "Installing curl"; $(SUDO) apt-get update -q && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends curl; }

# Only tests need it: that of the unit. It is there on a machine; a container may lack it.
systemd:
	@command -v systemd-analyze > /dev/null || { echo "Installing systemd-analyze"; $(SUDO) apt-get update -q && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends systemd; }

# Only tests need it: those of the rules and the dashboard. Unpacked, not installed, which would start it as a service.
prometheus: $(VENV)/prometheus

FETCH := apt-get download -q -o APT::Sandbox::User=root prometheus > /dev/null

$(VENV)/prometheus: | $(VENV)/bin/python
	@echo "Unpacking Debian's prometheus into $@"
	@rm -rf $@.part && mkdir $@.part
	@cd $@.part && { $(FETCH) || { $(SUDO) apt-get update -q && $(FETCH); }; }
	@cd $@.part && dpkg-deb --extract prometheus_*.deb . && rm prometheus_*.deb
	@mv $@.part $@

# --- the virtual environment, made from the lock file; stamps keep it from being looked at twice

$(VENV)/bin/python:
	@command -v setpriv > /dev/null || $(SUDO) apt-get install -y -q util-linux
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo "Installing python3-venv"; \
		$(SUDO) apt-get update -q && $(SUDO) apt-get install -y -q python3-venv; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	@$(PYTHON) -m venv $(VENV)

$(LOCKED): requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing the locked Python packages into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(INSTALLED): pyproject.toml $(LOCKED)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.pip-tools: | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip-tools>=7.5'
	@touch $@

# Of its own, because what it needs is not ours to lock.
$(VENV)/.pip-audit: | $(VENV)/bin/python
	@$(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.9'
	@touch $@
