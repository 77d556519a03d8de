# `make demo` and `make test` need Python 3.11, venv and make, nothing else of ours.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
UI_STAMP := $(VENV)/.installed-ui
BROWSERS := chromium chromium-browser google-chrome

.PHONY: demo up test test-ui check lint lock clean

$(STAMP): requirements/lock.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/lock.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: $(STAMP)  ## twelve orders travel the whole lane on a real engine
	$(BIN)/tradelane demo --orders 12 --seed 7 --days-per-second 2

up: $(STAMP)  ## everything as processes until Ctrl-C
	$(BIN)/tradelane up

$(UI_STAMP): $(STAMP) requirements/ui.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/ui.txt
	touch $(UI_STAMP)

# Two processes side by side: tests that wait for orders to travel, and all the others.
TRAVEL := tests/e2e tests/workflows
LEFT_OUT := tests/ui

test: $(STAMP)  ## the whole suite, the browser's tests apart
	@$(BIN)/python -m pytest -q tests $(TRAVEL:%=--ignore=%) $(LEFT_OUT:%=--ignore=%) > .pytest-quick.log 2>&1 & quick=$$!; \
	$(BIN)/python -m pytest -q $(TRAVEL); travel=$$?; \
	wait $$quick; quick=$$?; cat .pytest-quick.log; \
	echo "left out: $(LEFT_OUT); run \`make test-ui\` with Chromium on PATH"; \
	exit $$((travel || quick))

test-ui:  ## the desk's work in the Temporal UI, in a headless Chromium
	@for one in $(BROWSERS); do command -v $$one > /dev/null && exit 0; done; \
	echo "make test-ui needs a browser on PATH ($(BROWSERS)); install Chromium." >&2; exit 1
	@$(MAKE) --no-print-directory $(UI_STAMP)
	$(BIN)/python -m pytest -q tests/ui

lint: $(STAMP)
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

check: lint test

lock:  ## renew requirements/*.txt after a change of pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra test --extra build --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements/lock.txt
	uv pip compile requirements/ui.in --constraint requirements/lock.txt --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements/ui.txt
	uv pip compile requirements/font.in --no-deps --generate-hashes --no-header --no-annotate --no-emit-index-url >> requirements/lock.txt

clean:
	rm -rf $(VENV) .tradelane
