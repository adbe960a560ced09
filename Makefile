# `make lab` opens the course, `make test` proves it; both set everything up first.
PYTHON ?= python3
# a Python that the user named, not the default one
CHOSEN := $(if $(filter-out file,$(origin PYTHON)),--chosen)
VENV := .venv
BIN := $(VENV)/bin
# one file to a process: a notebook's cells belong together
NBVAL := $(BIN)/pytest -q -n 2 --dist loadfile --nbval-current-env --nbval-cell-timeout=60
.DEFAULT_GOAL := help
.PHONY: help setup lab test demo mutants bench lock clean

help:  ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup:  ## make or refresh .venv from requirements.lock
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "没有找到 $(PYTHON)：请安装 Python 3.11、3.12 或 3.13，或者用 make setup PYTHON=/路径/python3 指明它。"; exit 1; }
	@$(PYTHON) src/course/bootstrap.py $(VENV) $(CHOSEN)

lab: setup  ## open JupyterLab at chapter 00
	@$(BIN)/course lab

test: setup  ## run every check: lint, types, notebooks, grading, browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/course sync --check
	$(BIN)/course release --check
	$(NBVAL) --nbval --nbval-sanitize-with tests/nbval.cfg notebooks
	$(NBVAL) --nbval-lax source
	$(BIN)/pytest -n 2 --dist loadfile --ignore tests/submissions
	$(BIN)/pytest tests/submissions  # grading keeps both processors busy by itself

demo: setup  ## grade a class of thirty in a temporary folder
	@$(BIN)/course demo

mutants: setup  ## spoil every reference solution, and see what the checks catch
	@$(BIN)/course mutants

bench: setup  ## compare grading with plain nbgrader (a class of 100 takes a quarter of an hour)
	@$(BIN)/python benchmarks/grading.py

lock: setup  ## refresh requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		--output-file requirements.lock pyproject.toml

clean:  ## delete .venv and what the tests left (never submissions or grades)
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache test-artifacts build src/*.egg-info
