# make run       sets everything up, evaluates, catalogues the figures, assesses their quality, deploys two things to apply for and opens the portal at http://localhost:2522
#                FIGURES=mine.csv adds a bureau's own figures first; PORT=8000 chooses another port
# make evaluate  the same without the portal
# make demo      a province, two cities, two counties and six departments as eleven nodes on ports 2522 to 2532, with invented events; Ctrl-C ends them
#                DEMO=folder keeps them for another time; PORT=3000 chooses another first port
# make test      sets everything up and passes the tests
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
WORKSPACE ?= workspace
OUT ?= out
FIGURES ?=
PORT ?= 2522
DEMO ?=

.PHONY: run evaluate catalogue things serve demo test lint bench soak docs pictures spark lock clean

run: evaluate catalogue things serve

evaluate: $(VENV)/.run
	$(if $(FIGURES),$(BIN)/jingwei observe $(FIGURES) --workspace $(WORKSPACE))
	$(BIN)/jingwei evaluate --workspace $(WORKSPACE) --out $(OUT)
	@echo "Written to $(OUT)/: report.md, ranks.svg, receipt.json and tables as CSV, JSON and Parquet."

# The node's figures as records of its own catalogue; the published ones as tables, assessed and offered to whoever asks. Again and again without harm.
catalogue: $(VENV)/.run
	$(BIN)/jingwei catalogue figures --workspace $(WORKSPACE) --out $(OUT)/catalogue
	$(BIN)/jingwei data harvest $(OUT)/catalogue/figures.ttl --workspace $(WORKSPACE)
	$(BIN)/jingwei data facts --workspace $(WORKSPACE)
	$(BIN)/jingwei quality run --workspace $(WORKSPACE)
	$(BIN)/jingwei catalogue offer shipped/facts_provinces --workspace $(WORKSPACE)
	$(BIN)/jingwei share publish facts_provinces --workspace $(WORKSPACE)

# What is brought along to apply for: proved and deployed, again and again without harm.
things: $(VENV)/.run
	$(BIN)/jingwei government deploy newborn --workspace $(WORKSPACE)
	$(BIN)/jingwei government deploy restaurant --workspace $(WORKSPACE)

serve: $(VENV)/.run
	$(BIN)/jingwei serve --port $(PORT) --workspace $(WORKSPACE)

demo: $(VENV)/.run
	$(BIN)/jingwei demo --port $(PORT) $(if $(DEMO),--dir $(DEMO))

# Spark starts its Java from a process of its own, not from one of several workers. Three on two cores, since much of the work is waiting for servers.
test: $(VENV)/.dev
	$(BIN)/python -m pytest tests/contracts
	$(BIN)/python -m pytest --ignore tests/contracts -n 3 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py check

bench: $(VENV)/.dev .venv-bench/.done
	for each in benchmarks/*.py; do $(BIN)/python $$each || exit 1; done

soak: $(VENV)/.dev
	HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -m "soak or not soak" -s

docs: $(VENV)/.docs
	$(BIN)/sphinx-build -W -q docs docs/_build

# The portal's peers, in an environment of their own.
.venv-bench/.done: requirements-bench.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

# The README's pictures, as the browser tests drew them.
pictures: $(VENV)/.dev
	$(BIN)/python -m pytest tests/doors/test_browser.py -k whole -m "soak or not soak"
	$(BIN)/python -c "from PIL import Image; \
	  [Image.open(f'out/pictures/{drawn}-en-1440.png').convert('RGB').crop((0, 0, 1440, tall)).quantize(128).save(f'docs/pictures/portal-{name}.png', optimize=True) \
	   for drawn, name, tall in [('home', 'home', 2400), ('method-aggregate-geometric-weight-F1-2', 'method', 1480)]]"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml hatch_build.py $(wildcard web/* web/src/*)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

$(VENV)/.docs: $(VENV)/.dev requirements-docs.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-docs.lock
	touch $@

# Spark and its contract tests; needs Java 17.
spark: $(VENV)/.dev
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-spark.lock

# Compiles the lock files anew; needs pip-tools.
COMPILE := pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
GROUP = $(PYTHON) -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['$(1)'], sep='\n')"
lock:
	mkdir -p .lock
	$(call GROUP,build) > .lock/build.in
	$(call GROUP,dev) > .lock/dev.in
	$(call GROUP,docs) > .lock/docs.in
	$(call GROUP,spark) > .lock/spark.in
	$(call GROUP,bench) > .lock/bench.in
	$(COMPILE) -o requirements.lock pyproject.toml .lock/build.in
	$(COMPILE) -c requirements.lock -o requirements-dev.lock .lock/dev.in
	$(COMPILE) -c requirements.lock -c requirements-dev.lock -o requirements-docs.lock .lock/docs.in
	$(COMPILE) -c requirements.lock -c requirements-dev.lock -o requirements-spark.lock .lock/spark.in
	$(COMPILE) -o requirements-bench.lock .lock/bench.in
	rm -rf .lock

clean:
	rm -rf $(VENV) .venv-bench $(OUT) docs/_build
