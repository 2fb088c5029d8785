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

-include mk/*.mk
