# make run    set everything up, walk the road once, serve until Ctrl-C     (ARGS="--data DIR --port N")
# make demo   set everything up, walk the road on a folder that is gone afterwards     (ARGS=--json)
# make test   set everything up, check types, style and imports, run the tests
# make test-spark    the tests under Apache Spark, which needs Java 17 (Spark comes as source and is built here)
# make torture    kill everything again and again while notices go out, and count what is lost     (ROUNDS=100)
# make bench  measure, side by side with peers and limits
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Only ready-built wheels, every one by its hash: no compiler, and nothing that is not in the lock.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes

ROUNDS ?= 100

.PHONY: run demo test test-spark torture setup setup-test check bench lock docs hooks clean

run: setup
	@exec $(BIN)/python -m rednotice up $(ARGS)

demo: setup
	@exec $(BIN)/python -m rednotice demo $(ARGS)

test: setup-test check
	@$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

test-spark: $(VENV)/spark.stamp
	@$(BIN)/python -m pytest tests/adapters/test_spark.py $(ARGS)

torture: setup-test
	@$(BIN)/python -m tests.end_to_end.torture --rounds $(ROUNDS) $(ARGS)

check: setup-test
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

bench: $(VENV)/bench.stamp
	@$(BIN)/python -m benchmarks $(ARGS)

docs: setup-test
	@$(BIN)/python -m docs.generate

setup: $(VENV)/run.stamp
setup-test: $(VENV)/test.stamp

$(VENV)/python.stamp:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    $$python -m venv $(VENV) && touch $@ && exit 0; fi; done; \
	echo "rednotice needs Python 3.11 or newer with venv; none was found. Name one: make PYTHON=/path/to/python3.12" >&2; exit 1

$(VENV)/run.stamp: requirements/run.lock pyproject.toml | $(VENV)/python.stamp
	@echo "Setting up $(VENV) (once) ..." >&2
	@$(PIP) -r requirements/run.lock >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . >&2
	@echo "Compiling the matcher, and tabling known names (a minute and a half, once) ..." >&2
	@$(BIN)/python -m rednotice.match
	@touch $@

$(VENV)/test.stamp: requirements/test.lock $(VENV)/run.stamp
	@echo "Adding the test tools ..." >&2
	@$(PIP) -r requirements/test.lock >&2
	@touch $@

$(VENV)/bench.stamp: requirements/bench.lock $(VENV)/test.stamp
	@echo "Adding what the benchmarks measure against ..." >&2
	@$(PIP) -r requirements/bench.lock >&2
	@touch $@

# Spark has no wheel: it alone is taken as source, by its hash, and built with what the lock holds, which must be there first.
$(VENV)/spark.stamp: requirements/spark.lock $(VENV)/test.stamp
	@echo "Adding Apache Spark ..." >&2
	@sed -nE '/^(setuptools|wheel)==/,/[^\\]$$/p' requirements/spark.lock > $(VENV)/spark-build.txt
	@$(PIP) -r $(VENV)/spark-build.txt >&2
	@$(PIP) --no-binary pyspark --no-build-isolation -r requirements/spark.lock >&2
	@touch $@

# Makes the lock files anew from pyproject.toml. They carry hashes and no addresses.
lock:
	@test -x .venv-lock/bin/uv || (python3 -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv==0.13.9)
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --override requirements/overrides.txt $(UPGRADE) -o requirements/run.lock pyproject.toml requirements/build.in
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --override requirements/overrides.txt -c requirements/run.lock --extra test $(UPGRADE) \
	  -o requirements/test.lock pyproject.toml requirements/build.in
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --override requirements/bench-overrides.txt -c requirements/test.lock --extra bench $(UPGRADE) \
	  -o requirements/bench.lock pyproject.toml requirements/build.in
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --override requirements/overrides.txt -c requirements/run.lock --extra spark $(UPGRADE) \
	  -o requirements/spark.lock pyproject.toml requirements/build.in requirements/spark.in

hooks: setup-test
	@$(BIN)/pre-commit install

clean:
	rm -rf $(VENV) .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
