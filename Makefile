# make map   sets everything up and runs the main job on the bundled sample
# make test  sets everything up (a browser too), checks the code and runs the tests
.PHONY: map test test-oldest test-newest lint docs bundle scripts lock sample bench clean

map:
	@bash .ci/setup
	@.venv/bin/gdcoverage run data/sample/plan.toml

test:
	@bash .ci/setup browser
	@$(MAKE) --no-print-directory lint
	@.venv/bin/pytest -n logical --dist loadfile

# Fast tests with every dependency at its floor in setup.cfg, and at its newest release.
test-oldest:
	@bash .ci/bounds oldest 3.11

test-newest:
	@bash .ci/bounds newest 3.11
	@bash .ci/bounds newest 3.13

lint:
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache --no-logo
	@.venv/bin/oxlint --quiet coverage/gdcoverage/emap/scripts tests/js
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent check

# The documents as pages in docs/_site, to be opened by a double click.
docs:
	@bash .ci/setup
	@.venv/bin/sphinx-build -q -W --keep-going -b html docs docs/_site
	@echo docs/_site/index.html

# Folders to carry to computers without internet: dist/bundle-linux, dist/bundle-windows.
bundle:
	@bash .ci/setup
	@.venv/bin/python tools/bundle.py

# Bundles the map's scripts into the one file that goes into its page.
scripts:
	@bash .ci/setup browser
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent build

# Pins every package that the quick start and CI install.
lock:
	@.venv/bin/pip install -q pip-tools
	@.venv/bin/pip-compile -q --extra test --extra docs --strip-extras --allow-unsafe \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header \
	  -o requirements.lock setup.cfg

# Makes the bundled sample anew from its script.
sample:
	@.venv/bin/python data/sample/make_sample.py

bench:
	@.venv/bin/pip install -q -e '.[bench]'
	@.venv/bin/python -m benchmarks

clean:
	@rm -rf .venv .venv-oldest-* .venv-newest-* node_modules .mypy_cache .ruff_cache build docs/_site docs/made
