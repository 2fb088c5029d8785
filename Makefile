# One entry for everything. `make help` lists the targets; each line after `##` is its help.
# Larger groups of targets live in files of their own: mk/*.mk is included below.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
STAMP := $(VENV)/.stamp

# Programs of the environment come first, also for what they start themselves (ansible-lint calls ansible-playbook).
export PATH := $(CURDIR)/$(BIN):$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/collections
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export MOLECULE_GLOB := molecule/*/molecule.yml

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(STAMP) ## Make the Python environment (.venv) from requirements.lock

$(STAMP): requirements.lock tools/venv.sh tools/find_python.sh
	@tools/venv.sh $(VENV) requirements.lock
	@touch $@

.PHONY: lock
lock: $(STAMP) ## Renew requirements.lock from requirements.in
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.12 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	  --output-file requirements.lock requirements.in

.PHONY: lint
lint: $(STAMP) lint-python lint-types lint-yaml lint-shell lint-ansible lint-changelog ## Read everything with the linters

.PHONY: lint-python
lint-python: $(STAMP)
	@ruff check --quiet .
	@ruff format --check --quiet .

# Through the symlink, so that each module has the one name under which the others import it. What is sent to a host, once
# more by what the oldest Python there has.
.PHONY: lint-types
lint-types: $(STAMP)
	@mypy --no-error-summary collections/ansible_collections/holdfast/host/plugins $(wildcard tools tests)
	@mypy --no-error-summary --python-version 3.10 --cache-dir build/mypy-3.10 \
	  collections/ansible_collections/holdfast/host/plugins/modules \
	  collections/ansible_collections/holdfast/host/plugins/module_utils

.PHONY: lint-yaml
lint-yaml: $(STAMP)
	@yamllint --strict .

.PHONY: lint-shell
lint-shell: $(STAMP)
	@tools/shell_files.sh | xargs shellcheck --external-sources

.PHONY: lint-ansible
lint-ansible: $(STAMP)
	@ansible-lint -q

.PHONY: lint-changelog
lint-changelog: $(STAMP)
	@antsibull-changelog lint

.PHONY: unit
unit: $(STAMP) ## Run the unit, golden and house tests
	@pytest -q --junit-xml=build/junit/unit.xml tests/unit

.PHONY: sanity
sanity: $(STAMP) ## Run ansible-test sanity in a copy under build/
	@tools/sanity.sh

.PHONY: docs
docs: $(STAMP) ## Write the pages that are generated from the specs
	@$(PYTHON) -m tools.docs

.PHONY: changelog
changelog: $(STAMP) ## Make the release notes of the version in galaxy.yml
	@antsibull-changelog release

.PHONY: build
build: $(STAMP) ## Build the collection's archive into build/
	@ansible-galaxy collection build --force --output-path build

# The stages of `make test`; each is a target of its own, here or in mk/. Hosts are mostly waited for, so that two lanes
# use two cores. The scenarios measure how long a run takes, and have the machine for themselves.
STAGES := lint unit sanity judges egress locked -- package refusals lockout resume copies then recovery molecule

-include mk/*.mk

.PHONY: test
test: $(STAMP) lab-images ## Run every stage
	@$(PYTHON) tools/stages.py run $(STAGES)

# What lives outside the directory is removed by the targets that made it: a file in mk/ adds them to CLEAN.
.PHONY: clean
clean: $(CLEAN) ## Remove everything that make has made
	@rm -rf $(VENV) build .cache .ansible .hypothesis .ruff_cache .mypy_cache .pytest_cache
