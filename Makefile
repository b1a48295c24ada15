# Everything that is typed here. Needs make and Python 3.9 or later; whatever else is needed goes into .venv.
#
#   make demo [EVENTS=…]     what the app finds in the sample events, or in your own CloudTrail files (file, folder, - for stdin)
#   make test                ruff, mypy and every test
#   make package             dist/kmspolicycheck-<version>.tar.gz, its SBOM and checksums; the last line is its path
#   make appinspect          Splunk's own inspection of that package
#   make search SPL='…' or NAME='…', EVENTS=… [NOW=…]    runs a search, or a shipped saved search, without Splunk
#   make dashboard           draws the dashboards as pictures (needs Node.js and Chromium)
#   make bench, make bench-peers, make fuzz SECONDS=…    speed, speed beside other tools, hostile input
#   make clean               removes what all of these wrote

PYTHON ?= python3
PY := .venv/bin/python
PIP_INSTALL := -m pip install -qq --disable-pip-version-check --require-hashes

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help venv lib demo search test package appinspect bench bench-peers fuzz dashboard clean

# What is typed behind a target reaches the programs as environment variables (KPC_SPL, …) and is never part of a command:
# $(value) keeps make from expanding a $ in it, so that text from a search or a file name cannot run anything.
# Only what is typed counts: some systems set NAME, and bash sets SECONDS, for purposes of their own.
TYPED := SPL NAME EVENTS NOW SECONDS
unexport $(TYPED)
$(foreach name,$(TYPED),$(if $(filter command,$(origin $(name))),$(eval export KPC_$(name) := $$(value $(name)))))

help:
	@sed -n 's/^#   make/make/p' Makefile

venv: .venv/installed
.venv/installed: dev/requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 9) or sys.exit("Python 3.9 or later is needed; this is " + sys.version)'
	@$(PYTHON) -m venv .venv
	@$(PY) $(PIP_INSTALL) -r $<
	@touch $@

lib: lib/splunklib/__init__.py
lib/splunklib/__init__.py: lib/requirements.txt dev/vendor.py | .venv/installed
	@$(PY) -m dev.vendor
	@touch $@

demo: lib
	@$(PY) -m dev.demo $${KPC_EVENTS:+-- "$$KPC_EVENTS"}

search: lib
	@$(PY) -m dev.spl

test: lib
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check -q .
	@.venv/bin/mypy
	@$(PY) -m pytest

package: lib
	@$(PY) -m dev.package

.venv-appinspect/installed: dev/appinspect-requirements.txt
	@$(PYTHON) -m venv .venv-appinspect
	@.venv-appinspect/bin/python $(PIP_INSTALL) -r $<
	@touch $@

appinspect: lib .venv-appinspect/installed
	@$(PY) -m dev.appinspect .venv-appinspect/bin/splunk-appinspect

bench: lib
	@$(PY) -m dev.bench

bench-peers: lib
	@$(PY) -m dev.bench.peers

.venv/fuzz-installed: dev/fuzz-requirements.txt | .venv/installed
	@$(PY) $(PIP_INSTALL) -r $<
	@touch $@

fuzz: lib .venv/fuzz-installed
	@$(PY) -m dev.fuzz $${KPC_SECONDS:+--seconds "$$KPC_SECONDS"}

dashboard: lib
	@$(PY) -m dev.dashboard

clean:
	@rm -rf .venv .venv-* dist build dev/dashboard/node_modules lib/splunklib lib/splunk_sdk-*.dist-info \
	  .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
