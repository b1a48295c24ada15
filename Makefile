# Everything that is typed here. Needs make and Python 3.9 or later; whatever else is needed goes into .venv.
#
#   make demo [EVENTS=…]     what the app finds in the sample events, or in your own files and folders (- is standard input)
#   make lint                ruff, mypy and the schemas of workflows and issue forms
#   make check               lint and the fast tests: a minute or two, on every save
#   make test                lint and every test, as CI runs them
#   make nightly             the long comparisons and fuzzing: hours; writes docs/verification.md
#   make package             dist/kmspolicycheck-<version>.tar.gz, its SBOM and checksums; the last line is its path
#   make appinspect          Splunk's own inspection of that package
#   make lint-content        public linters on its confs and searches (needs Python 3.11 or later)
#   make test-splunk         checks every claim on a real Splunk: docs/splunk-proof.md says what to set
#   make contentctl          build/contentctl, the detections as content of Splunk's own builder, contentctl-ng
#   make search SPL='…' or NAME='…', EVENTS=… [NOW=…]    runs a search, or a shipped saved search, without Splunk
#   make dashboard           draws the dashboards as pictures (needs Node.js and Chromium)
#   make bench, make bench-peers, make fuzz SECONDS=…    speed, speed compared with other tools, hostile input
#   make requirements        resolves dev/requirements/*.in again
#   make lib, make venv      set up what the command needs, and all that is developed with; the other targets do so by themselves
#   make clean               removes what all of these wrote

PYTHON ?= python3
PY := .venv/bin/python
PIP_INSTALL := -m pip install -qq --disable-pip-version-check --require-hashes

# What is started here starts the command by the thousand: Python keeps what it compiled, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:
TARGETS := help venv lib demo search lint check test test-splunk nightly package appinspect lint-content contentctl bench bench-peers fuzz dashboard \
  requirements clean
.PHONY: $(TARGETS)

# What is given to a target reaches the programs as environment variables (KPC_SPL, …) and is never part of a command:
# $(value) keeps make from expanding a $ in it, so that text from a search or a file name cannot run anything.
# NAME counts only where it is typed after make: some systems set it for purposes of their own.
READ_BY_demo := EVENTS
READ_BY_search := SPL NAME EVENTS NOW
READ_BY_fuzz := SECONDS
READ_BY_test-splunk := SPLUNK SPLUNK_URL SPLUNK_USER SPLUNK_VERIFY SPLUNK_PACKAGE SPLUNK_INSTALLED SPLUNK_IMAGE SPLUNK_START_ARGS \
  SPLUNK_GENERAL_TERMS
GIVEN := $(sort $(foreach target,$(TARGETS),$(READ_BY_$(target))))
FROM = $(filter command $(if $(filter NAME,$1),,environment),$(firstword $(origin $1)))
unexport $(GIVEN)
$(foreach name,$(GIVEN),$(if $(call FROM,$(name)),$(eval export KPC_$(name) := $$(value $(name)))))

