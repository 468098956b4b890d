# Needs Python 3.11 or newer, make, and Docker (or root on Debian, where Docker is installed then).
.DEFAULT_GOAL := help
.PHONY: help venv lint types format unit e2e bench test test-down images cluster cluster-down demo demo-down generate lock
PYTHON ?= python3
TOOL = PYTHONPATH=hack $(PYTHON) -m cluster
TESTS = PYTHONPATH=hack .venv/bin/python -m cluster
READY = .venv/ready
PARTS = common crds operator bot_image master_bot tests/standins
OURS = --no-emit-package personalbots-api --no-emit-package personalbots-common
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade)

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

demo: ## create everything, with a chat page to try it on; TELEGRAM_TOKEN: with real Telegram, LLM_BASE_URL, LLM_API_KEY: with another LLM
	@$(TOOL) demo
demo-down: ## delete the demo and all that was started for it
	@$(TOOL) demo-down
test: $(READY) ## all checks and tests, from nothing; KEEP=1 keeps the tests' cluster
	@$(TESTS) test
lint: $(READY) ## linters and type checks
	@$(TESTS) lint
types: $(READY) ## the type checks alone
	@$(TESTS) types
unit: $(READY) ## the tests that need no cluster; PYTEST_ARGS="-k name"
	@$(TESTS) unit
e2e: $(READY) ## the tests on a cluster, which stays up; PYTEST_ARGS="-k name"
	@$(TESTS) e2e
bench: $(READY) ## measure, and write docs/develop/benchmarks.md; those on the cluster when the demo is up
	@PYTHONPATH=hack:tests .venv/bin/python -m bench
test-down: ## take the tests' cluster down
	@$(TOOL) test-down
cluster: ## create a kind cluster with the images in it
	@$(TOOL) up && $(TOOL) load
cluster-down: ## delete the cluster and stop what was started for it
	@$(TOOL) down
images: ## build the images that are missing
	@$(TOOL) images
venv: $(READY) ## create the development environment in .venv
format: $(READY) ## format the code
	@.venv/bin/ruff check --quiet --fix-only; .venv/bin/ruff format --quiet
generate: $(READY) ## write the generated files: the CRD, the reference pages, the chart's values and version, the keys of sentences
	@.venv/bin/python -m personalbots_api.generate && .venv/bin/python -m personal_bot.texts

$(READY): VERSION requirements/build.txt requirements/dev.txt tests/standins/model-requirements.txt pyproject.toml $(PARTS:=/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/build.txt
	@.venv/bin/uv pip install --quiet --python .venv --require-hashes --no-deps -r requirements/dev.txt -r tests/standins/model-requirements.txt
	@.venv/bin/uv pip install --quiet --python .venv --no-deps --no-build-isolation $(PARTS:%=-e %)
	@touch $@

lock: $(READY) ## pin what the pyproject.toml files ask for, by hash; UPGRADE=1: newest versions
	@$(LOCK) requirements/build.in -o requirements/build.txt
	@$(LOCK) --group dev $(PARTS:=/pyproject.toml) $(OURS) -o requirements/dev.txt
	@for part in bot_image operator master_bot tests/standins; do \
	  $(LOCK) $$part/pyproject.toml --constraint requirements/dev.txt $(OURS) -o $$part/requirements.txt || exit 1; done
	@$(LOCK) --no-deps tests/standins/model.in -o tests/standins/model-requirements.txt
	@$(LOCK) hack/go/requirements.in -o hack/go/requirements.txt
