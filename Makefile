# Every command of the project; `make` lists them.
#
#   make test PYTHON=python3.12    with another interpreter (3.10 or newer)
#   make test CARGO=               as on a machine without Rust: the pure-Python core only
#   make test ARGS="-k span"       with arguments for the command behind the target
#   make fuzz SECONDS=600          for so long in each target
#   make soak LINES=1000000        fewer lines than fifty million
#
# The files .venv/.done-* say when a step was last done, so that a second run is quick.

PYTHON ?= python3
VENV ?= .venv
ifeq ($(origin CARGO),undefined)
CARGO := $(shell command -v cargo)
endif

PY := $(abspath $(VENV))/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check
RUST_SOURCES := $(shell find rust -name '*.rs' 2>/dev/null) Cargo.toml Cargo.lock
LINTED := $(wildcard python tests build_backend benches)

# With cargo there are two cores, without it one.
BUILD := $(if $(CARGO),rust,pure)
BUILT := $(VENV)/.done-build-$(BUILD)
TOOLS := $(VENV)/.done-tools
DEMO := $(VENV)/.done-demo
DEV := $(VENV)/.done-dev
BENCH := $(VENV)/.done-bench

# The builders live in the venv, so pip need not fetch them for each build.
BUILD_ENV = PATH="$(dir $(PY)):$$PATH" TRACEFMT_BUILD=$(BUILD)
# An extension left from another build must not pose as the pure core.
RUN_ENV = $(if $(CARGO),,TRACEFMT_CORE=python)
# Which Python PyO3 looks at, and that nothing needs libpython (maturin says both by itself).
CARGO_ENV = PYO3_PYTHON="$(PY)" PYO3_BUILD_EXTENSION_MODULE=1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-all build check fix bench fuzz soak memcheck wheel wheel-pure clean

SECONDS ?= 60
LINES ?= 50000000

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(BUILT) $(DEMO) ## run three services that log through tracefmt, and follow a failure through them
	@echo "==> tracefmt demo"
	@$(RUN_ENV) $(dir $(PY))tracefmt demo --keep .demo $(ARGS)

test: $(BUILT) $(DEV) ## run all tests, on both cores
ifdef CARGO
	@echo "==> cargo test"
	@$(CARGO_ENV) $(CARGO) test --quiet --locked
else
	@echo "==> There is no cargo here: only the pure-Python core is tested"
endif
	@echo "==> pytest"
	@$(RUN_ENV) $(PY) -m pytest $(if $(CARGO),,--cores=python) $(ARGS)

test-all: ## run all tests on every CPython 3.10 to 3.14 there is, each in its own .venv-3.X
	@for version in 3.10 3.11 3.12 3.13 3.14; do \
	  python=; \
	  for found in "$$(command -v python$$version)" $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python; do \
	    "$$found" -c "import sys; assert sys.version.startswith('$$version.')" 2>/dev/null && python=$$found; \
	  done; \
	  if [ -z "$$python" ]; then result="$$result $$version:none"; continue; fi; \
	  echo "==> CPython $$version"; \
	  CARGO_TARGET_DIR="$(CURDIR)/target/python$$version" \
	    $(MAKE) --no-print-directory test PYTHON="$$python" VENV=.venv-$$version \
	    && result="$$result $$version:passed" || { result="$$result $$version:FAILED"; failed=1; }; \
	done; \
	echo "==> test-all:$$result"; \
	test -z "$$failed"

build: $(BUILT) ## build the package in place, with the Rust core where there is cargo
	@$(RUN_ENV) $(PY) -c "import tracefmt; print('==> $(VENV) has tracefmt', tracefmt.__version__ + ', core:', tracefmt.core)"

check: $(DEV) ## lint and type-check: ruff, mypy --strict, clippy, rustfmt
	@echo "==> ruff check, ruff format"
	@$(PY) -m ruff check --quiet $(LINTED)
	@$(PY) -m ruff format --quiet --check $(LINTED)
	@echo "==> mypy --strict"
	@$(PY) -m mypy
ifdef CARGO
	@echo "==> cargo fmt, cargo clippy"
	@$(CARGO) fmt --check
	@$(CARGO_ENV) $(CARGO) clippy --quiet --locked --all-targets -- --deny warnings
else
	@echo "==> There is no cargo here: the Rust core is not checked"
endif

