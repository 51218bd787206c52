# Inkling: `make run` starts the app, `make test` runs every check. Both make their own environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
TORCH ?= auto
VERSIONS ?= tested
INSTALL = $(BIN)/python -m deploy.install --torch $(TORCH) --versions $(VERSIONS)

.PHONY: run demo free-port test test-fast test-faults test-full style lint bench bench-full practice screenshots pretrained messages lock clean

run: free-port $(VENV)/.run-ready
	@$(BIN)/python -m streamlit run app.py --server.port $(PORT)

demo: free-port $(VENV)/.run-ready  # the screen for an open day, in this computer's browser
	@$(BIN)/python -m deploy.open_demo $(PORT) & $(BIN)/python -m streamlit run app.py --server.port $(PORT)

free-port:
	@python=$(BIN)/python; test -x $$python || python=$(PYTHON); ! command -v $$python >/dev/null || $$python -m deploy.free_port $(PORT)

test: style
	$(BIN)/python -m tests -m "not faults and not long"

test-fast: style
	$(BIN)/python -m tests -m "not faults and not long and not e2e"

test-faults: $(VENV)/.test-ready
	$(BIN)/python -m tests -m "faults and not long"

test-full: style
	$(BIN)/python -m tests

style: $(VENV)/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint: style  # the types are a test, too
	$(BIN)/mypy

pretrained: $(VENV)/.run-ready
	$(BIN)/python -m core.pretrained.registry train
	$(BIN)/python -m core.pretrained.digit_detector

bench: $(VENV)/.test-ready
	$(BIN)/python -m benchmarks.training --quick

bench-full: $(VENV)/.test-ready
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.peers

STUDENTS ?= 30
ADDRESS ?= http://127.0.0.1:$(PORT)
practice: $(VENV)/.run-ready  # such as: make practice CODE=ABCDEF STUDENTS=30 MINUTES=5
	@test -n "$(CODE)" || { echo "Name the class by its code: make practice CODE=ABCDEF. A new one: $(BIN)/python -m core classroom create Practice"; exit 2; }
	@$(BIN)/python -m benchmarks.practice "$(CODE)" --students $(STUDENTS) --address $(ADDRESS) --minutes $(or $(MINUTES),0)

screenshots: $(VENV)/.test-ready
	$(BIN)/python -m docs.screenshots

$(VENV)/.run-ready: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Inkling needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) requirements.txt
	@touch $@

$(VENV)/.test-ready: $(VENV)/.run-ready requirements-dev.txt
	@$(INSTALL) requirements-dev.txt
	@touch $@

SAID := -k N_ -k pgettext:1c,2 -k markdown_ -k nmarkdown_:1,2 -k html_
messages: $(VENV)/.test-ready  # every sentence, for translators
	@mkdir -p locales
	$(BIN)/pybabel -q extract -F pyproject.toml $(SAID) --sort-by-file --project=Inkling -o locales/inkling.pot .

lock: $(VENV)/.test-ready  # after: make clean; make test VERSIONS=newest
	$(BIN)/python -m deploy.lock

clean:
	rm -rf $(VENV) .peers .pytest_cache .mypy_cache .ruff_cache
