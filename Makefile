# make preview | make test | make check | make format | make clean
# The first run makes .venv and installs into it; later runs install only when pyproject.toml changed.

PYTHON ?= python3
PORT ?= 8765
PY := .venv/bin/python

.PHONY: preview test check format clean
.DEFAULT_GOAL := preview

preview: .venv/installed-preview
	$(PY) bot.py --preview --port $(PORT)

test: .venv/installed-dev
	$(PY) -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile

check: .venv/installed-dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/pyright
	.venv/bin/lint-imports

format: .venv/installed-dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean:
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Nightingale needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python's venv module is missing (on Debian: apt install python3-venv)"; exit 1; }

# A development environment can do all that a preview's can.
.venv/installed-preview: pyproject.toml | .venv/bin/python
	$(PY) -m pip install --quiet --editable '.[preview]'
	@touch $@

.venv/installed-dev: pyproject.toml | .venv/bin/python
	$(PY) -m pip install --quiet --editable '.[dev]'
	@touch .venv/installed-preview $@
