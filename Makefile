# make demo: set up everything, run the whole demo case. make test: set up everything, run the whole suite.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= demo-out
CUSTOMERS ?= 20000
EVENT ?= E5

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-databases demo test check format wheel verifier bench docs images wheelhouse sbom clean lock

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# compiled functions: a change of them is compiled at set-up, not in the middle of a case
KERNELS := $(wildcard src/bequest/engine/kernels/*.py src/bequest/steps/destroy/verifier/*.py)

$(VENV)/.core: requirements/core.txt scripts/bootstrap.sh pyproject.toml $(KERNELS)
	@PYTHON=$(PYTHON) bash scripts/bootstrap.sh core

$(VENV)/.dev: requirements/dev.txt scripts/bootstrap.sh pyproject.toml $(KERNELS)
	@PYTHON=$(PYTHON) bash scripts/bootstrap.sh dev

$(VENV)/.databases: requirements/databases.txt scripts/bootstrap.sh pyproject.toml $(KERNELS)
	@PYTHON=$(PYTHON) bash scripts/bootstrap.sh databases

setup: $(VENV)/.core  ## what the product needs

.venv-bench/.ok: requirements/dev.txt requirements/bench.txt scripts/bootstrap.sh pyproject.toml
	@PYTHON=$(PYTHON) bash scripts/bootstrap.sh bench

setup-dev: $(VENV)/.dev  ## what its tests need as well

setup-databases: $(VENV)/.databases  ## the drivers of PostgreSQL and MariaDB as well

demo: setup  ## make a believable company and run its whole case (CUSTOMERS=20000 EVENT=E2|E3|E5|E7|E8|E9|E10|E11|E12|E14 OUT=demo-out)
	@$(BIN)/bequest demo --event $(EVENT) --customers $(CUSTOMERS) --out $(OUT) --run --replace

test: setup-dev  ## the whole suite
	@bash scripts/system_packages.sh
	@$(BIN)/pytest -n 2 --dist worksteal -rs

check: setup-dev  ## format, lint, types, imports, law cases
	@$(BIN)/ruff format --check src tests scripts bench
	@$(BIN)/ruff check src tests scripts bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bequest law check
	@$(BIN)/pytest tests/arch tests/law

format: setup-dev  ## format and mend what can be mended
	@$(BIN)/ruff format src tests scripts bench
	@$(BIN)/ruff check --fix src tests scripts bench

verifier: setup  ## the stand-alone verifier, dist/bequest-verify.pyz
	@mkdir -p dist && $(BIN)/python scripts/build_verifier.py dist/bequest-verify.pyz

wheel: setup-dev  ## dist/bequest-*.whl
	@$(BIN)/python -m hatchling build -t wheel

bench: setup-dev .venv-bench/.ok  ## ratios in one run, into docs/benchmarks.md
	@.venv-bench/bin/python -m bench all --write docs/benchmarks.md

.venv-docs/.ok: requirements/docs.txt scripts/bootstrap.sh
	@PYTHON=$(PYTHON) bash scripts/bootstrap.sh docs

docs: setup-dev .venv-docs/.ok  ## the manual, into site/
	@$(BIN)/python scripts/write_reference.py
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build -q

images: setup-dev  ## the manual's screenshots, docs/images, in both languages
	@$(BIN)/python -m scripts.write_images

wheelhouse: setup-dev  ## dist/wheelhouse: everything to install where there is no network
	@bash scripts/make_wheelhouse.sh

sbom: setup-dev .venv-docs/.ok  ## dist/sbom.cdx.json: bill of materials (CycloneDX), and docs/licences.md
	@mkdir -p dist && .venv-docs/bin/cyclonedx-py requirements requirements/databases.txt -o dist/sbom.cdx.json
	@$(BIN)/python scripts/write_licences.py

lock:  ## resolve the dependencies anew and export them with hashes
	@.tools/bin/uv lock
	@.tools/bin/uv export -q --frozen --no-emit-project --no-annotate --no-header --no-dev -o requirements/core.txt
	@.tools/bin/uv export -q --frozen --no-emit-project --no-annotate --no-header --no-dev --extra databases --extra hsm -o requirements/databases.txt
	@.tools/bin/uv export -q --frozen --no-emit-project --no-annotate --no-header --only-group docs -o requirements/docs.txt
	@.tools/bin/uv export -q --frozen --no-emit-project --no-annotate --no-header --group dev -o requirements/dev.txt
	@.tools/bin/uv export -q --frozen --no-emit-project --no-annotate --no-header --only-group bench -o requirements/bench.txt

clean:  ## remove what was made here
	@rm -rf $(VENV) .venv-docs .venv-bench .tools demo-out dist site .mypy_cache .ruff_cache .pytest_cache