fix: $(DEV) ## format, and mend what ruff can mend
	@echo "==> ruff check --fix, ruff format, cargo fmt"
	@$(PY) -m ruff check --quiet --fix $(LINTED) || true
	@$(PY) -m ruff format --quiet $(LINTED)
	@$(if $(CARGO),$(CARGO) fmt)

bench: $(BUILT) $(BENCH) ## measure against stdlib logging and its peers
	@echo "==> benches/run.py"
	@$(PY) benches/run.py $(ARGS)
	@$(PY) benches/report.py --chart

fuzz: $(BUILT) $(DEV) ## look for inputs that break the encoder: Hypothesis at length, libFuzzer over rust/scalar and rust/scan
	@echo "==> Hypothesis, 20,000 examples a test"
	@$(RUN_ENV) $(PY) -m pytest -q --hypothesis-profile=thorough $(if $(CARGO),,--cores=python) \
	  tests/parity tests/core/test_hostile.py tests/core/scalar $(ARGS)
	@$(if $(CARGO),fuzz/run.sh $(SECONDS),echo "==> There is no cargo here: libFuzzer is left out")

soak: $(BUILT) ## log for long under random faults on each core, and look for lost lines and growth
	@for core in $(if $(CARGO),rust) python; do \
	  echo "==> $(LINES) lines, core: $$core"; \
	  TRACEFMT_CORE=$$core $(PY) tests/soak/soak.py --lines $(LINES) $(ARGS) || exit 1; \
	done

memcheck: $(BUILT) $(DEV) ## run the tests of the hot path under valgrind
	@echo "==> valgrind"
	@$(PY) tests/memcheck/run.py $(ARGS)

wheel: $(TOOLS) ## build a platform wheel, with the Rust core, into dist/
	@echo "==> Building a wheel with the Rust core into dist/"
	@$(BUILD_ENV) TRACEFMT_BUILD=rust $(PIP) wheel --no-build-isolation --no-deps --wheel-dir dist .

wheel-pure: $(TOOLS) ## build a py3-none-any wheel, without it, into dist/
	@echo "==> Building the pure-Python wheel into dist/"
	@$(BUILD_ENV) TRACEFMT_BUILD=pure $(PIP) wheel --no-build-isolation --no-deps --wheel-dir dist .

clean: ## remove all that was built or installed here
	@echo "==> Removing venvs, builds and caches"
	@rm -rf .demo .venv .venv-3.* target dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@rm -f python/tracefmt/*.so python/tracefmt/*.pyd
	@find $(LINTED) -name __pycache__ -prune -exec rm -rf {} +

# A venv of another Python than the one that is asked for is made anew.
ifneq ($(origin PYTHON),file)
ifneq ($(shell $(PYTHON) -V 2>/dev/null),$(shell { $(PY) -V; } 2>/dev/null))
.PHONY: $(PY)
endif
endif

$(PY):
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 10))" 2>/dev/null || { \
	  echo "tracefmt needs Python 3.10 or newer, and $(PYTHON) says: $$({ $(PYTHON) -V; } 2>&1)" >&2; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "==> Making $(VENV) with $$($(PYTHON) -V)"
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
	  echo "This Python cannot make virtual environments with pip in them." >&2; \
	  echo "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

# The version is in what pip wrote down, so a new one is installed anew.
$(TOOLS): $(PY) pyproject.toml python/tracefmt/_version.py
	@echo "==> Installing pip and the builders into $(VENV)"
	@$(PIP) install --upgrade pip
	@$(PIP) install --group build
	@touch $@

$(BUILT): $(TOOLS) $(if $(CARGO),$(RUST_SOURCES))
	@echo "==> $(if $(CARGO),Building the Rust core,There is no cargo here: installing with the pure-Python core)"
	@$(BUILD_ENV) $(PIP) install --no-build-isolation -e .
	@touch $@

$(DEMO): $(TOOLS) | $(BUILT)
	@echo "==> Installing what the demo needs"
	@$(BUILD_ENV) $(PIP) install --no-build-isolation -e '.[demo]'
	@touch $@

$(DEV): $(TOOLS) | $(BUILT)
	@echo "==> Installing what the tests and checks need"
	@$(BUILD_ENV) $(PIP) install --no-build-isolation -e '.[demo,structlog]' --group dev
	@touch $@ $(DEMO)

$(BENCH): $(DEV)
	@echo "==> Installing whom the benchmarks compare"
	@$(PIP) install --group bench
	@touch $@