# What is typed and would have no effect is refused: a misspelled variable, one of another target, a file without EVENTS= before it.
READ := $(foreach target,$(MAKECMDGOALS),$(READ_BY_$(target)))
UNREAD := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
UNREAD := $(filter-out $(READ) PYTHON PY,$(UNREAD))
SECRETS := $(filter SPLUNK_PASSWORD SPLUNK_TOKEN,$(UNREAD))
$(if $(SECRETS),$(error $(SECRETS) on make's command line can be read by others on this machine; set it in the environment))
$(if $(UNREAD),$(error $(strip make $(MAKECMDGOALS)) does not read $(UNREAD); it reads $(or $(READ),no variable)))
ifneq ($(filter demo search,$(MAKECMDGOALS)),)
STRAY := $(filter-out $(TARGETS),$(MAKECMDGOALS))
$(if $(STRAY),$(error $(STRAY) is no target; to read files, type EVENTS='$(strip $(value EVENTS) $(STRAY))'))
endif

help:
	@sed -n 's/^#   make/make/p' Makefile

# Everything that is developed with; `make demo` alone installs less.
venv: lib $(addprefix .venv/for-,package test lint reference)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 9) or sys.exit("Python 3.9 or later is needed; this is " + sys.version)'
	@$(PYTHON) -m venv .venv

.venv/for-%: dev/requirements/%.txt | .venv/bin/python
	@echo "Setting up .venv ($*) once, about a minute" >&2
	@$(PY) $(PIP_INSTALL) -r $<
	@touch $@

lib: .venv/for-demo lib/splunklib/__init__.py
lib/splunklib/__init__.py: lib/requirements.txt dev/vendor.py | .venv/for-demo
	@$(PY) -m dev.vendor
	@touch $@

demo: lib
	@$(PY) -m dev.demo $${KPC_EVENTS+-- "$$KPC_EVENTS"}

search: lib
	@$(PY) -m dev.spl

# The schemas come with the tool: no network.
SCHEMA := .venv/bin/check-jsonschema -q --builtin-schema
lint: venv
	@.venv/bin/ruff check -q .
	@.venv/bin/ruff format --check -q .
	@.venv/bin/mypy
	@$(SCHEMA) vendor.github-workflows .github/workflows/*.yml
	@$(SCHEMA) vendor.compose-spec dev/splunk/compose.yaml
	@$(SCHEMA) vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	@$(SCHEMA) vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml

# Tests of one file stay on one core as long as possible: they share a browser, a built package.
PYTEST := $(PY) -m pytest -n auto --dist worksteal
check: lint
	@$(PYTEST) -m "not slow"

test: lint
	@$(PYTEST)

test-splunk: venv
	@$(PY) -m dev.splunk

nightly: venv .venv/for-fuzz
	@$(PY) -m dev.nightly

package: lib .venv/for-package
	@$(PY) -m dev.package

# Tools that do not agree with ours on versions have an environment of their own.
.venv-%/installed: dev/requirements/%.txt
	@echo "Setting up .venv-$* once, about a minute" >&2
	@$(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/python $(PIP_INSTALL) -r $<
	@touch $@

appinspect: lib .venv/for-package .venv-appinspect/installed
	@$(PY) -m dev.appinspect .venv-appinspect/bin/splunk-appinspect

lint-content: lib .venv/for-package .venv-content/installed
	@$(PY) -m dev.content.lint .venv-content/bin

contentctl: lib .venv/for-package .venv/for-test
	@$(PY) -m dev.content.contentctl

bench: lib
	@$(PY) -m dev.bench

bench-peers: lib
	@$(PY) -m dev.bench.peers

fuzz: lib .venv/for-test .venv/for-fuzz
	@$(PY) -m dev.fuzz $${KPC_SECONDS:+--seconds "$$KPC_SECONDS"}

dashboard: lib .venv/for-test
	@$(PY) -m dev.dashboard

# The .in files that share .venv are resolved together, so that they agree on every version; each .txt is its part of that.
SHARED := $(addprefix dev/requirements/,demo package test lint reference fuzz)
ALONE := $(addprefix dev/requirements/,appinspect content contentctl uv)
requirements: .venv-uv/installed
	@mkdir -p build
	@cat $(SHARED:=.txt) >build/shared.txt
	@$(COMPILE) $(SHARED:=.in) -o build/shared.txt
	@for file in $(SHARED); do $(COMPILE) $$file.in -c build/shared.txt -o $$file.txt || exit 1; done
	@for file in $(ALONE); do $(COMPILE) $$file.in -o $$file.txt || exit 1; done
COMPILE = .venv-uv/bin/uv pip compile -q --universal --python-version 3.9 --generate-hashes --no-annotate \
  --custom-compile-command 'make requirements'

clean:
	@rm -rf .venv .venv-* dist build dev/dashboard/node_modules lib/splunklib lib/splunk_sdk-*.dist-info \
	  .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
