# One command per thing a person does here. `make check test` is what continuous integration runs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := pegbar flows tasks models expectations
PIP := $(BIN)/pip --disable-pip-version-check -q install -c constraints.txt
FILMS ?=

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench chaos

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(VENV)/.installed ## make .venv and put everything in it, at the versions of constraints.txt

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)
	$(PIP) torch==2.13.0
	$(PIP) -e '.[test,lint]'
	touch $@

demo: install ## two rendered films (and FILMS="a.mp4 b.mp4") to a promoted model and a new film
	$(BIN)/pegbar demo $(FILMS)

test: install ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder # the slow lifecycle early

check: install ## format, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports

bench: install ## measure and write the JSON and tables under docs/ (by hand, never in continuous integration)
	$(BIN)/python tests/bench/demo.py
	$(BIN)/python tests/bench/curation.py
	$(BIN)/python tests/bench/shots.py --films 40
	$(BIN)/python tests/bench/filters.py
	$(BIN)/python tests/bench/duplicates.py
	$(BIN)/python tests/bench/sound.py
	$(BIN)/python tests/bench/references.py
	$(BIN)/python tests/bench/scale.py
	$(BIN)/python tests/bench/versions.py
	$(BIN)/python tests/bench/space.py
	$(BIN)/python tests/bench/readers.py
	PYTHONPATH=.:tests:tests/bench $(BIN)/python tests/bench/media_types.py

chaos: install ## kill a curation thirty times and break what it stands on; writes docs/chaos_curation.json (by hand)
	$(BIN)/python tests/chaos/curation_kills.py --kills 30 --seed 5
	$(BIN)/python -m pytest tests/chaos/curation_faults.py -q
