# `make run` opens the lab, `make test` checks, `make test-all` checks what takes long as well, `make bench` measures.
# All set up .venv when it is missing or when the dependencies changed, and otherwise install nothing.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal

# The tests start hundreds of processes. Each is to find the bytecode that the first has written.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test test-all lint pytest bench clean

run: .venv/.run-ready
	@$(BIN)/cnn-tui $(ARGS)

# Side by side: mypy takes half a minute of one core.
test: .venv/.test-ready
	@$(MAKE) --no-print-directory --jobs=2 lint pytest

pytest: .venv/.test-ready
	$(PYTEST) -m 'not long'

test-all: test
	HYPOTHESIS_PROFILE=thorough $(PYTEST) -m long

bench: .venv/.test-ready
	$(BIN)/python -m tests.benchmarks.first_paint
	$(BIN)/python -m tests.benchmarks.keystroke
	$(BIN)/python -m tests.benchmarks.wire
	$(BIN)/python -m tests.benchmarks.training_speed
	$(BIN)/python -m tests.benchmarks.first_batch
	$(BIN)/python -m tests.benchmarks.recording_cost
	$(BIN)/python -m tests.benchmarks.keeping_epochs
	$(BIN)/python -m tests.benchmarks.open_app_cost
	$(BIN)/python -m tests.benchmarks.epoch_moving
	$(BIN)/python -m tests.benchmarks.memory
	$(BIN)/python -m tests.benchmarks.long_history
	$(BIN)/python -m tests.benchmarks.foretelling
	$(BIN)/python -m tests.benchmarks.loading
	$(BIN)/python -m tests.benchmarks.ledger_reading
	$(BIN)/python -m tests.benchmarks.two_nodes

lint: .venv/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit("cnn-tui needs Python 3.11 to 3.13, and %s is %d.%d: try make PYTHON=python3.12" % (sys.executable, *sys.version_info[:2]) if not (3, 11) <= sys.version_info[:2] <= (3, 13) else 0)'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.run-ready: .venv/.made pyproject.toml constraints.txt
	@echo "Installing cnn-tui into .venv (TensorFlow is large: a minute or two, once)" >&2
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

.venv/.test-ready: .venv/.run-ready
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@

clean:
	rm -rf .venv dist build
